"""How a picture looks, in a few numbers: alike to which, how sharp, how bright; and how large it becomes."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFilter, ImageStat

from fluxtui.domain.dataset import Crop
from fluxtui.system.dataclass import dataclass

MEASURED_EDGE = 512
"""Pixels of the longer edge to which a picture is reduced before it is measured, so that sizes compare."""

_FINGERPRINT = (9, 8)
_COLOUR_GRID = (64, 64)
_TILES = 4
_FLAT = 4.0
"""Variance of grey values under which a region has nothing in it that could be sharp."""


@dataclass(frozen=True)
class Measures:
    """See `PictureLook` for what the numbers say."""

    fingerprint: int
    sharpness: float
    brightness: float
    contrast: float
    colour: float


def measured(image: Image.Image) -> Measures:
    """Return the numbers of a picture in plain colours, which is as it will be seen (upright)."""
    grey = image.convert("L")
    grey.thumbnail((MEASURED_EDGE, MEASURED_EDGE), Image.Resampling.BOX, reducing_gap=2.0)
    whole = ImageStat.Stat(grey)
    return Measures(
        fingerprint=fingerprint(grey),
        sharpness=_sharpness(grey),
        brightness=round(whole.mean[0], 1),
        contrast=round(math.sqrt(whole.var[0]), 1),
        colour=_colour(image),
    )


def fingerprint(grey: Image.Image) -> int:
    """Return 64 bits that tell for each place whether the picture becomes darker to its right.

    Resizing, recompression and small changes of colour alter few of them.
    """
    width, height = _FINGERPRINT
    small = grey.resize(_FINGERPRINT, Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(height):
        for column in range(width - 1):
            place = row * width + column
            bits = bits << 1 | (small[place] > small[place + 1])
    return bits


def _colour(image: Image.Image) -> float:
    small = image.convert("RGB").resize(_COLOUR_GRID, Image.Resampling.BOX)
    red, green, blue = small.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    least = ImageChops.darker(ImageChops.darker(red, green), blue)
    return round(ImageStat.Stat(ImageChops.subtract(most, least)).mean[0], 1)


def _sharpness(grey: Image.Image) -> float:
    """Return how much of the sharpest region's variance is in details of one pixel.

    A portrait before a soft background is sharp somewhere; a picture that is out of focus is nowhere.
    """
    if min(grey.size) < 2 * _TILES:
        return 1.0
    softer = grey.filter(ImageFilter.GaussianBlur(1.5))
    details = ImageChops.subtract(grey, softer, 1, 128)
    best = 0.0
    for box in _tiles(*grey.size):
        variance = ImageStat.Stat(grey.crop(box)).var[0]
        if variance > _FLAT:
            best = max(best, ImageStat.Stat(details.crop(box)).var[0] / variance)
    return round(best, 4)


def _tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    across, down = width // _TILES, height // _TILES
    return [
        (column * across, row * down, (column + 1) * across, (row + 1) * down)
        for row in range(_TILES)
        for column in range(_TILES)
    ]


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
