"""Lets a finetune's training pictures show in what it paints: their colours, and pieces of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from PIL import Image, ImageFilter, ImageOps

from fluxtui.simulator.painter.noise import cloud
from fluxtui.simulator.painter.palette import Palette, blended, taken_from

_FULL_STRENGTH = 2.0


def tinted(palette: Palette, pictures: Sequence[Image.Image], strength: float) -> Palette:
    """Return `palette` drawn towards the pictures' colours; from a strength of 1 on it is theirs."""
    return blended(palette, taken_from(pictures, len(palette)), min(1.0, strength))


def collaged(
    random: Random, scene: Image.Image, pictures: Sequence[Image.Image], strength: float
) -> Image.Image:
    """Return `scene` with training pictures grown into it through soft, drifting edges.

    One picture lies behind the whole; parts of two more are laid over it. `strength` (0 to 2) is the share of
    the scene that they take: none at 0, all at 2.
    """
    share = min(1.0, max(0.0, strength / _FULL_STRENGTH))
    if share == 0:
        return scene
    subjects = random.sample(list(pictures), min(3, len(pictures)))
    result = scene
    for position, subject in enumerate(subjects):
        part = share if position == 0 else share * 0.35
        centre = (random.uniform(0.3, 0.7), random.uniform(0.3, 0.6))
        fitted = ImageOps.fit(subject, scene.size, Image.Resampling.BICUBIC, centering=centre)
        result = Image.composite(fitted, result, _soft_mask(random, scene.size, part))
    return result


def _soft_mask(random: Random, size: tuple[int, int], share: float) -> Image.Image:
    drift = ImageOps.equalize(cloud(random, size, 2, 3))
    edge, soft = 255 * (1 - share), 40.0
    table = [round(255 * min(1.0, max(0.0, (value - edge) / soft + share))) for value in range(256)]
    return drift.point(table).filter(ImageFilter.GaussianBlur(min(size) / 120))
