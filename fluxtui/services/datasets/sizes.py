"""Sizes of pictures, reckoned without opening one."""

from __future__ import annotations

import math


def fitted(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """Return the size with the same shape that has at most `max_pixels`; the size itself where it fits."""
    if width * height <= max_pixels:
        return width, height
    scale = math.sqrt(max_pixels / (width * height))
    smaller = max(int(width * scale), 1), max(int(height * scale), 1)
    return min(smaller[0], max_pixels), min(smaller[1], max_pixels)
