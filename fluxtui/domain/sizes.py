"""Sizes of pictures in words, and the common ones that parameters allow. Pure functions."""

from __future__ import annotations

import math

from fluxtui.domain.endpoint import Field

MEGAPIXEL = 1024 * 1024
"""Pixels of a megapixel as the services count and bill them."""

SHAPES: tuple[tuple[int, int], ...] = (
    (1, 1),
    (4, 3),
    (3, 4),
    (3, 2),
    (2, 3),
    (16, 9),
    (9, 16),
    (21, 9),
    (9, 21),
)
"""Width to height, as people ask for them."""

AREAS: tuple[float, ...] = (1.0, 0.25, 0.5, 2.0, 4.0)
"""Megapixels, the usual one first."""

_CLOSE = 0.02
_LARGEST_TERM = 32
_FREE_GRID = 16


def megapixels_text(width: int, height: int) -> str:
    """Return `'0.75 MP'`."""
    return f"{width * height / MEGAPIXEL:.2f} MP"


def shape_text(width: int, height: int) -> str:
    """Return the aspect ratio: `'4:3'` where its numbers are small, else `'about 16:9'` or `'1.85:1'`."""
    common = math.gcd(width, height)
    if max(width, height) // common <= _LARGEST_TERM:
        return f"{width // common}:{height // common}"
    ratio = width / height
    for wide, high in SHAPES:
        if abs(ratio / (wide / high) - 1) <= _CLOSE:
            return f"about {wide}:{high}"
    return f"{ratio:.2f}:1" if ratio >= 1 else f"1:{1 / ratio:.2f}"


def common_sizes(width: Field, height: Field) -> tuple[tuple[int, int], ...]:
    """Return the sizes in pixels that people ask for, as near as two parameters allow, each once.

    Args:
        width: its parameter, whose range and grid count.
        height: the same of the height.
    """
    found: dict[tuple[int, int], None] = {}
    for area in AREAS:
        for wide, high in SHAPES:
            scale = math.sqrt(area * MEGAPIXEL / (wide * high))
            size = _nearest(width, wide * scale), _nearest(height, high * scale)
            if _is_within(width, size[0]) and _is_within(height, size[1]):
                found[size] = None
    return tuple(found)


def _nearest(side: Field, pixels: float) -> int:
    grid = int(side.multiple_of or _FREE_GRID)
    return max(round(pixels / grid), 1) * grid


def _is_within(side: Field, pixels: int) -> bool:
    least, most = side.minimum, side.maximum
    return (least is None or pixels >= least) and (most is None or pixels <= most)
