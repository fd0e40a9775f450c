"""What BFL charges, as a dated table: the estimate; the `cost` in an answer is the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.money import Estimate
from fluxtui.system.dataclass import dataclass

MEGAPIXEL = 1024 * 1024
"""Pixels of one charged megapixel. How the service rounds is not documented."""

_MOST_MEGAPIXELS = 4
"""Of an input, which is scaled down to it before it is sent, and of a result (BFL reference, 2026-10)."""
_SURELY_ONE_MEGAPIXEL = 1_000_000


@dataclass(frozen=True)
class PriceTable:
    """Prices in credits, and when they were read.

    Attributes:
        read_on: month of reading.
        flat: for one picture, by endpoint.
        guessed: the same for endpoints without a published price, reckoned like their nearest relatives.
        seen: the same for tools, as they were charged on `seen_on`, for pictures of a size that is not told.
        outpainting: the same for outpainting, by mode.
        seen_on: the day.
        megapixels: for the first output megapixel and for every further one, input pictures included.
        resolutions: for one FLUX 3 picture, by endpoint and resolution.
        guessed_resolutions: the same without a published price, put between their neighbours. Of the small
            FLUX 3 one price is published; for the rest, what fal.ai asks is taken (2026-12).
        training: for a training of up to so many iterations; the last one for all above.
    """

    read_on: str
    flat: Mapping[str, float]
    guessed: Mapping[str, float]
    megapixels: Mapping[str, tuple[float, float]]
    resolutions: Mapping[tuple[str, str], float]
    guessed_resolutions: frozenset[tuple[str, str]] = field(default=frozenset())
    seen: Mapping[str, float] = field(default_factory=dict)
    outpainting: Mapping[str, float] = field(default_factory=dict)
    seen_on: str = ""
    training: tuple[tuple[int, float], ...] = ()
    training_above: float = 0.0


_KLEIN_4B = (1.4, 0.1)
_KLEIN_9B = (1.5, 0.2)

PRICES = PriceTable(
    read_on="2026-10",
    flat={
        "flux-pro-1.1": 4,
        "flux-pro-1.1-ultra": 6,
        "flux-dev": 2.5,
        "flux-pro-1.0-fill": 5,
        "flux-pro-1.1-ultra-finetuned": 7,
        "flux-pro-finetuned": 6,
        "flux-pro-1.0-fill-finetuned": 6,
        "flux-kontext-pro": 4,
        "flux-kontext-max": 8,
    },
    guessed={
        "flux-pro-1.0-expand": 5,
        "flux-pro-1.0-depth-finetuned": 6,
        "flux-pro-1.0-canny-finetuned": 6,
    },
    seen={"flux-tools/erase-v1": 3, "flux-tools/deblur-v1": 3},
    outpainting={"high": 20, "fast": 4.5},
    seen_on="2026-09-21",
    megapixels={
        "flux-2-pro": (3, 1.5),
        "flux-2-pro-preview": (3, 1.5),
        "flux-2-max": (7, 3),
        "flux-2-flex": (5, 5),
        "flux-2-klein-4b": _KLEIN_4B,
        "flux-2-klein-9b": _KLEIN_9B,
        "flux-2-klein-9b-preview": _KLEIN_9B,
        "flux-2-klein-4b-finetuned": _KLEIN_4B,
        "flux-2-klein-9b-finetuned": _KLEIN_9B,
        "flux-2-klein-9b-kv-finetuned": _KLEIN_9B,
        "flux-2-klein-9b-kv-bf16-finetuned": _KLEIN_9B,
        "flux-2-klein-base-4b-finetuned": _KLEIN_4B,
        "flux-2-klein-base-9b-finetuned": _KLEIN_9B,
    },
    resolutions={
        ("flux-3-image", "768sq"): 4.1,
        ("flux-3-image", "1k"): 4.8,
        ("flux-3-image", "1.5k"): 7.0,
        ("flux-3-image", "2k"): 10,
        ("flux-3-image", "4k"): 60.7,
        ("flux-3-image-klein", "768sq"): 0.9,
        ("flux-3-image-klein", "1k"): 0.9,
        ("flux-3-image-klein", "1.5k"): 1.4,
        ("flux-3-image-klein", "2k"): 1.4,
        ("flux-3-image-klein", "4k"): 3.6,
    },
    guessed_resolutions=frozenset(
        {
            ("flux-3-image", "1.5k"),
            ("flux-3-image-klein", "768sq"),
            ("flux-3-image-klein", "1.5k"),
            ("flux-3-image-klein", "2k"),
            ("flux-3-image-klein", "4k"),
        }
    ),
    training=((149, 200), (500, 400)),
    training_above=600,
)
"""Source: BFL pricing, read 2026-10; for the tools, which it does not list, what a live test was charged."""


def flat_price(request: Endpoint) -> Estimate:
    """Return the price of an endpoint that charges for each picture, whatever its size."""
    name = request.info.id
    if name in PRICES.flat:
        return Estimate(PRICES.flat[name], "a picture")
    return Estimate(PRICES.guessed[name], "a picture; no price is published", exact=False)


def tool_price(request: Endpoint) -> Estimate:
    """Return what a tool was charged for a picture once; it may cost more for a larger one."""
    return Estimate(PRICES.seen[request.info.id], f"a picture, as charged on {PRICES.seen_on}", exact=False)


def outpainting_price(request: Endpoint) -> Estimate:
    """Return what outpainting was charged for a picture once, which depends on its mode."""
    mode = str(request.given()["mode"])
    basis = f"a picture in mode {mode}, as charged on {PRICES.seen_on}"
    return Estimate(PRICES.outpainting[mode], basis, exact=False)


def megapixel_price(request: Endpoint) -> Estimate:
    """Return the price of a FLUX.2 picture, never too low where a size is not known.

    How large an input is, and so how large a result of automatic size becomes, is only known once it is sent:
    both are taken as the most that they can be, 4 megapixels. Without inputs an automatic size was about one,
    and may be more: the service chooses it.
    """
    values = request.given()
    first, further = PRICES.megapixels[request.info.id]
    inputs = sum(name.startswith("input_image") for name in values)
    pixels = _asked_pixels(values)
    output = _output_megapixels(pixels, inputs)
    most = "up to " if inputs and pixels is None else ""
    basis = f"{most}{output} MP out"
    if inputs:
        basis += f", up to {inputs * _MOST_MEGAPIXELS} MP in"
    elif pixels is None:
        basis += "; the service may take more"
    exact = pixels is not None and pixels <= _SURELY_ONE_MEGAPIXEL and not inputs
    paid = first + further * (output - 1 + inputs * _MOST_MEGAPIXELS)
    return Estimate(round(paid, 4), basis, exact)


def _output_megapixels(pixels: int | None, inputs: int) -> int:
    if pixels is None:
        return _MOST_MEGAPIXELS if inputs else 1
    return max(1, math.ceil(pixels / MEGAPIXEL))


def _asked_pixels(values: Mapping[str, Any]) -> int | None:
    width, height = values.get("width"), values.get("height")
    return width * height if width and height else None


def resolution_price(request: Endpoint) -> Estimate:
    """Return the price of a FLUX 3 picture."""
    resolution = str(request.given()["resolution"])
    named = (request.info.id, resolution)
    exact = named not in PRICES.guessed_resolutions
    return Estimate(PRICES.resolutions[named], f"a picture at {resolution}", exact)


def training_price(request: Endpoint) -> Estimate:
    """Return the price of a training."""
    iterations = int(request.given()["iterations"])
    credits = next((price for most, price in PRICES.training if iterations <= most), PRICES.training_above)
    return Estimate(credits, f"{iterations} iterations")
