"""How large a picture an accepted request makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxtui.simulator.bfl.endpoints import Endpoint

Size = tuple[int, int]
"""Width and height in pixels."""

_ULTRA_PIXELS = 2752 * 1536
_MEGAPIXEL = 1024 * 1024
_FLUX_3_PIXELS = {
    "768sq": 768 * 768,
    "1k": _MEGAPIXEL,
    "1.5k": 1536 * 1536,
    "2k": 2048 * 2048,
    "4k": 4096 * 4096,
}
_SMALLEST_SIDE = 64


def output_size(endpoint: Endpoint, parameters: Mapping[str, Any], source: Size | None) -> Size:
    """Return the size asked for; where left to the service, that of the `source` picture or a megapixel."""
    if endpoint.job == "expand" and source:
        width = source[0] + parameters["left"] + parameters["right"]
        return (width, source[1] + parameters["top"] + parameters["bottom"])
    if endpoint.job in ("fill", "erase", "deblur") and source:
        return source
    width, height = parameters.get("width"), parameters.get("height")
    if width and height:
        return (width, height)
    ratio = _ratio(parameters.get("aspect_ratio"), source)
    if width:
        return (width, _rounded(width / ratio))
    if height:
        return (_rounded(height * ratio), height)
    return _of_area(_area(endpoint, parameters), ratio)


def _ratio(asked: str | None, source: Size | None) -> float:
    if asked and asked != "auto":
        width, height = asked.split(":")
        return int(width) / int(height)
    return source[0] / source[1] if source else 1.0


def _area(endpoint: Endpoint, parameters: Mapping[str, Any]) -> int:
    if endpoint.family == "flux-3":
        return _FLUX_3_PIXELS[parameters["resolution"]]
    return _ULTRA_PIXELS if "ultra" in endpoint.path else _MEGAPIXEL


def _of_area(pixels: int, ratio: float) -> Size:
    return (_rounded((pixels * ratio) ** 0.5), _rounded((pixels / ratio) ** 0.5))


def _rounded(side: float) -> int:
    return max(_SMALLEST_SIDE, round(side / 32) * 32)
