"""From what the colours of a picture can be to plain sRGB of 8 bit, with little memory beside the picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from PIL import Image, ImageChops, ImageCms, ImageMath

_PLAIN_MODES = frozenset({"L", "RGB", "CMYK"})
_DEPTHS = (8, 10, 12, 14, 16)
_STRIP_PIXELS = 4_000_000
_WHITE_IS_ZERO = (262, 0)
"""Tag and value of a TIFF whose smallest number is white; Pillow turns those of 8 bit round itself."""

Conversion = Callable[[Image.Image], Image.Image]


def is_deep(image: Image.Image) -> bool:
    """Tell whether a picture has one channel of numbers with more than 8 bit."""
    return image.mode == "F" or image.mode.startswith("I")


def may_be_transparent(image: Image.Image) -> bool:
    """Tell whether a picture has a way to say that it can be seen through."""
    return image.has_transparency_data


def is_transparent(image: Image.Image) -> bool:
    """Tell whether a decoded picture can really be seen through anywhere."""
    if not may_be_transparent(image):
        return False
    return any(alpha_of(strip).getextrema() != (255, 255) for _, strip in strips(image))


def alpha_of(image: Image.Image) -> Image.Image:
    """Return how solid each pixel is, 0 to 255, as a grey picture."""
    clear = image.info.get("transparency")
    if is_deep(image):
        if not isinstance(clear, int):
            return Image.new("L", image.size, 255)
        same = ImageMath.lambda_eval(lambda of: of["convert"](of["n"] == clear, "L"), n=image.convert("I"))
        alpha: Image.Image = same.point(lambda value: 0 if value else 255)
        return alpha
    return image.convert("RGBA").getchannel("A")


def depth_of(image: Image.Image) -> int:
    """Return how many bits the numbers of a deep, decoded picture really use: 8 to 16.

    Cameras and microscopes write 10, 12 and 14 bit into numbers of 16. 0 stands for numbers with a fraction,
    below zero or over 16 bit, of which nothing is known but the least and the greatest.
    """
    low, high = _extrema(image)
    if image.mode == "F" or low < 0 or high >= 1 << 16:
        return 0
    return next(bits for bits in _DEPTHS if high < 1 << bits)


def srgb_conversion(image: Image.Image, behind: str = "white") -> Conversion:
    """Return what makes 8 bit sRGB of a decoded picture, or of a part of it, with a colour behind it."""
    if is_deep(image):
        deep = _deep_conversion(image)
        return lambda part: _laid(deep(part), part, behind) if may_be_transparent(part) else deep(part)
    applied = _profile_conversion(image)

    def convert(part: Image.Image) -> Image.Image:
        if may_be_transparent(part):
            part = _laid(part.convert("RGBA").convert("RGB"), part, behind)
        elif part.mode not in _PLAIN_MODES or part.mode == "L":
            part = part.convert("RGB")
        plain = applied(part)
        # Converting copies even what is RGB already, and a large picture should be in memory once.
        return plain if plain.mode == "RGB" else plain.convert("RGB")

    return convert


def as_srgb(image: Image.Image) -> Image.Image:
    """Return a picture in 8 bit RGB with its own colour profile applied and white behind transparency."""
    image.load()
    return srgb_conversion(image)(image)


def with_alpha(image: Image.Image) -> Image.Image:
    """Return a picture in 8 bit sRGB with its transparency, as RGBA."""
    image.load()
    alpha = alpha_of(image)
    if is_deep(image):
        plain = _deep_conversion(image)(image).convert("RGB")
    else:
        plain = _profile_conversion(image)(image.convert("RGBA").convert("RGB")).convert("RGB")
    plain.putalpha(alpha)
    return plain


def is_srgb(image: Image.Image) -> bool:
    """Tell whether a picture's numbers are sRGB: it has no profile, a broken one, or one that says so."""
    profile = image.info.get("icc_profile")
    if not profile:
        return True
    try:
        return "srgb" in ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).lower()
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return True


def shrunk(
    image: Image.Image, wanted: tuple[int, int], behind: str = "white"
) -> tuple[Image.Image, tuple[float, float]]:
    """Return a picture in sRGB, made smaller by whole numbers as long as `wanted` pixels are left.

    Also how much of its width and height is picture, as its last row and column may be of a part of a pixel.
    `behind` is the colour behind what is transparent. Only a strip at a time is ever converted.
    """
    image.load()
    convert = srgb_conversion(image, behind)
    factor = max(min(image.width // max(wanted[0], 1), image.height // max(wanted[1], 1)), 1)
    if factor == 1:
        return convert(image), (float(image.width), float(image.height))
    target = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    for top, strip in strips(image, factor):
        target.paste(convert(strip).reduce(factor), (0, top // factor))
    return target, (image.width / factor, image.height / factor)


def strips(image: Image.Image, multiple: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield the first row of each strip of a decoded picture, and the strip; rows come by a multiple."""
    rows = max(_STRIP_PIXELS // max(image.width, 1) // multiple, 1) * multiple
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _laid(plain: Image.Image, original: Image.Image, behind: str) -> Image.Image:
    ground = Image.new("RGB", plain.size, behind)
    return Image.composite(plain.convert("RGB"), ground, alpha_of(original))


def _extrema(image: Image.Image) -> tuple[float, float]:
    least, most = float("inf"), float("-inf")
    for _, strip in strips(image):
        part = strip if strip.mode in {"I", "F"} else strip.convert("I")
        low, high = part.getextrema()
        if not isinstance(low, tuple) and not isinstance(high, tuple):
            least, most = min(least, low), max(most, high)
    return least, most


def _deep_conversion(image: Image.Image) -> Conversion:
    """Return what makes 8 bit grey of the numbers that a picture uses."""
    depth = depth_of(image)
    low, high = (0.0, float((1 << depth) - 1)) if depth else _extrema(image)
    if not depth and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif not depth and low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    scale = 255 / (high - low) if high > low else 0.0
    is_negative = getattr(image, "tag_v2", {}).get(_WHITE_IS_ZERO[0]) == _WHITE_IS_ZERO[1]

    def convert(part: Image.Image) -> Image.Image:
        numbers = part.convert("F") if part.mode in {"I", "F"} else part.convert("I").convert("F")
        grey = numbers.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")
        return ImageChops.invert(grey) if is_negative else grey

    return lambda part: convert(part).convert("RGB")


def _profile_conversion(image: Image.Image) -> Conversion:
    """Return what applies the picture's colour profile; one that is broken or does not fit does nothing."""
    profile = image.info.get("icc_profile")
    if not profile:
        return lambda part: part
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "CMYK" if image.mode == "CMYK" else "RGB"
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return lambda part: part
    return lambda part: ImageCms.applyTransform(part, transform) or part
