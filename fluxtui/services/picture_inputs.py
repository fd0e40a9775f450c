"""Pictures that a request takes in: read safely from disk, and made what services accept."""

from __future__ import annotations

import errno
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.dataset import USUAL_QUALITY
from fluxtui.domain.endpoint import NO_LIMITS, PictureLimits
from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.typed_paths import homeless, meant

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 200_000_000
"""A larger file is not read into memory; no picture that Pillow opens safely needs as much."""

_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
# Cameras put a preview behind the picture of a JPEG, and Pillow calls that MPO.
_READABLE = frozenset({*_EXTENSIONS, "MPO", "BMP", "GIF", "TIFF"})
_PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})
_NEARLY_BLACK = 16
"""What a lossy format makes of black, at most; services paint from the middle grey on."""
_OPAQUE = 255
_ORIENTATION_TAG = 0x0112
_GPS_TAG = 0x8825
_TURNED = frozenset({5, 6, 7, 8})
"""The EXIF orientations of pictures that lie on their side."""


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
        format: in the words of Pillow: `PNG`, `JPEG`, `WEBP`.
        width: pixels.
        height: pixels.
        size: bytes of the file.
        transparent: whether a part of it can be seen through.
        sent: the pixels that it is scaled down to, None where it goes as it is.
    """

    format: str
    width: int
    height: int
    size: int
    transparent: bool
    sent: tuple[int, int] | None = None

    def words(self) -> str:
        """Return `'PNG 1024×768 px · 1.2 MB'`, and what it is sent as."""
        sent = f" · sent as {self.sent[0]}×{self.sent[1]}" if self.sent is not None else ""
        return f"{self.format} {self.width}×{self.height} px · {file_size(self.size)}{sent}"


def look_at(path: Path, max_pixels: int | None = None, limits: PictureLimits = NO_LIMITS) -> InputPicture:
    """Return what a picture is, read by its header.

    Args:
        path: of the file.
        max_pixels: the service's cap; a larger picture is scaled down.
        limits: what else the service takes.

    Raises:
        PictureError: it is no still picture, or the service takes none such; with the reason.
    """
    from fluxtui.services.datasets.pictures import opened
    from fluxtui.services.datasets.sizes import fitted

    content = read_picture(path)
    with opened(content) as image:
        _refuse_others(image)
        width, height = _upright_size(image)
        sent = fitted(width, height, max_pixels) if max_pixels is not None else (width, height)
        found = InputPicture(
            "JPEG" if image.format == "MPO" else str(image.format),
            width,
            height,
            len(content),
            transparent=image.has_transparency_data,
            sent=sent if sent != (width, height) else None,
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

    The file's own bytes where they will do. Otherwise encoded anew, without metadata: upright, 8 bit,
    with its transparency, and scaled to `max_pixels`. A position (GPS) is always left out.

    Raises:
        PictureError: with the reason, to stand after the name of the file.
    """
    from fluxtui.services.datasets.pictures import opened
    from fluxtui.services.datasets.sizes import fitted

    content = read_picture(path)
    with opened(content) as image:
        _refuse_others(image)
        image.load()
        fits = max_pixels is None or fitted(*image.size, max_pixels) == image.size
        if fits and _is_plain(image):
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
    from fluxtui.services.datasets.pictures import opened

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


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if image.getexif().get(_ORIENTATION_TAG) in _TURNED else (width, height)


def _refuse_others(image: Image.Image) -> None:
    if image.format not in _READABLE:
        raise PictureError(f"is a {safe_text(image.format, limit=20)}, not a JPEG, PNG or WebP picture")
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise PictureError("is animated; only a still picture can be sent")


def _is_plain(image: Image.Image) -> bool:
    exif = image.getexif()
    return (
        image.format in _EXTENSIONS
        and image.mode in _PLAIN_MODES
        and exif.get(_ORIENTATION_TAG, 1) in (0, 1)
        and _GPS_TAG not in exif
    )


def _encoded_anew(image: Image.Image, max_pixels: int | None) -> tuple[bytes, str]:
    from PIL import Image as Images
    from PIL import ImageOps

    from fluxtui.services.datasets.pictures import as_srgb
    from fluxtui.services.datasets.sizes import fitted

    as_jpeg = image.format in ("JPEG", "MPO")
    upright = ImageOps.exif_transpose(image)
    profile = None
    if upright.has_transparency_data:
        profile = upright.info.get("icc_profile")
        upright = upright.convert("RGBA")
    else:
        upright = as_srgb(upright)
    if max_pixels is not None:
        upright = upright.resize(fitted(*upright.size, max_pixels), Images.Resampling.LANCZOS)
    upright.info.clear()
    target = io.BytesIO()
    if as_jpeg:
        upright.save(target, "JPEG", quality=USUAL_QUALITY, subsampling=0, optimize=True)
    else:
        upright.save(target, "PNG", icc_profile=profile)
    return target.getvalue(), "jpg" if as_jpeg else "png"
