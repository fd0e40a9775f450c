"""Fine strokes that follow an invisible current."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageDraw

from fluxtui.simulator.painter.noise import Size, cloud, soft_noise
from fluxtui.simulator.painter.palette import Palette, coloured, mixed, ramp

_CELLS = 64
_STEPS = 46
_STROKES_A_MEGAPIXEL = 1500
_FEWEST_STROKES = 260


def paint_flow(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return a current of strokes in the colours of `palette` on its dark or light end."""
    dark = random.random() < 0.65
    ground = (palette[0], mixed(palette[0], palette[1], 0.7))
    if not dark:
        ground = (palette[4], mixed(palette[4], palette[3], 0.35))
    scale = 1.6
    canvas_size = (round(size[0] * scale), round(size[1] * scale))
    canvas = coloured(cloud(random, canvas_size, 2, 2), ground)
    draw = ImageDraw.Draw(canvas)
    colours = ramp(palette[1:] if dark else palette[:4])
    angles = soft_noise(random, (_CELLS, _CELLS), 4, 4).tobytes()
    tones = soft_noise(random, (_CELLS, _CELLS), 3, 3).tobytes()
    turn = random.uniform(0, math.tau)
    for _ in range(max(_FEWEST_STROKES, round(_STROKES_A_MEGAPIXEL * size[0] * size[1] / 2**20))):
        start = (random.random(), random.random())
        line = _stroke(start, angles, turn, canvas_size)
        tone = tones[_cell(*start)] + random.randint(-34, 34)
        colour = colours[min(255, max(0, tone))]
        width = max(1, round(min(canvas_size) / 420 * random.choice((1, 1, 2, 2, 3, 5))))
        draw.line(line, fill=mixed(ground[1], colour, random.uniform(0.55, 1.0)), width=width, joint="curve")
    return canvas.resize(size, Image.Resampling.LANCZOS)


def _cell(x: float, y: float) -> int:
    column = min(_CELLS - 1, max(0, int(x * _CELLS)))
    return min(_CELLS - 1, max(0, int(y * _CELLS))) * _CELLS + column


def _stroke(start: tuple[float, float], angles: bytes, turn: float, size: Size) -> list[tuple[float, float]]:
    x, y = start
    line = []
    reach = 0.006
    for _ in range(_STEPS):
        line.append((x * size[0], y * size[1]))
        angle = angles[_cell(x, y)] / 255 * math.tau * 0.9 + turn
        x += math.cos(angle) * reach
        y += math.sin(angle) * reach
    return line
