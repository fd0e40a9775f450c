"""Lets a finetune's training pictures show in what it paints: their colours, and pieces of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageFilter, ImageOps

from fluxtui.simulator.painter.noise import cloud
from fluxtui.simulator.painter.palette import Palette, blended, taken_from

_FULL_STRENGTH = 2.0
_FURTHER_SHARE = 0.22
_SOFTNESS = 34.0


def tinted(palette: Palette, pictures: Sequence[Image.Image], strength: float) -> Palette:
    """Return `palette` drawn towards the pictures' colours; from a strength of 1 on it is theirs."""
    return blended(palette, taken_from(pictures, len(palette)), min(1.0, strength))


def collaged(
    random: Random, scene: Image.Image, pictures: Sequence[Image.Image], strength: float
) -> Image.Image:
    """Return `scene` with training pictures grown into it through soft, drifting edges.

    One picture lies in the middle, parts of up to two more towards the rim. `strength` (0 to 2) is the share
    of the scene that the first one takes: none at 0, all of it at 2.
    """
    share = min(1.0, max(0.0, strength / _FULL_STRENGTH))
    if share == 0:
        return scene
    first, *further = random.sample(list(pictures), min(3, len(pictures)))
    result = _laid_in(random, scene, first, share, inward=True)
    for picture in further:
        result = _laid_in(random, result, picture, share * _FURTHER_SHARE, inward=False)
    return result


def _laid_in(
    random: Random, scene: Image.Image, picture: Image.Image, share: float, *, inward: bool
) -> Image.Image:
    centre = (random.uniform(0.35, 0.65), random.uniform(0.3, 0.5))
    fitted = ImageOps.fit(picture, scene.size, Image.Resampling.BICUBIC, centering=centre)
    mask = soft_mask(random, scene.size, share, inward=inward)
    return Image.composite(fitted, scene, mask)


def soft_mask(random: Random, size: tuple[int, int], share: float, *, inward: bool) -> Image.Image:
    """Return a mask with drifting edges that lets `share` of the picture through, its middle or its rim."""
    rim = Image.radial_gradient("L").resize(size, Image.Resampling.BICUBIC)
    slope = ImageChops.invert(rim) if inward else rim
    drift = ImageOps.equalize(Image.blend(cloud(random, size, 2, 3), slope, 0.55))
    edge = 255 * (1 - share)
    table = [_passed(value - edge, share) for value in range(256)]
    return drift.point(table).filter(ImageFilter.GaussianBlur(min(size) / 120))


def _passed(distance: float, share: float) -> int:
    return round(255 * min(1.0, max(0.0, distance / _SOFTNESS + share)))
