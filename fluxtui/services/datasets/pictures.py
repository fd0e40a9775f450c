"""One training picture: what its bytes really are, and how it is made ready for a trainer."""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageCms, UnidentifiedImageError

from fluxtui.domain.dataset import USUAL_QUALITY, Crop
from fluxtui.domain.errors import PictureError
from fluxtui.domain.found import PictureLook
from fluxtui.domain.text import safe_text
from fluxtui.services.datasets.flattening import from_16_bit, has_16_bit, is_transparent, on_white
from fluxtui.services.datasets.measures import measured
from fluxtui.services.datasets.sizes import fitted

CHECK_PIXELS = 512
"""Edge to which a JPEG may be reduced while its data is checked: all of it is still read."""

DECODED = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
"""What is decoded, by Pillow's names; cameras put a preview behind a JPEG, and Pillow calls that MPO."""

CONVERTED = {
    "HEIF": "HEIF",
    "AVIF": "AVIF",
    "TIFF": "TIFF",
    "BMP": "BMP",
    "DIB": "BMP",
    "GIF": "GIF",
}
"""What is decoded for training besides, and sent as another format; by Pillow's names."""

_LOSSLESS = frozenset({"PNG", "BMP", "DIB", "GIF"})

LARGE_PIXELS = 25_000_000
"""Pictures with more pixels are worked on one at a time, whatever the number of threads, to bound memory."""

_one_large_picture = threading.RLock()

# Pillow only warns of pictures that are too large to be decoded safely; we never want to decode those.
warnings.simplefilter("error", Image.DecompressionBombWarning)
# What it says of odd metadata would be written across the screen; the picture itself decides.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

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
    UserWarning,
    struct.error,
    ImageCms.PyCMSError,
)
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_ORIENTATION_TAG = 0x0112
_TURNED_ORIENTATIONS = frozenset({5, 6, 7, 8})
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by the EXIF orientation."""

_QUARTERS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
"""Quarter turns clockwise; Pillow counts the other way."""


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
        width, height = _upright_size(image, orientation)
        format_name, mode = DECODED[image.format], image.mode
        frames = int(getattr(image, "n_frames", 1)) if image.format != "MPO" else 1
        image.draft(None, (CHECK_PIXELS, CHECK_PIXELS))
        image.load()
        return PictureFacts(format_name, width, height, mode, frames, orientation not in {0, 1})


def looked_at(content: bytes) -> PictureLook:
    """Decode a picture completely and return what it is and how it looks.

    Raises `PictureError` with the reason why it cannot be trained with.
    """
    with opened(content) as image:
        kinds = DECODED | CONVERTED
        if image.format not in kinds:
            raise PictureError(f"is {a_format(image.format)} picture, which cannot be converted for training")
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
        width, height = _upright_size(image, orientation)
        transparent = is_transparent(image)
        frames = int(getattr(image, "n_frames", 1)) if image.format != "MPO" else 1
        colours = image.mode
        image.draft(None, (CHECK_PIXELS, CHECK_PIXELS))
        image.load()
        image.getexif()[_ORIENTATION_TAG] = orientation
        numbers = measured(_transposed(image, orientation))
        return PictureLook(
            format=kinds[image.format],
            width=width,
            height=height,
            colours=colours,
            frames=frames,
            turned=orientation not in {0, 1},
            transparent=transparent,
            sha256=hashlib.sha256(content).hexdigest(),
            fingerprint=numbers.fingerprint,
            sharpness=numbers.sharpness,
            brightness=numbers.brightness,
            contrast=numbers.contrast,
        )


def a_format(format_name: str | None) -> str:
    """Return the name of a format with its article, for a sentence."""
    name = safe_text(format_name, limit=20) or "unknown"
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


def _upright_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if orientation in _TURNED_ORIENTATIONS else (width, height)


def _transposed(image: Image.Image, orientation: int) -> Image.Image:
    how = _TRANSPOSITIONS.get(orientation)
    return image if how is None else image.transpose(how)


@dataclass(frozen=True)
class Preparation:
    """How a picture is made ready.

    Attributes:
        max_pixels: it is scaled down to at most this many.
        turns: quarter turns clockwise, after it has been put upright.
        crop: the part to keep, of the picture after turning; None for all.
        jpeg_quality: 1 to 100, of what becomes a JPEG.
    """

    max_pixels: int
    turns: int = 0
    crop: Crop | None = None
    jpeg_quality: int = USUAL_QUALITY


def prepared(content: bytes, how: Preparation) -> tuple[bytes, str]:
    """Return a picture ready for a trainer, and its extension (`jpg` or `png`).

    Upright, sRGB, 8 bit, without transparency (white behind it), without any metadata. What was without loss
    (PNG, BMP, GIF) becomes a PNG; everything else a JPEG. The same bytes give the same result.
    Raises `PictureError`.
    """
    with opened(content) as image:
        if image.format not in DECODED and image.format not in CONVERTED:
            raise PictureError(f"is {a_format(image.format)} picture, which is not prepared for training")
        extension = extension_of(image.format)
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
        _draft(image, how)
        plain = as_srgb(image)
        if how.crop is None:
            # Before it is turned, so that a large picture is in memory once.
            plain = _scaled(plain, how.max_pixels)
        ready = _transposed(plain, orientation)
        ready = turned(ready, how.turns)
        if how.crop is not None:
            ready = _scaled(ready.crop(how.crop.box(*ready.size)), how.max_pixels)
        ready.info.clear()
        target = io.BytesIO()
        if extension == "png":
            ready.save(target, "PNG", compress_level=6)
        else:
            ready.save(target, "JPEG", quality=how.jpeg_quality, subsampling=0, optimize=True)
    return target.getvalue(), extension


def prepared_mask(content: bytes, turns: int, crop: Crop | None, of: PictureFacts) -> bytes:
    """Return a mask as a grey PNG of the size of its picture, turned and cropped like that.

    Args:
        content: of the file, of any size; it is laid over the whole picture.
        turns: of the picture, quarters clockwise.
        crop: of the picture after turning.
        of: the picture as it is sent.

    Raises:
        PictureError: it is no picture that can be used.
    """
    plain, _ = prepared(content, Preparation(4 * of.width * of.height, turns, crop))
    with opened(plain) as image:
        target = io.BytesIO()
        mask = image.convert("L").resize((of.width, of.height), Image.Resampling.BILINEAR)
        mask.save(target, "PNG", compress_level=6)
    return target.getvalue()


def extension_of(format_name: str) -> str:
    """Return as what a picture is sent, `jpg` or `png`, by the format that it has."""
    return "png" if format_name in _LOSSLESS else "jpg"


def turned(image: Image.Image, quarters: int) -> Image.Image:
    """Return a picture turned clockwise by some quarters."""
    return image.transpose(_QUARTERS[quarters % 4]) if quarters % 4 else image


def upright(image: Image.Image, convert: Callable[[Image.Image], Image.Image], side: int) -> Image.Image:
    """Return an open picture as it is seen, converted, with at most `side` pixels in width and height."""
    orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    image.draft(None, (side, side))
    plain = convert(image)
    plain.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    ready = _transposed(plain, orientation)
    # The file behind an open picture is closed soon.
    return ready.copy() if ready is image else ready


def _scaled(image: Image.Image, max_pixels: int) -> Image.Image:
    size = fitted(*image.size, max_pixels)
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _draft(image: Image.Image, how: Preparation) -> None:
    """Let a JPEG be decoded at a fraction of its size, with half as much again as the filter needs."""
    share = 1.0
    if how.crop is not None:
        share = (how.crop.right - how.crop.left) * (how.crop.bottom - how.crop.top)
    width, height = fitted(*image.size, max(int(how.max_pixels / share), 1))
    if (width, height) != image.size:
        image.draft(None, (width * 3 // 2, height * 3 // 2))


@cache
def _know_heif() -> None:
    """Let Pillow open HEIC, which phones write, once for the program."""
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


@contextmanager
def opened(content: bytes) -> Iterator[Image.Image]:
    """Open a picture and turn every fault of its decoder into a `PictureError`."""
    _know_heif()
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
    if has_16_bit(image):
        return from_16_bit(image).convert("RGB")
    if is_transparent(image):
        image = on_white(image).convert("RGB")
    elif image.mode not in {"RGB", "CMYK"}:
        image = image.convert("RGB")
    plain = _with_profile_applied(image, profile)
    # Converting copies even what is RGB already, and a large picture should be in memory once.
    return plain if plain.mode == "RGB" else plain.convert("RGB")


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
