"""From an order to the bytes of a picture."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont, ImageStat

from fluxtui.simulator.painter.composition import composed
from fluxtui.simulator.painter.edits import edited
from fluxtui.simulator.painter.finetuned import collaged, tinted
from fluxtui.simulator.painter.noise import grain
from fluxtui.simulator.painter.order import Order, detail_chance, layout_chance
from fluxtui.simulator.painter.palette import invented
from fluxtui.simulator.pictures import encoded, reduced

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


_WORK_PIXELS = 1_100_000
_BESIDE_INPUTS = 0.5


def paint(order: Order) -> bytes:
    """Return the ordered picture in its format. Takes about a second a megapixel; call it in a thread."""
    picture = _scene(order)
    if picture.size != order.size:
        picture = picture.resize(order.size, Image.Resampling.BICUBIC)
    picture = captioned(grain(detail_chance(order), picture), order.prompt, order.seed)
    options = {} if order.format_name == "png" else {"quality": 92}
    return encoded(picture, order.format_name.upper(), **options)


def _scene(order: Order) -> Image.Image:
    random = layout_chance(order)
    size = _work_size(order.size)
    palette = invented(random)
    pieces = [reduced(piece) for piece in order.pieces]
    if pieces:
        palette = tinted(palette, pieces, order.strength)
    scene = composed(random, size, palette)
    if not pieces:
        return edited(order, random, scene, palette)
    if order.job == "edit" and order.inputs:
        restyled = edited(order, random, scene, palette)
        return collaged(random, restyled, pieces, order.strength * _BESIDE_INPUTS)
    scene = collaged(random, scene, pieces, order.strength)
    return edited(order, random, scene, palette)


def _work_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, (_WORK_PIXELS / (size[0] * size[1])) ** 0.5)
    return (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
