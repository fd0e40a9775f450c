"""Colours that go together: invented, or taken from photographs."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from random import Random

from PIL import Image

Colour = tuple[int, int, int]
Palette = tuple[Colour, ...]
"""Five or so colours from dark to light."""

_SCHEMES = (
    (0.0, 0.04, 0.08, 0.11, 0.14),
    (0.0, 0.03, 0.45, 0.52, 0.08),
    (0.0, 0.06, 0.12, 0.55, 0.6),
    (0.0, 0.33, 0.38, 0.08, 0.12),
    (0.0, 0.92, 0.86, 0.1, 0.14),
)
_LIGHTNESS = (0.13, 0.30, 0.49, 0.68, 0.88)


def invented(random: Random) -> Palette:
    """Return a harmonious palette from dark to light."""
    base = random.random()
    scheme = random.choice(_SCHEMES)
    vividness = random.uniform(0.38, 0.72)
    colours = []
    for turn, lightness in zip(scheme, _LIGHTNESS, strict=True):
        saturation = vividness * random.uniform(0.8, 1.15)
        red, green, blue = colorsys.hls_to_rgb((base + turn) % 1, lightness, min(1.0, saturation))
        colours.append((round(red * 255), round(green * 255), round(blue * 255)))
    return tuple(colours)


def taken_from(pictures: Sequence[Image.Image], count: int = 5) -> Palette:
    """Return the `count` leading colours of some pictures, from dark to light."""
    side = 48
    sheet = Image.new("RGB", (side * len(pictures), side))
    for position, picture in enumerate(pictures):
        sheet.paste(picture.resize((side, side), Image.Resampling.BOX), (side * position, 0))
    reduced = sheet.quantize(count, Image.Quantize.MEDIANCUT)
    values = (reduced.getpalette() or [])[: count * 3]
    colours = [(values[at], values[at + 1], values[at + 2]) for at in range(0, len(values) - 2, 3)]
    while len(colours) < count:
        colours.append(colours[-1])
    return tuple(sorted(colours, key=luminance))


def luminance(colour: Colour) -> float:
    """Return how light a colour looks, 0 to 255."""
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour that lies `share` (0 to 1) of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def blended(first: Palette, second: Palette, share: float) -> Palette:
    """Return the palette `share` of the way between two palettes of the same length."""
    return tuple(mixed(a, b, share) for a, b in zip(first, second, strict=True))


def ramp(colours: Sequence[Colour]) -> list[Colour]:
    """Return 256 colours that run smoothly through `colours`."""
    last = len(colours) - 1
    steps = []
    for value in range(256):
        place = value / 255 * last
        index = min(int(place), last - 1)
        share = place - index
        steps.append(mixed(colours[index], colours[index + 1], share * share * (3 - 2 * share)))
    return steps


def coloured(grey: Image.Image, colours: Sequence[Colour]) -> Image.Image:
    """Return a greyscale picture in colours: black becomes the first, white the last."""
    steps = ramp(colours)
    channels = [grey.point([step[channel] for step in steps]) for channel in range(3)]
    return Image.merge("RGB", channels)
