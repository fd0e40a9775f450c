"""Writes a picture's prompt and seed discreetly at its lower edge."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont, ImageStat

_LONGEST = 160
_SMALLEST_SIDE = 96
_INK = (255, 255, 255, 200)
_SHADOW = (0, 0, 0, 90)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def captioned(picture: Image.Image, prompt: str, seed: int) -> Image.Image:
    """Return `picture` with the prompt at the left and the seed at the right; tiny pictures stay bare."""
    if min(picture.size) < _SMALLEST_SIDE:
        return picture
    height = max(10, round(min(picture.size) / 52))
    font = ImageFont.load_default(height)
    margin = height
    top = picture.height - margin - height
    veiled = _veiled(picture, top - margin)
    draw = ImageDraw.Draw(veiled, "RGBA")
    number = f"seed {seed}"
    number_width = draw.textlength(number, font=font)
    room = picture.width - number_width - 4 * margin
    _write(draw, (margin, top), _fitting(prompt, room, font), font)
    _write(draw, (picture.width - margin - number_width, top), number, font)
    return veiled


def _write(draw: ImageDraw.ImageDraw, place: tuple[float, float], line: str, font: Font) -> None:
    draw.text((place[0] + 1, place[1] + 1), line, fill=_SHADOW, font=font)
    draw.text(place, line, fill=_INK, font=font)


def _veiled(picture: Image.Image, top: int) -> Image.Image:
    strip = picture.crop((0, top, picture.width, picture.height))
    light = ImageStat.Stat(strip.convert("L")).mean[0]
    deepest = 100 + round(light / 255 * 120)
    fall = [min(deepest, value * deepest // 140) for value in range(256)]
    shade = Image.linear_gradient("L").resize(strip.size).point(fall)
    veiled = picture.copy()
    veiled.paste((8, 9, 14), (0, top), shade)
    return veiled


def _fitting(prompt: str, room: float, font: Font) -> str:
    words = "".join(c if c.isprintable() else " " for c in prompt[:_LONGEST]).split()
    line = " ".join(words)
    while line and font.getlength(line) > room:
        words = words[:-1]
        line = " ".join(words) + " …" if words else ""
    return line
