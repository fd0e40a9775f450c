"""Sizes of pictures, reckoned without opening one."""

from __future__ import annotations

import math

from fluxtui.domain.dataset import Crop


def fitted(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """Return the size with the same shape that has at most `max_pixels`; the size itself where it fits."""
    if width * height <= max_pixels:
        return width, height
    scale = math.sqrt(max_pixels / (width * height))
    smaller = max(int(width * scale), 1), max(int(height * scale), 1)
    return min(smaller[0], max_pixels), min(smaller[1], max_pixels)


def used(width: int, height: int, turns: int, crop: Crop | None) -> tuple[int, int]:
    """Return what is left of a picture after turning it by quarters and cropping it, in pixels.

    Args:
        width: of the picture as it is seen upright.
        height: the same.
        turns: quarter turns clockwise.
        crop: the part that is used, of the picture after turning; None for all of it.
    """
    if turns % 2:
        width, height = height, width
    if crop is None:
        return width, height
    left, top, right, bottom = crop.box(width, height)
    return right - left, bottom - top
