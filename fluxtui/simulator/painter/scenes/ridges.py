"""Mountains behind mountains under a low sun."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from fluxtui.simulator.painter.noise import Size, cloud, soft_noise
from fluxtui.simulator.painter.palette import Colour, Palette, coloured, mixed


def paint_ridges(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return a landscape in the colours of `palette`: sky, sun, mist and ridges."""
    horizon = random.uniform(0.38, 0.55)
    sky = _sky(random, size, palette, horizon)
    layers = random.randint(5, 7)
    haze = mixed(palette[3], palette[4], 0.35)
    for layer in range(layers):
        share = layer / (layers - 1)
        top = size[1] * (horizon + (0.93 - horizon) * share**1.15)
        colour = mixed(mixed(haze, palette[2], min(1.0, share * 1.6)), palette[0], share**1.2)
        _ridge(random, sky, top, size[1] * (0.16 - 0.05 * share), (colour, haze), 3 + layer)
    return sky


def _sky(random: Random, size: Size, palette: Palette, horizon: float) -> Image.Image:
    fall = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    fall = fall.point([min(255, round(value / (horizon + 0.15))) for value in range(256)])
    fall = Image.blend(fall, cloud(random, size, 2, 3), 0.10)
    warm = mixed(palette[3], palette[4], 0.6)
    sky = coloured(fall, [mixed(palette[1], palette[2], 0.5), palette[2], palette[3], warm, palette[4]])
    radius = min(size) * random.uniform(0.05, 0.10)
    centre = (size[0] * random.uniform(0.2, 0.8), size[1] * horizon * random.uniform(0.45, 0.85))
    light = mixed(palette[4], (255, 255, 255), 0.6)
    for spread, strength in ((5.0, 90), (2.2, 110), (1.0, 255)):
        disc = Image.new("L", size)
        reach = radius * spread
        box = (centre[0] - reach, centre[1] - reach, centre[0] + reach, centre[1] + reach)
        ImageDraw.Draw(disc).ellipse(box, fill=strength)
        blur = 1.2 if spread == 1.0 else reach * 0.45
        sky.paste(light, (0, 0), disc.filter(ImageFilter.BoxBlur(blur)).filter(ImageFilter.BoxBlur(blur)))
    return sky


def _ridge(
    random: Random,
    picture: Image.Image,
    top: float,
    height: float,
    colours: tuple[Colour, Colour],
    waves: int,
) -> None:
    width, bottom = picture.size
    coarse = soft_noise(random, (width, 1), waves, 1).tobytes()
    middle = soft_noise(random, (width, 1), waves * 4, 1).tobytes()
    fine = soft_noise(random, (width, 1), max(8, width // 7), 1).tobytes()
    line = [
        (x, top - height * (coarse[x] * 0.72 + middle[x] * 0.22 + fine[x] * 0.06) / 255 * 1.4)
        for x in range(width)
    ]
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).polygon([(0, bottom), *line, (width, bottom)], fill=255)
    first = int(min(y for _, y in line))
    body = Image.linear_gradient("L").resize((width, max(2, round(height * 3.2))))
    shade = coloured(body, (colours[0], mixed(colours[0], colours[1], 0.42)))
    whole = Image.new("RGB", picture.size, mixed(colours[0], colours[1], 0.42))
    whole.paste(shade, (0, first))
    picture.paste(whole, (0, 0), mask.filter(ImageFilter.GaussianBlur(0.8)))
