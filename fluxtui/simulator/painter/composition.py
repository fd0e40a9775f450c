"""Chooses and paints scenes from nothing but chance and a palette, one or the few that stand for a style."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random

from PIL import Image

from fluxtui.simulator.painter.noise import Size
from fluxtui.simulator.painter.order import seeded
from fluxtui.simulator.painter.palette import Palette, invented
from fluxtui.simulator.painter.scenes.aurora import paint_aurora
from fluxtui.simulator.painter.scenes.discs import paint_discs
from fluxtui.simulator.painter.scenes.flow import paint_flow
from fluxtui.simulator.painter.scenes.papercut import paint_papercut
from fluxtui.simulator.painter.scenes.ridges import paint_ridges
from fluxtui.simulator.pictures import encoded

Scene = Callable[[Random, Size, Palette], Image.Image]

SCENES: tuple[Scene, ...] = (paint_ridges, paint_flow, paint_papercut, paint_aurora, paint_discs)


def composed(random: Random, size: Size, palette: Palette) -> Image.Image:
    """Return a scene of `size` in the colours of `palette`."""
    return random.choice(SCENES)(random, size, palette)


_COUNT = 3
_SIDE = 512


@lru_cache(maxsize=16)
def sample_pieces(name: str) -> tuple[bytes, ...]:
    """Return a few JPEGs in one style, always the same for a `name`.

    They stand for the training pictures of a LoRA that nobody trained on photographs.
    """
    palette = invented(seeded("sample", name))
    return tuple(
        encoded(composed(seeded("sample", name, number), (_SIDE, _SIDE), palette), "JPEG", quality=90)
        for number in range(_COUNT)
    )
