"""Translucent discs and arcs, balanced like a poster."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from fluxtui.simulator.painter.noise import Size, cloud, shifted
from fluxtui.simulator.painter.palette import Palette, coloured, mixed

_OVERSAMPLE = 2


def paint_discs(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return a poster of discs in the colours of `palette` on a light or dark ground."""
    light = random.random() < 0.5
    ground = (palette[4], mixed(palette[4], palette[3], 0.4)) if light else (palette[0], palette[1])
    picture = coloured(cloud(random, size, 2, 3), ground)
    side = min(size)
    for radius in sorted((random.uniform(0.06, 0.36) for _ in range(random.randint(7, 10))), reverse=True):
        centre = (random.uniform(0.08, 0.92) * size[0], random.uniform(0.08, 0.86) * size[1])
        disc = _disc(random, size, centre, radius * side)
        colours = random.sample(palette[:4] if light else palette[1:], 2)
        fall = Image.linear_gradient("L").rotate(random.choice((0, 90, 180, 270))).resize(size)
        shadow = shifted(disc, 0, round(side / 60)).filter(ImageFilter.GaussianBlur(side / 50))
        picture.paste(palette[0], (0, 0), shadow.point([value // 5 for value in range(256)]))
        opacity = random.uniform(0.72, 0.96)
        mask = disc.point([round(value * opacity) for value in range(256)])
        picture.paste(coloured(fall, colours), (0, 0), mask)
    return picture


def _disc(random: Random, size: Size, centre: tuple[float, float], radius: float) -> Image.Image:
    big = Image.new("L", (size[0] * _OVERSAMPLE, size[1] * _OVERSAMPLE))
    draw = ImageDraw.Draw(big)
    kind = random.choice(("disc", "disc", "ring", "half"))
    box = [(middle + sign * radius) * _OVERSAMPLE for sign in (-1, 1) for middle in centre]
    if kind == "disc":
        draw.ellipse(box, fill=255)
    elif kind == "ring":
        draw.ellipse(box, outline=255, width=max(2, round(radius * _OVERSAMPLE * 0.24)))
    else:
        start = random.choice((0, 45, 90, 180, 225, 270))
        draw.pieslice(box, start, start + 180, fill=255)
    return big.resize(size, Image.Resampling.BOX)
