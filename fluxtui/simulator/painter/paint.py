"""From an order to the bytes of a picture."""

from __future__ import annotations

from PIL import Image

from fluxtui.simulator.painter.caption import captioned
from fluxtui.simulator.painter.composition import composed
from fluxtui.simulator.painter.edits import edited
from fluxtui.simulator.painter.finetuned import collaged, tinted
from fluxtui.simulator.painter.noise import grain
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.painter.palette import invented
from fluxtui.simulator.painter.randomness import detail_chance, layout_chance
from fluxtui.simulator.pictures import encoded, reduced

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
