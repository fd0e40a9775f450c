"""The one door through which the files of pictures are opened, whoever wrote them.

Pillow decides by a file's content which of its decoders is run, and some of them call other programs or work
for hours. Here the first bytes decide, and one decoder is named.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib import import_module
from typing import Final

from PIL import Image, ImageCms, UnidentifiedImageError

from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import safe_text
from fluxtui.imaging.jpeg_data import fault_of_data, fault_of_end
from fluxtui.imaging.kinds import HEAD_BYTES, is_bare_bitmap, kind_of, other_kind
from fluxtui.imaging.png_chunks import without_ballast

MOST_SLOW_BYTES: Final = 4_000_000
"""Bytes of a file whose numbers are written out or of a rare range."""

_HEADER_BYTES = 4_096
_COMMENT = re.compile(rb"#[^\r\n]*")
_BITMAPS = frozenset({b"P1", b"P4"})
"""They say no greatest number."""

_WRITTEN_OUT = frozenset({b"P1", b"P2", b"P3"})
_USUAL_RANGES = frozenset({b"255", b"65535"})


def check_portable(content: bytes) -> None:
    """See that a file is not one of those that Pillow reads sign by sign for minutes.

    It does so with the header, with numbers that are written out, and with ranges other than those of one or
    two bytes (Pillow's `PpmImagePlugin`, read 2026-11). Raises `PictureError`.
    """
    words = _COMMENT.sub(b" ", content[:_HEADER_BYTES]).split()
    told = 3 if words[0][:2] in _BITMAPS else 4
    if len(words) < told:
        raise PictureError("is damaged: its header has no end")
    is_slow = words[0] in _WRITTEN_OUT or (told == 4 and words[3] not in _USUAL_RANGES)
    if is_slow and len(content) > MOST_SLOW_BYTES:
        raise PictureError("is a PPM of a kind that takes too long to read", next_step="Save it as PNG.")


MOST_PIXELS: Final = 250_000_000
"""Larger pictures are refused before a pixel is decoded. What is not a JPEG needs four bytes for each."""

LARGE_PIXELS: Final = 25_000_000
"""Pictures with more pixels are worked on one at a time, whatever the number of threads, to bound memory."""

_MODULES = {"TIFF": "TiffImagePlugin", "WEBP": "WebPImagePlugin", "AVIF": "AvifImagePlugin"}
"""Of Pillow, beside those that it always loads."""

_DRAFTED = frozenset({"JPEG", "MPO"})
_SCALES = (1, 2, 4, 8)
"""By which Pillow can decode a JPEG smaller."""

_one_large_picture = threading.RLock()

# The bound is ours: Pillow's own is an error for every picture from here on, and twice that from nowhere.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
# What it says of odd metadata would be written across the screen; the picture itself decides.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())

DECODER_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    AssertionError,
    BufferError,
    EOFError,
    RuntimeError,
    UserWarning,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


Least = Callable[[Image.Image], tuple[int, int]]
"""Tells how many pixels of an open picture are wanted."""


@contextmanager
def opened(content: bytes, *, strict: bool = True, least: Least | None = None) -> Iterator[Image.Image]:
    """Open a picture and turn every fault of its decoder, also inside the `with`, into a `PictureError`.

    Args:
        content: of the file.
        strict: whether a JPEG whose data break off in the middle is refused as well, which no decoder does;
            where the end of its data is missing, when the `with` is left. What was paid for is better than
            nothing even so.
        least: of which a draft will be decoded, where the caller does so; a JPEG then needs little memory.
    """
    try:
        is_jpeg = strict and kind_of(content[:HEAD_BYTES]) == "JPEG"
        if is_jpeg and (fault := fault_of_data(content)):
            raise PictureError(fault)
        with open_picture(content) as image:
            is_large = _pixels_in_memory(image, least) > LARGE_PIXELS
            with _one_large_picture if is_large else nullcontext():
                yield image
                # Only what was decoded can be told to be short of its end.
                if is_jpeg and not getattr(image, "tile", ()) and (fault := fault_of_end(content, image)):
                    raise PictureError(fault)
    except UnidentifiedImageError:
        raise PictureError("is damaged, or of a rare kind that cannot be read") from None
    except _TOO_LARGE:
        raise PictureError(
            f"has more than {MOST_PIXELS // 1_000_000} megapixels", next_step="Make it smaller."
        ) from None
    except MemoryError:
        raise PictureError("needs more memory than there is", next_step="Make it smaller.") from None
    except DECODER_FAULTS as error:
        reason = safe_text(error, limit=80) or type(error).__name__
        raise PictureError(f"is damaged or incomplete ({reason})") from None


def _pixels_in_memory(image: Image.Image, least: Least | None) -> int:
    whole = image.width * image.height
    # A progressive one is in memory as a whole before its pixels are made, whatever their number.
    if least is None or image.format not in _DRAFTED or image.info.get("progressive"):
        return whole
    width, height = least(image)
    scale = min(image.width // width, image.height // height)
    return whole // int(max(part for part in _SCALES if part <= max(scale, 1))) ** 2


def open_picture(content: bytes) -> Image.Image:
    """Return a picture whose pixels are not decoded yet.

    Its kind is told by its first bytes, and only the one decoder of that kind is tried. Raises `PictureError`
    for what is none of `kinds.KINDS`; else whatever Pillow raises.
    """
    head = content[:HEAD_BYTES]
    kind = kind_of(head) or ("DIB" if is_bare_bitmap(head) else "")
    if not kind:
        words = other_kind(head)
        raise PictureError(
            f"is {words}, no picture that can be read" if words else "is not a picture that can be read"
        )
    profile = None
    if kind == "PNG":
        content, profile = without_ballast(content)
    elif kind == "PPM":
        check_portable(content)
    _know(kind)
    image = Image.open(io.BytesIO(content), formats=(kind,))
    if profile is not None:
        image.info["icc_profile"] = profile
    return image


@cache
def _know(kind: str) -> None:
    """Load Pillow's decoder of a kind, without all the others."""
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    elif kind in _MODULES:
        import_module(f"PIL.{_MODULES[kind]}")
        if kind == "TIFF":
            _hush_libtiff()


def _hush_libtiff() -> None:
    """Keep libtiff from writing what is wrong with a file across the terminal; Pillow tells that as well.

    It writes to standard error by itself unless it is told otherwise (libtiff, `TIFFSetErrorHandler` and
    `TIFFSetWarningHandler`, read 2026-11), which Pillow does not do.
    """
    import ctypes

    try:
        # The library behind Pillow's own module, whichever it was built with.
        library = ctypes.CDLL(import_module("PIL._imaging").__file__)
        for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
            handler = library[name]
            handler.argtypes, handler.restype = (ctypes.c_void_p,), ctypes.c_void_p
            handler(None)
    except (OSError, AttributeError):
        # Built into the module, where nobody else can reach it.
        return
