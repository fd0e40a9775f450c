"""What becomes of a request's own pictures: restyled, repainted in part, enlarged, cleaned, traced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageChops, ImageFilter, ImageOps

from fluxtui.simulator.painter.finetuned import soft_mask
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.painter.palette import Palette, coloured
from fluxtui.simulator.pictures import opened, reduced

_EDGE_GAIN = 5


def traced_depth(source: Image.Image, scene: Image.Image, palette: Palette) -> Image.Image:
    """Return `scene` modelled by the light and dark masses of `source`."""
    masses = source.convert("L").filter(ImageFilter.GaussianBlur(min(source.size) / 160))
    relief = ImageOps.equalize(masses)
    form = coloured(relief, palette)
    lit = ImageChops.soft_light(form, scene)
    outline = ImageOps.autocontrast(masses.filter(ImageFilter.FIND_EDGES), cutoff=1)
    lit.paste(palette[0], (0, 0), outline.point([value // 2 for value in range(256)]))
    return lit


def traced_edges(source: Image.Image, scene: Image.Image, thresholds: tuple[int, int]) -> Image.Image:
    """Return `scene`, dimmed, with the edges of `source` drawn in light.

    Edges below the lower of the `thresholds` (0 to 500) vanish, those above the upper one shine fully.
    """
    low, high = min(thresholds), max(thresholds)
    smooth = source.convert("L").filter(ImageFilter.GaussianBlur(1.2))
    edges = smooth.filter(ImageFilter.FIND_EDGES)
    span = max(1, high - low)
    table = [round(255 * min(1.0, max(0.0, (value * _EDGE_GAIN - low) / span))) for value in range(256)]
    lines = _without_frame(edges.point(table))
    dimmed = Image.blend(scene, Image.new("RGB", scene.size, (8, 10, 18)), 0.55)
    glow = lines.filter(ImageFilter.GaussianBlur(min(scene.size) / 160))
    bright = ImageChops.add(scene, Image.new("RGB", scene.size, (110, 110, 110)))
    dimmed.paste(bright, (0, 0), glow)
    dimmed.paste((255, 252, 240), (0, 0), lines)
    return dimmed


def _without_frame(lines: Image.Image) -> Image.Image:
    inner = Image.new("L", lines.size)
    if min(lines.size) > 4:
        inner.paste(255, (2, 2, lines.width - 2, lines.height - 2))
    return ImageChops.multiply(lines, inner)


_PROMPT_STRENGTH = 0.35
_STYLE_SHARE = 0.42

Edit = Callable[[Order, Random, Image.Image, Palette], Image.Image]


def edited(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    """Return `scene` with the pictures of the request worked in, as the order's job asks."""
    if not order.inputs:
        return scene
    return _EDITS[order.job](order, random, scene, palette)


def _fitted(content: bytes, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(reduced(content), size, Image.Resampling.BICUBIC)


def _prompted(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    strength = float(order.parameters.get("image_prompt_strength", _PROMPT_STRENGTH))
    example = _fitted(order.inputs["image_prompt"], scene.size)
    mask = soft_mask(random, scene.size, 0.2 + 0.8 * strength, inward=True)
    part = Image.composite(example, scene, mask)
    return Image.blend(scene, part, 0.75 + 0.25 * strength)


def _restyled(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    first, *further = order.inputs.values()
    source = _fitted(first, scene.size)
    smooth = source.reduce(2).filter(ImageFilter.MedianFilter(3)).resize(scene.size, Image.Resampling.BICUBIC)
    tones = coloured(ImageOps.autocontrast(smooth.convert("L"), cutoff=1), palette)
    picture = Image.blend(smooth, tones, _STYLE_SHARE)
    picture = Image.blend(picture, ImageChops.soft_light(picture, scene), 0.5)
    for content in further:
        mask = soft_mask(random, scene.size, 0.4 / len(order.inputs), inward=False)
        picture = Image.composite(_fitted(content, scene.size), picture, mask)
    return picture.filter(ImageFilter.DETAIL)


def _filled(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    source = _fitted(order.inputs["image"], scene.size)
    return Image.composite(scene, source, _mask(order.inputs, scene.size))


def _mask(inputs: Mapping[str, bytes], size: tuple[int, int]) -> Image.Image:
    """Return what is to be repainted (white): the mask, else the transparent part, else the middle."""
    if "mask" in inputs:
        mask = reduced(inputs["mask"], mode="L").resize(size)
    else:
        alpha = reduced(inputs["image"], mode="RGBA").getchannel("A").resize(size)
        mask = ImageChops.invert(alpha)
        if mask.getbbox() is None:
            mask = ImageChops.invert(Image.radial_gradient("L")).resize(size)
            mask = mask.point([255 if value > 128 else 0 for value in range(256)])
    return mask.filter(ImageFilter.GaussianBlur(min(size) / 150))


def _erased(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    source = _fitted(order.inputs["image"], scene.size)
    dilation = int(order.parameters.get("dilate_pixels", 10)) // 2
    mask = _mask(order.inputs, scene.size).point([255 if value > 40 else 0 for value in range(256)])
    mask = mask.filter(ImageFilter.MaxFilter(dilation * 2 + 1))
    clear = source.convert("RGBA")
    clear.putalpha(ImageChops.invert(mask))
    healed = Image.new("RGBA", scene.size)
    for cells in (2, 4, 8, 16, 32, 64):
        small = clear.resize((cells, cells), Image.Resampling.BOX)
        healed.alpha_composite(small.resize(scene.size, Image.Resampling.BICUBIC))
    soft = mask.filter(ImageFilter.GaussianBlur(min(scene.size) / 200))
    return Image.composite(healed.convert("RGB"), source, soft)


def _deblurred(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    source = _fitted(order.inputs["image"], scene.size)
    return source.filter(ImageFilter.UnsharpMask(radius=3, percent=190, threshold=2))


def _expanded(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    with opened(order.inputs["image"]) as source:
        width, height = source.size
    left, top = order.parameters["left"], order.parameters["top"]
    whole = (width + left + order.parameters["right"], height + top + order.parameters["bottom"])
    return _placed(scene, order.inputs["image"], (left, top, left + width, top + height), whole)


def _outpainted(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    with opened(order.inputs["input_image"]) as source:
        width, height = source.size
    across, down = order.parameters.get("reference_offset_x"), order.parameters.get("reference_offset_y")
    left = (order.size[0] - width) // 2 if across is None else across
    top = (order.size[1] - height) // 2 if down is None else down
    box = (left, top, left + width, top + height)
    return _placed(scene, order.inputs["input_image"], box, order.size)


def _placed(
    scene: Image.Image, content: bytes, box: tuple[int, int, int, int], whole: tuple[int, int]
) -> Image.Image:
    """Return `scene` with a picture at `box` of a canvas of `whole` pixels, melting into it."""
    across, down = scene.width / whole[0], scene.height / whole[1]
    left, top = round(box[0] * across), round(box[1] * down)
    size = (max(1, round((box[2] - box[0]) * across)), max(1, round((box[3] - box[1]) * down)))
    picture = reduced(content).resize(size, Image.Resampling.BICUBIC)
    backdrop = picture.resize(scene.size).filter(ImageFilter.GaussianBlur(min(scene.size) / 14))
    canvas = Image.blend(scene, backdrop, 0.55)
    feather = max(1, min(size) // 24)
    mask = Image.new("L", size)
    mask.paste(255, (feather, feather, size[0] - feather, size[1] - feather))
    canvas.paste(picture, (left, top), mask.filter(ImageFilter.BoxBlur(feather / 2)))
    return canvas


def _depth(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    return traced_depth(_fitted(order.inputs["control_image"], scene.size), scene, palette)


def _canny(order: Order, random: Random, scene: Image.Image, palette: Palette) -> Image.Image:
    low = int(order.parameters["canny_low_threshold"])
    high = int(order.parameters["canny_high_threshold"])
    return traced_edges(_fitted(order.inputs["control_image"], scene.size), scene, (low, high))


_EDITS: Mapping[str, Edit] = {
    "create": _prompted,
    "edit": _restyled,
    "fill": _filled,
    "expand": _expanded,
    "erase": _erased,
    "deblur": _deblurred,
    "depth": _depth,
    "canny": _canny,
    "outpaint": _outpainted,
}
