"""Chooses and paints a scene from nothing but chance and a palette."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from PIL import Image

from fluxtui.simulator.painter.noise import Size
from fluxtui.simulator.painter.palette import Palette
from fluxtui.simulator.painter.scenes.aurora import paint_aurora
from fluxtui.simulator.painter.scenes.discs import paint_discs
from fluxtui.simulator.painter.scenes.flow import paint_flow
from fluxtui.simulator.painter.scenes.papercut import paint_papercut
from fluxtui.simulator.painter.scenes.ridges import paint_ridges

Scene = Callable[[Random, Size, Palette], Image.Image]

SCENES: tuple[Scene, ...] = (paint_ridges, paint_flow, paint_papercut, paint_aurora, paint_discs)


def composed(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return a scene of `size` in the colours of `palette`."""
    return random.choice(SCENES)(random, size, palette)
