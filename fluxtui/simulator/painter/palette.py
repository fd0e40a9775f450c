"""Colours that go together: invented, or taken from photographs."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from random import Random

from PIL import Image

Colour = tuple[int, int, int]
Palette = tuple[Colour, ...]
"""Five or so colours from dark to light."""

_CHOSEN = (
    ("1b1f3b", "53458c", "b5578f", "f0936a", "fbe3b5"),
    ("10222e", "1f4e5f", "3f8e93", "9fcfb5", "f4f1d8"),
    ("2a1a1f", "6f2b39", "bd4f45", "eb9a5a", "f9e2b8"),
    ("0f1c2e", "27496d", "4f82ad", "a9c7da", "f3ead7"),
    ("1d2a1f", "3d5a3c", "789461", "c9c78a", "f6efd0"),
    ("231942", "5e548e", "9f86c0", "e0a9c4", "fbe4dd"),
    ("14213d", "2f5d8a", "d9793c", "f2b66b", "fbeccf"),
    ("2b2024", "5b4b49", "a1776a", "dcb495", "f7ead9"),
    ("0b2027", "2b5d6b", "c96f53", "eeb27c", "f6ecd2"),
    ("1a1423", "3d314a", "684756", "b07d72", "eed9b7"),
    ("0d1b2a", "24506b", "3f9a8c", "f0c66f", "faf0d2"),
    ("251605", "7a4419", "c98b3c", "e9c982", "f8f0dc"),
    ("1e1e2f", "46425e", "6f7ca8", "b3c4d9", "f4eef0"),
    ("2d142c", "6d1f4f", "c72c54", "f07f57", "fcd9b0"),
)
_HUE_DRIFT = 0.02


def invented(random: Random) -> Palette:
    """Return a harmonious palette from dark to light."""
    drift = random.uniform(-_HUE_DRIFT, _HUE_DRIFT)
    return tuple(_turned(code, drift) for code in random.choice(_CHOSEN))


def _turned(code: str, drift: float) -> Colour:
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    red, green, blue = colorsys.hls_to_rgb((hue + drift) % 1, lightness, saturation)
    return (round(red * 255), round(green * 255), round(blue * 255))


def taken_from(pictures: Sequence[Image.Image], count: int = 5) -> Palette:
    """Return `count` colours that mark some pictures, from dark to light: frequent ones, the vivid first."""
    side = 48
    sheet = Image.new("RGB", (side * len(pictures), side))
    for position, picture in enumerate(pictures):
        sheet.paste(picture.resize((side, side), Image.Resampling.BOX), (side * position, 0))
    reduced = sheet.quantize(count * 3, Image.Quantize.MEDIANCUT).convert("RGB")
    frequent: list[tuple[float, Colour]] = []
    for number, (red, green, blue) in reduced.getcolors() or ():  # type: ignore[misc]
        vividness = (max(red, green, blue) - min(red, green, blue)) / 255
        frequent.append((number**0.5 * (0.3 + vividness), (red, green, blue)))
    colours = [colour for _, colour in sorted(frequent, reverse=True)][:count]
    colours += [colours[-1]] * (count - len(colours))
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
