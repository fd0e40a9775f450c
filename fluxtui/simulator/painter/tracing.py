"""Structure taken from a control picture: its depth, its edges."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps

from fluxtui.simulator.painter.palette import Palette, coloured

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
