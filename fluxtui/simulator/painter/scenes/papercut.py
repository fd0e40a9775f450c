"""Sheets of coloured paper cut along soft contours, each casting a shadow on the next."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageFilter

from fluxtui.simulator.painter.noise import Size, cloud, grain, shifted
from fluxtui.simulator.painter.palette import Palette, coloured, ramp

_EDGE = 1.6


def paint_papercut(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return layered paper in the colours of `palette`, light above or dark above."""
    depth = cloud(random, size, random.randint(2, 3), 2).filter(ImageFilter.GaussianBlur(min(size) / 60))
    if random.random() < 0.5:
        depth = ImageChops.invert(depth)
    layers = random.randint(7, 10)
    colours = ramp(palette if random.random() < 0.5 else palette[::-1])
    sheet = grain(random, coloured(depth, [colours[0], colours[24]]), 0.08)
    drop = (round(size[0] / 160), round(size[1] / 110))
    for layer in range(1, layers):
        level = 255 * layer / layers
        cut = depth.point([_step(value - level) for value in range(256)])
        shadow = shifted(cut, *drop).filter(ImageFilter.GaussianBlur(min(size) / 75))
        sheet.paste(colours[0] if sum(colours[0]) < 300 else colours[255], (0, 0), _faint(shadow))
        place = round(255 * layer / (layers - 1))
        paper = coloured(depth, [colours[max(0, place - 22)], colours[min(255, place + 14)]])
        sheet.paste(paper, (0, 0), cut)
    return sheet


def _step(distance: float) -> int:
    return round(255 * min(1.0, max(0.0, distance / _EDGE + 0.5)))


def _faint(mask: Image.Image) -> Image.Image:
    return mask.point([value * 2 // 5 for value in range(256)])
