"""Pictures that a request takes in: read safely from disk, and made what services accept."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.dataset import USUAL_QUALITY
from fluxtui.domain.endpoint import NO_LIMITS, PictureLimits
from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.typed_paths import homeless, meant
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 200_000_000
"""A larger file is not read into memory; no picture that Pillow opens safely needs as much."""

_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
_JPEG_KINDS = frozenset({"JPEG", "MPO", "HEIF", "AVIF"})
"""What becomes a JPEG where it cannot go as it is: photographs, which would be large as PNG.

Cameras put a preview behind the picture of a JPEG, and Pillow calls that MPO."""

_READABLE = frozenset({*_EXTENSIONS, *_JPEG_KINDS, "BMP", "DIB", "GIF", "TIFF"})
_KIND_NAMES = {"MPO": "JPEG", "DIB": "BMP"}
_SEVERAL = {"TIFF": "has several pages; only a single picture can be sent"}
_PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
_NEARLY_BLACK = 16
"""What a lossy format makes of black, at most; services paint from the middle grey on."""
_OPAQUE = 255


def picture_path(text: str) -> Path:
    """Return the absolute path that a person meant; `~` is the home directory. Raises `PictureError`."""
    path = meant(text)
    if reason := homeless(path):
        raise PictureError(reason)
    return path.absolute()


@dataclass(frozen=True)
class InputPicture:
    """What a picture is that a request takes in; pixels as it is seen upright.

    Attributes:
        format: of the file, in the words of Pillow: `PNG`, `JPEG`, `WEBP`, `HEIF`.
        width: pixels.
        height: pixels.
        size: bytes of the file.
        transparent: whether a part of it can be seen through.
        sent: the pixels that it is scaled down to, None where they stay.
        sent_as: the format that it is sent in where that is another one, else `''`.
    """

    format: str
    width: int
    height: int
    size: int
    transparent: bool
    sent: tuple[int, int] | None = None
    sent_as: str = ""

    def words(self) -> str:
        """Return `'PNG 1024×768 px · 1.2 MB'`, and what it is sent as."""
        size = f"{self.sent[0]}×{self.sent[1]}" if self.sent is not None else ""
        change = f"{self.sent_as} {size}".strip()
        sent = f" · sent as {change}" if change else ""
        return f"{self.format} {self.width}×{self.height} px · {file_size(self.size)}{sent}"


def look_at(path: Path, max_pixels: int | None = None, limits: PictureLimits = NO_LIMITS) -> InputPicture:
    """Return what a picture is and how it would be sent, as far as possible by its header.

    Args:
        path: of the file.
        max_pixels: the service's cap; a larger picture is scaled down.
        limits: what else the service takes.

    Raises:
        PictureError: it is no still picture, or the service takes none such; with the reason.
    """
    from fluxtui.imaging.colours import is_transparent, may_be_transparent
    from fluxtui.imaging.measures import fitted
    from fluxtui.imaging.opening import opened
    from fluxtui.imaging.orientation import upright_size

    content = read_picture(path)
    with opened(content) as image:
        _refuse_others(image)
        width, height = upright_size(image)
        sent = fitted(width, height, max_pixels) if max_pixels is not None else (width, height)
        kind = _KIND_NAMES.get(str(image.format), str(image.format))
        goes_as_it_is = sent == (width, height) and _is_plain(image)
        transparent = False
        if may_be_transparent(image):
            image.load()
            transparent = is_transparent(image)
        becomes = kind if goes_as_it_is else _format_of_new(image)
        found = InputPicture(
            kind,
            width,
            height,
            len(content),
            transparent=transparent,
            sent=sent if sent != (width, height) else None,
            sent_as=becomes if becomes != kind else "",
        )
    least = limits.least_side
    if least is not None and min(sent) < least:
        raise PictureError(f"has {width}×{height} px; {least} px a side are the least")
    if limits.max_bytes is not None and found.size > limits.max_bytes:
        bytes_sent = len(prepare_picture(path, max_pixels)[0])
        if bytes_sent > limits.max_bytes:
            most = file_size(limits.max_bytes)
            raise PictureError(f"has {file_size(bytes_sent)}; {most} are the most that the service takes")
    return found


def prepare_picture(path: Path, max_pixels: int | None) -> tuple[bytes, str]:
    """Return a picture as a service takes it, and the extension of its format.

    The file's own bytes where they will do. Otherwise encoded anew, without metadata: upright, sRGB, 8 bit,
    with its transparency, and scaled to `max_pixels`. A position (GPS) is always left out.

    Raises:
        PictureError: with the reason, to stand after the name of the file.
    """
    from fluxtui.imaging.measures import fitted
    from fluxtui.imaging.opening import opened

    content = read_picture(path)
    with opened(content) as image:
        _refuse_others(image)
        fits = max_pixels is None or fitted(*image.size, max_pixels) == image.size
        if fits and _is_plain(image):
            image.load()
            return content, _EXTENSIONS[str(image.format)]
        return _encoded_anew(image, max_pixels)


def has_white(path: Path) -> bool:
    """Tell whether a mask marks anything: whether any of it is not black. Raises `PictureError`."""
    return _extremes(path, "L")[1] > _NEARLY_BLACK


def has_holes(path: Path) -> bool:
    """Tell whether anything of a picture can be seen through. Raises `PictureError`."""
    return _extremes(path, "A")[0] < _OPAQUE


def _extremes(path: Path, band: str) -> tuple[float, float]:
    """Return the least and the greatest value of the grey (L) or the alpha (A) of a picture, 0 to 255."""
    from fluxtui.imaging.opening import opened

    with opened(read_picture(path)) as image:
        _refuse_others(image)
        histogram = (image.convert("L") if band == "L" else image.convert("RGBA").getchannel("A")).histogram()
    there = [value for value, count in enumerate(histogram) if count]
    return there[0], there[-1]


def read_picture(path: Path) -> bytes:
    """Return the bytes of a regular file. Raises `PictureError` with the reason."""
    try:
        # A pipe with nobody at its other end must not stop the program.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise PictureError("is not a file" if not stat.S_ISDIR(found.st_mode) else "is a directory")
            if found.st_size > MOST_BYTES:
                raise PictureError(f"has {file_size(found.st_size)}, too much for a picture")
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        raise PictureError("does not exist") from None
    except IsADirectoryError:
        raise PictureError("is a directory") from None
    except PermissionError:
        raise PictureError("may not be read by you") from None
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if number else "its name is not a file name"
        if number == errno.ENAMETOOLONG:
            reason = "its name is too long"
        raise PictureError(f"cannot be read: {reason}") from None


def _refuse_others(image: Image.Image) -> None:
    if image.format not in _READABLE:
        raise PictureError(f"is a {safe_text(image.format, limit=20)}, not a JPEG, PNG or WebP picture")
    # What is behind the first picture of an MPO or HEIC is a preview, or another shot.
    if image.format not in {"MPO", "HEIF"} and getattr(image, "is_animated", False):
        told = "is animated; only a still picture can be sent"
        raise PictureError(_SEVERAL.get(str(image.format), told))


def _is_plain(image: Image.Image) -> bool:
    from fluxtui.imaging.colours import is_srgb
    from fluxtui.imaging.orientation import is_turned, tells_place

    return (
        image.format in _EXTENSIONS
        and image.mode in _PLAIN_MODES
        and not is_turned(image)
        and not tells_place(image)
        and is_srgb(image)
    )


def _format_of_new(image: Image.Image) -> str:
    return "JPEG" if image.format in _JPEG_KINDS and not image.has_transparency_data else "PNG"


def _encoded_anew(image: Image.Image, max_pixels: int | None) -> tuple[bytes, str]:
    from PIL import Image as Images

    from fluxtui.imaging.colours import with_alpha
    from fluxtui.imaging.measures import fitted
    from fluxtui.imaging.orientation import orientation_of, transposed
    from fluxtui.imaging.pictures import Preparation, made

    target = io.BytesIO()
    as_jpeg = _format_of_new(image) == "JPEG"
    most = max_pixels if max_pixels is not None else image.width * image.height
    if image.has_transparency_data:
        orientation = orientation_of(image)
        plain = transposed(with_alpha(image), orientation)
        ready = plain.resize(fitted(*plain.size, most), Images.Resampling.LANCZOS)
    else:
        ready = made(image, Preparation(most))
    ready.info.clear()
    if as_jpeg:
        ready.save(target, "JPEG", quality=USUAL_QUALITY, subsampling=0, optimize=True)
    else:
        ready.save(target, "PNG")
    return target.getvalue(), "jpg" if as_jpeg else "png"
