"""Sheets of coloured paper cut along soft contours, each casting a shadow on the next."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageFilter, ImageOps

from fluxtui.simulator.painter.noise import Size, cloud, grain, shifted
from fluxtui.simulator.painter.palette import Palette, coloured, ramp

_COARSE = 40
_SHARPNESS = 250.0


def paint_papercut(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return layered paper in the colours of `palette`, light above or dark above."""
    terrain = _terrain(random, size)
    depth = terrain.convert("L")
    layers = random.randint(7, 10)
    colours = ramp(palette if random.random() < 0.5 else palette[::-1])
    shade = min(colours[0], colours[255], key=sum)
    sheet = grain(random, coloured(depth, [colours[0], colours[24]]), 0.08)
    drop = (round(size[0] / 160), round(size[1] / 110))
    for layer in range(1, layers):
        cut = _cut(terrain, 255 * layer / layers)
        shadow = shifted(cut, *drop).filter(ImageFilter.GaussianBlur(min(size) / 75))
        sheet.paste(shade, (0, 0), shadow.point([value * 2 // 5 for value in range(256)]))
        place = round(255 * layer / (layers - 1))
        paper = coloured(depth, [colours[max(0, place - 22)], colours[min(255, place + 14)]])
        sheet.paste(paper, (0, 0), cut)
    return sheet


def _terrain(random: Random, size: Size) -> Image.Image:
    """Return heights from 0 to 255 in floating point: eight bits would leave steps along the contours."""
    scale = _COARSE / max(size)
    coarse = (max(6, round(size[0] * scale)), max(6, round(size[1] * scale)))
    heights = cloud(random, coarse, random.randint(2, 3), 2).filter(ImageFilter.GaussianBlur(1.3))
    heights = ImageOps.autocontrast(heights)
    if random.random() < 0.5:
        heights = ImageOps.invert(heights)
    return heights.convert("F").resize(size, Image.Resampling.BICUBIC)


def _cut(terrain: Image.Image, level: float) -> Image.Image:
    offset = 128 - level * _SHARPNESS
    return terrain.point(lambda height: height * _SHARPNESS + offset).convert("L")
