"""What a job costs in credits (1 credit = 0.01 USD).

Source: BFL pricing page and API answers, read 2026-10. A FLUX.2 job pays a first price for its first output
megapixel and a second one for each further megapixel, its input pictures counted at the second. No source
settles the rounding of megapixels: here one is 1024 x 1024 pixels, and a begun one is paid in full, which
agrees with the one bill on record (1.98 megapixels paid as two). Those of the tools were seen at the
service on 2026-09-21, for pictures of a size that is not told. Prices that no source gives (expand, the
historic depth and canny finetunes, FLUX 3 at 1.5k) are taken from their neighbours; those of the small FLUX 3
but for 1k from fal.ai, read 2026-12.
"""

from __future__ import annotations

from fluxtui.simulator.pictures import megapixels

_FLAT = {
    "flux-pro-1.1": 4.0,
    "flux-pro-1.1-ultra": 6.0,
    "flux-dev": 2.5,
    "flux-pro-1.0-fill": 5.0,
    "flux-pro-1.0-expand": 5.0,
    "flux-pro-1.1-ultra-finetuned": 7.0,
    "flux-pro-finetuned": 6.0,
    "flux-pro-1.0-fill-finetuned": 6.0,
    "flux-pro-1.0-depth-finetuned": 6.0,
    "flux-pro-1.0-canny-finetuned": 6.0,
    "flux-kontext-pro": 4.0,
    "flux-kontext-max": 8.0,
    "flux-tools/erase-v1": 3.0,
    "flux-tools/deblur-v1": 3.0,
}
_OUTPAINTING = {"high": 20.0, "fast": 4.5}

_KLEIN_4B, _KLEIN_9B = (1.4, 0.1), (1.5, 0.2)
_BY_MEGAPIXEL = {
    "flux-2-pro": (3.0, 1.5),
    "flux-2-pro-preview": (3.0, 1.5),
    "flux-2-max": (7.0, 3.0),
    "flux-2-flex": (5.0, 5.0),
}

_FLUX_3 = {"768sq": 4.1, "1k": 4.8, "1.5k": 7.4, "2k": 10.0, "4k": 60.7}

_FLUX_3_KLEIN = {"768sq": 0.9, "1k": 0.9, "1.5k": 1.4, "2k": 1.4, "4k": 3.6}

_TRAINING = ((150, 200.0), (501, 400.0))
_LONGEST_TRAINING = 600.0


def image_price(path: str, output_pixels: int, input_pixels: int, choice: str | None = None) -> float:
    """Return the credits for one picture of `path`.

    Pixels matter to FLUX.2; `choice` is the resolution of FLUX 3 or the mode of outpainting.
    """
    if path == "flux-3-image":
        return _FLUX_3[choice or "1k"]
    if path == "flux-3-image-klein":
        return _FLUX_3_KLEIN[choice or "1k"]
    if path == "flux-tools/outpainting-v1":
        return _OUTPAINTING[choice or "high"]
    if path in _FLAT:
        return _FLAT[path]
    first, more = _by_megapixel(path)
    further = max(0, megapixels(output_pixels) - 1) + megapixels(input_pixels)
    return round(first + more * further, 4)


def _by_megapixel(path: str) -> tuple[float, float]:
    if path in _BY_MEGAPIXEL:
        return _BY_MEGAPIXEL[path]
    return _KLEIN_4B if "4b" in path else _KLEIN_9B


def training_price(iterations: int) -> float:
    """Return the credits for training a finetune."""
    return next((price for limit, price in _TRAINING if iterations < limit), _LONGEST_TRAINING)
