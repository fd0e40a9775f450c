"""A night sky with curtains of light over dark hills."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from fluxtui.simulator.painter.noise import Size, soft_noise, warped
from fluxtui.simulator.painter.palette import Colour, Palette, coloured, mixed

_NIGHT = (6, 9, 20)


def paint_aurora(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return northern lights in the colours of `palette`."""
    deep = mixed(palette[0], _NIGHT, 0.55)
    fall = Image.linear_gradient("L").resize(size)
    sky = coloured(fall, [deep, mixed(palette[0], palette[1], 0.35), mixed(palette[1], palette[2], 0.45)])
    _stars(random, sky)
    for colour in (palette[2], palette[3], mixed(palette[3], palette[4], 0.5)):
        sky = ImageChops.screen(sky, _curtain(random, size, colour))
    for layer in range(2):
        _hills(random, sky, 0.80 + 0.07 * layer, mixed(deep, palette[1], 0.25 - 0.2 * layer))
    return sky


def _stars(random: Random, sky: Image.Image) -> None:
    draw = ImageDraw.Draw(sky, "RGBA")
    for _ in range(260):
        x, y = random.random() * sky.width, random.random() ** 1.4 * sky.height
        radius = random.choice((0.6, 0.8, 1.0, 1.7)) * sky.width / 1000
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, fill=(255, 255, 248, random.randint(60, 220)))


def _curtain(random: Random, size: Size, colour: Colour) -> Image.Image:
    folds = soft_noise(random, size, random.randint(14, 22), 2)
    folds = folds.point([round((value / 255) ** 1.6 * 255) for value in range(256)])
    wide = soft_noise(random, size, 4, 2)
    height = random.uniform(0.25, 0.5)
    envelope = Image.linear_gradient("L").resize(size)
    envelope = envelope.point([_rise(value / 255, height) for value in range(256)])
    light = ImageChops.multiply(ImageChops.multiply(folds, envelope), wide)
    light = warped(random, light, 0.07, waves=4).filter(ImageFilter.GaussianBlur(size[0] / 220))
    light = light.point([min(255, round(value * 2.1)) for value in range(256)])
    return coloured(light, ((0, 0, 0), colour))


def _rise(place: float, lowest: float) -> int:
    """Brightness of a curtain from the top (0) down: slowly brighter, then soon gone."""
    end = lowest + 0.2
    if place < end:
        return round(255 * math.pow(place / end, 1.3))
    return round(255 * max(0.0, 1 - (place - end) / 0.18))


def _hills(random: Random, picture: Image.Image, top: float, colour: Colour) -> None:
    width, height = picture.size
    shape = soft_noise(random, (width, 1), 4, 1).tobytes()
    fine = soft_noise(random, (width, 1), max(6, width // 9), 1).tobytes()
    line = [(x, height * (top + 0.09 - 0.16 * shape[x] / 255 - 0.012 * fine[x] / 255)) for x in range(width)]
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).polygon([(0, height), *line, (width, height)], fill=255)
    picture.paste(colour, (0, 0), mask.filter(ImageFilter.GaussianBlur(0.8)))
