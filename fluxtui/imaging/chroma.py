"""Photographs whose colours are stored with fewer pixels than their brightness, made smaller as they are."""

from __future__ import annotations

from PIL import Image

Box = tuple[float, float, float, float]

_YCC_COMPONENTS = (1, 2, 3)
"""Their numbers in a JPEG that is surely not RGB (JFIF 1.02; libjpeg's `jdapimin.c`, read 2026-12)."""
_YCC_TRANSFORM = 1
"""What Adobe's marker says of such a JPEG, where it has one."""


def drafted_apart(image: Image.Image, least: tuple[int, int]) -> bool:
    """Decode a JPEG at half its size or less with its colours as they are stored, where that loses nothing.

    Its colours, of half the pixels, then come with all that is stored of them. Nothing is done to any other
    picture, nor to one with a colour profile.

    Args:
        image: is opened, and not decoded yet.
        least: pixels that must be left.

    Returns:
        Whether the picture is decoded and in YCbCr.
    """
    scale = min(image.width // least[0], image.height // least[1])
    if scale < 2 or image.info.get("icc_profile") or not _has_coarse_colours(image):
        return False
    image.draft("YCbCr", least)
    image.load()
    return image.mode == "YCbCr"


def _has_coarse_colours(image: Image.Image) -> bool:
    layers = getattr(image, "layer", ())
    if image.mode != "RGB" or image.info.get("adobe_transform", _YCC_TRANSFORM) != _YCC_TRANSFORM:
        return False
    if tuple(layer[0] for layer in layers) != _YCC_COMPONENTS:
        return False
    # How often each is measured across and down, beside the others.
    luma, *colours = (layer[1:3] for layer in layers)
    return all(own[0] * 2 <= luma[0] and own[1] * 2 <= luma[1] for own in colours)


def resized(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    """Return a part of a picture in another size, with the best filter.

    That of colours in YCbCr is a softer one, of half the work: there is no detail in them that it could lose.
    """
    best = Image.Resampling.LANCZOS
    if image.mode != "YCbCr":
        return image.resize(size, best, box=box, reducing_gap=3.0)
    filters = (best, Image.Resampling.BILINEAR, Image.Resampling.BILINEAR)
    bands = zip(image.split(), filters, strict=True)
    return Image.merge("YCbCr", [band.resize(size, how, box=box, reducing_gap=3.0) for band, how in bands])
