"""Pictures that came with a request: checked, bounded, decoded."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
import warnings

from PIL import Image, ImageOps

MOST_INPUT_PIXELS = 50_000_000
MOST_KEPT_PIXELS = 1_100_000
_MEGAPIXEL = 1024 * 1024
FORMATS = ("JPEG", "PNG", "WEBP")

_DATA_ADDRESS = re.compile(r"data:image/[a-z+.-]+;base64,", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class NoPictureError(ValueError):
    """The bytes are no picture that the service takes; the text says why."""


def is_web_address(value: str) -> bool:
    """Say whether an image parameter is an address to fetch and not a picture itself."""
    return _WEB_ADDRESS.fullmatch(value) is not None


def check_image_text(value: str, *, url_allowed: bool) -> None:
    """Check an image parameter, decoding it whole. Raises NoPictureError."""
    if is_web_address(value):
        if not url_allowed:
            raise NoPictureError("Image must be base64 encoded")
        return
    reduced(decoded(value))


def decoded(value: str) -> bytes:
    """Return the bytes of a base64 parameter, plain or as data address. Raises NoPictureError."""
    prefix = _DATA_ADDRESS.match(value)
    try:
        return base64.b64decode(value[prefix.end() :] if prefix else value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoPictureError("Invalid base64 image data") from error


def opened(content: bytes) -> Image.Image:
    """Open (not yet decode) a JPEG, PNG or WebP of bounded size. Raises NoPictureError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NoPictureError("Image could not be read; JPEG, PNG and WebP are supported") from error
    if picture.width * picture.height > MOST_INPUT_PIXELS:
        picture.close()
        raise NoPictureError("Image has too many pixels")
    return picture


def reduced(content: bytes, most_pixels: int = MOST_KEPT_PIXELS, mode: str = "RGB") -> Image.Image:
    """Decode a picture upright, scaled down to at most `most_pixels`. Raises NoPictureError."""
    with opened(content) as picture:
        side = int(most_pixels**0.5)
        if mode == "RGB":
            picture.draft("RGB", (side, side))
        try:
            upright = ImageOps.exif_transpose(picture).convert(mode)
        except (OSError, SyntaxError, ValueError) as error:
            raise NoPictureError("Image is damaged") from error
    pixels = upright.width * upright.height
    if pixels <= most_pixels:
        return upright
    scale = (most_pixels / pixels) ** 0.5
    size = (max(1, round(upright.width * scale)), max(1, round(upright.height * scale)))
    return upright.resize(size, Image.Resampling.LANCZOS)


def encoded(picture: Image.Image, format_name: str, **options: int) -> bytes:
    """Return `picture` as bytes of JPEG, PNG or WebP."""
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def megapixels(pixels: int) -> int:
    """Return the megapixels of 1024 x 1024 pixels that `pixels` begin."""
    return math.ceil(pixels / _MEGAPIXEL)
