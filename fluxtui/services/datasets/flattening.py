"""From what pictures can be to plain ones: 16 bit to 8, transparency to white."""

from __future__ import annotations

from PIL import Image

_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})


def is_transparent(image: Image.Image) -> bool:
    """Tell whether a picture can be seen through anywhere."""
    return image.mode in _WITH_ALPHA or "transparency" in image.info


def has_16_bit(image: Image.Image) -> bool:
    """Tell whether a picture has grey values of more than 8 bit."""
    return image.mode.startswith("I")


def from_16_bit(image: Image.Image) -> Image.Image:
    """Return such a picture in 8 bit grey."""
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def on_white(image: Image.Image) -> Image.Image:
    """Return a picture with white behind it, in RGBA."""
    full = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", full.size, "white"), full)
