"""Ink drifting in water: warped clouds with fine contour lines."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageFilter

from fluxtui.simulator.painter.noise import Size, cloud, warped
from fluxtui.simulator.painter.palette import Palette, coloured, mixed


def paint_marble(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return a marbled sheet in the colours of `palette`."""
    depth = warped(random, cloud(random, size, random.randint(2, 3), 4), 0.10)
    order = (0, 1, 3, 2, 4) if random.random() < 0.5 else (1, 0, 2, 4, 3)
    sheet = coloured(depth, [palette[index] for index in order])
    bands = random.randint(5, 9)
    lines = depth.filter(ImageFilter.GaussianBlur(size[0] / 300)).point(_contours(bands))
    lines = lines.filter(ImageFilter.GaussianBlur(0.7))
    sheet.paste(mixed(palette[4], (255, 255, 255), 0.35), (0, 0), lines)
    shadow = ImageChops.offset(lines, 3, 4).filter(ImageFilter.GaussianBlur(5))
    sheet.paste(palette[0], (0, 0), shadow.point([value // 3 for value in range(256)]))
    return sheet


def _contours(bands: int) -> list[int]:
    table = []
    for value in range(256):
        phase = value / 256 * bands
        distance = abs(phase - round(phase)) / bands * 256
        table.append(round(max(0.0, 1 - distance / 1.6) * 150))
    return table
