"""One training picture: what its bytes really are, and how it is made ready for a trainer."""

from __future__ import annotations

import io
import math
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import safe_text

JPEG_QUALITY = 95
CHECK_PIXELS = 512
"""Edge to which a JPEG may be reduced while its data is checked: all of it is still read."""

DECODED = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
"""What is decoded, by Pillow's names; cameras put a preview behind a JPEG, and Pillow calls that MPO."""

LARGE_PIXELS = 25_000_000
"""Pictures with more pixels are worked on one at a time, whatever the number of threads, to bound memory."""

_one_large_picture = threading.RLock()

# Pillow only warns of pictures that are too large to be decoded safely; we never want to decode those.
warnings.simplefilter("error", Image.DecompressionBombWarning)

_DECODER_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    ImageCms.PyCMSError,
)
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_ORIENTATION_TAG = 0x0112
_TURNED_ORIENTATIONS = frozenset({5, 6, 7, 8})


@dataclass(frozen=True)
class PictureFacts:
    """What the bytes of a picture really are; `width` and `height` are pixels as it is seen upright."""

    format: str
    width: int
    height: int
    mode: str
    frames: int
    turned: bool


def examine(content: bytes) -> PictureFacts:
    """Decode a picture completely and return what it is. Raises `PictureError` with the reason.

    Formats other than those in `DECODED` are named and not decoded: some of their decoders can be made to
    work for hours, or to call other programs.
    """
    with opened(content) as image:
        if image.format not in DECODED:
            return PictureFacts(safe_text(image.format, limit=20), *image.size, image.mode, 1, turned=False)
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
        width, height = image.size
        if orientation in _TURNED_ORIENTATIONS:
            width, height = height, width
        format_name, mode = DECODED[image.format], image.mode
        frames = int(getattr(image, "n_frames", 1)) if image.format != "MPO" else 1
        image.draft(None, (CHECK_PIXELS, CHECK_PIXELS))
        image.load()
        return PictureFacts(format_name, width, height, mode, frames, orientation not in {0, 1})


def fitted(width: int, height: int, max_pixels: int) -> tuple[int, int]:
    """Return the size with the same shape that has at most `max_pixels`; the size itself where it fits."""
    if width * height <= max_pixels:
        return width, height
    scale = math.sqrt(max_pixels / (width * height))
    smaller = max(int(width * scale), 1), max(int(height * scale), 1)
    return min(smaller[0], max_pixels), min(smaller[1], max_pixels)


def prepared(content: bytes, max_pixels: int) -> tuple[bytes, str]:
    """Return a picture ready for a trainer, and its extension (`jpg` or `png`).

    Upright, sRGB, 8 bit, without transparency (white behind it), at most `max_pixels`, without any metadata.
    A PNG stays one, so that nothing is lost; everything else becomes a JPEG. The same bytes give the same
    result. Raises `PictureError`.
    """
    with opened(content) as image:
        if image.format not in DECODED:
            raise PictureError(
                f"is a {safe_text(image.format, limit=20)}, which is not prepared for training"
            )
        as_png = image.format == "PNG"
        size = fitted(*image.size, max_pixels)
        if size != image.size:
            # A JPEG can be decoded at a fraction of its size; half as much again leaves the filter enough.
            image.draft(None, (size[0] * 3 // 2, size[1] * 3 // 2))
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
        plain = as_srgb(image)
        if plain.size != size:
            plain = plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        plain.getexif()[_ORIENTATION_TAG] = orientation
        upright = ImageOps.exif_transpose(plain)
        upright.info.clear()
        target = io.BytesIO()
        if as_png:
            upright.save(target, "PNG", compress_level=6)
        else:
            upright.save(target, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return target.getvalue(), "png" if as_png else "jpg"


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """Open a picture and turn every fault of its decoder into a `PictureError`."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            is_large = image.width * image.height > LARGE_PIXELS
            with _one_large_picture if is_large else nullcontext():
                yield image
    except UnidentifiedImageError:
        raise PictureError("is not a picture that can be read") from None
    except _TOO_LARGE:
        limit = (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        raise PictureError(f"has more than {limit} megapixels, too many to be opened safely") from None
    except _DECODER_FAULTS as error:
        reason = safe_text(error, limit=80) or type(error).__name__
        raise PictureError(f"is damaged or incomplete ({reason})") from None


def as_srgb(image: Image.Image) -> Image.Image:
    """Return a picture in 8 bit RGB with its own colour profile applied and white behind transparency."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        return _from_16_bit(image)
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        image = _on_white(image.convert("RGBA"))
    elif image.mode not in {"RGB", "CMYK"}:
        image = image.convert("RGB")
    plain = _with_profile_applied(image, profile)
    # Converting copies even what is RGB already, and a large picture should be in memory once.
    return plain if plain.mode == "RGB" else plain.convert("RGB")


def _from_16_bit(image: Image.Image) -> Image.Image:
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image).convert("RGB")


def _with_profile_applied(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile that is broken, or made for other colours than the picture has, is as good as none.
        return image
    return changed or image
