"""How large a picture of fal becomes.

Source: the image sizes in fal's JavaScript client (2026-08); without a size the default is landscape_4_3, and
an edit keeps the proportions of its first picture at about a megapixel.
"""

from __future__ import annotations

from typing import Any

Size = tuple[int, int]
"""Width and height in pixels."""

NAMED_SIZES: dict[str, Size] = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
DEFAULT_SIZE = NAMED_SIZES["landscape_4_3"]
DEFAULT_SIDE = 512

_MEGAPIXEL = 1024 * 1024
_MOST_PIXELS = 17_000_000
_STEP = 16


def picture_size(asked: Any, source: Size | None) -> Size:
    """Return the size for a valid `image_size` and, for an edit, the size of its first picture."""
    if isinstance(asked, str):
        return NAMED_SIZES[asked]
    if isinstance(asked, dict):
        return _bounded((int(asked.get("width", DEFAULT_SIDE)), int(asked.get("height", DEFAULT_SIDE))))
    if source is None:
        return DEFAULT_SIZE
    scale = min(1.0, (_MEGAPIXEL / (source[0] * source[1])) ** 0.5)
    return (_stepped(source[0] * scale), _stepped(source[1] * scale))


def upscaled_size(source: Size, factor: float) -> Size:
    """Return the size of a picture that is made so many times larger."""
    return _bounded((max(1, round(source[0] * factor)), max(1, round(source[1] * factor))))


def _bounded(size: Size) -> Size:
    excess = size[0] * size[1] / _MOST_PIXELS
    if excess <= 1:
        return size
    return (max(1, int(size[0] / excess**0.5)), max(1, int(size[1] / excess**0.5)))


def _stepped(side: float) -> int:
    return max(_STEP, round(side / _STEP) * _STEP)
