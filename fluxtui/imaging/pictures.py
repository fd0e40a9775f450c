"""One training picture: what its bytes really are, and how it is made ready for a trainer."""

from __future__ import annotations

import hashlib
import io
from functools import partial
from typing import Final

from PIL import Image

from fluxtui.domain.dataset import USUAL_QUALITY, Crop
from fluxtui.domain.dataset_scan import PictureLook
from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import safe_text
from fluxtui.imaging.chroma import drafted_apart, resized
from fluxtui.imaging.colours import depth_of, is_deep, is_transparent, shrunk
from fluxtui.imaging.measures import MEASURED_EDGE, fitted, measured, used
from fluxtui.imaging.opening import opened
from fluxtui.imaging.orientation import (
    is_on_its_side,
    is_turned,
    orientation_of,
    transposed,
    upright_size,
)
from fluxtui.system.dataclass import dataclass

MOST_FRAMES: Final = 1_000
"""More pages of a TIFF are not counted: Pillow looks through all that it knows for each further one."""


def frames_of(image: Image.Image) -> int:
    """Return how many pictures are in an open file, 1 where the others are previews.

    A TIFF is at its first page afterwards. Raises whatever Pillow raises for pages that are damaged.
    """
    if image.format == "MPO":
        return 1
    if image.format != "TIFF":
        return int(getattr(image, "n_frames", 1))
    count = 1
    try:
        while count < MOST_FRAMES:
            image.seek(count)
            count += 1
    except EOFError:
        pass
    image.seek(0)
    return count


DECODED = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WEBP"}
"""What is decoded of a service's answers, by Pillow's names; cameras put a preview behind a JPEG, and Pillow
calls that MPO."""

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
_QUARTERS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
"""Quarter turns clockwise; Pillow counts the other way."""

_SPARE = 1.5
"""Times the pixels that a filter wants, of what it makes a smaller picture of."""


@dataclass(frozen=True)
class PictureFacts:
    """What the bytes of a picture really are; `width` and `height` are pixels as it is seen upright."""

    format: str
    width: int
    height: int
    mode: str
    frames: int


def examine(content: bytes) -> PictureFacts:
    """Decode a picture completely and return what it is. Raises `PictureError` with the reason.

    Formats other than those in `DECODED` are named and not decoded: a service is not expected to send them. A
    JPEG that decodes is taken, also if a part of it may be damaged: it was paid for.
    """
    with opened(content, strict=False, least=_measured_part) as image:
        if image.format not in DECODED:
            return PictureFacts(safe_text(image.format, limit=20), *image.size, image.mode, 1)
        width, height = upright_size(image)
        format_name, mode = DECODED[image.format], image.mode
        frames = frames_of(image)
        image.draft(None, _measured_part(image))
        image.load()
        return PictureFacts(format_name, width, height, mode, frames)


def stored_size(content: bytes) -> tuple[int, int]:
    """Return the pixels of a picture as it lies in its file, which is not decoded. Raises `PictureError`."""
    with opened(content, strict=False) as image:
        return image.size


def looked_at(content: bytes) -> PictureLook:
    """Decode a picture completely and return what it is and how it looks.

    Raises `PictureError` with the reason why it cannot be trained with.
    """
    with opened(content, least=_measured_part) as image:
        kinds = DECODED | CONVERTED
        if image.format not in kinds:
            raise PictureError(f"is {a_format(image.format)} picture, which cannot be converted for training")
        turned_in_file, orientation = is_turned(image), orientation_of(image)
        width, height = upright_size(image)
        frames, colours = frames_of(image), image.mode
        image.draft(None, _measured_part(image))
        # All of a JPEG's data are read for a smaller one as well.
        small, _ = shrunk(image, (2 * MEASURED_EDGE, 2 * MEASURED_EDGE))
        numbers = measured(transposed(small, orientation))
        return PictureLook(
            format=kinds[image.format],
            width=width,
            height=height,
            colours=colours,
            depth=depth_of(image) if is_deep(image) else 8,
            frames=frames,
            turned=turned_in_file,
            transparent=is_transparent(image),
            sha256=hashlib.sha256(content).hexdigest(),
            fingerprint=numbers.fingerprint,
            sharpness=numbers.sharpness,
            brightness=numbers.brightness,
            contrast=numbers.contrast,
            colour=numbers.colour,
        )


def _measured_part(_: Image.Image) -> tuple[int, int]:
    return MEASURED_EDGE, MEASURED_EDGE


def a_format(format_name: str | None) -> str:
    """Return the name of a format with its article, for a sentence."""
    name = safe_text(format_name, limit=20) or "unknown"
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


@dataclass(frozen=True)
class Preparation:
    """How a picture is made ready.

    Attributes:
        max_pixels: it is scaled down to at most this many.
        turns: quarter turns clockwise, after it has been put upright.
        crop: the part to keep, of the picture after turning; None for all.
        jpeg_quality: 1 to 100, of what becomes a JPEG.
        behind: the colour behind what is transparent.
    """

    max_pixels: int
    turns: int = 0
    crop: Crop | None = None
    jpeg_quality: int = USUAL_QUALITY
    behind: str = "white"


def prepared(content: bytes, how: Preparation, *, strict: bool = True) -> tuple[bytes, str]:
    """Return a picture ready for a trainer, and its extension (`jpg` or `png`).

    Upright, sRGB, 8 bit, without transparency (`how.behind` it), without any metadata. What was without loss
    (PNG, BMP, GIF) becomes a PNG; everything else a JPEG. The same bytes give the same result.

    Args:
        content: of the file.
        how: it is made ready.
        strict: see `opened`; needless where these very bytes were looked at before.

    Raises:
        PictureError: it cannot be read.
    """
    with opened(content, strict=strict, least=partial(_part_for, how)) as image:
        if image.format not in DECODED and image.format not in CONVERTED:
            raise PictureError(f"is {a_format(image.format)} picture, which is not prepared for training")
        extension = extension_of(image.format)
        ready = made(image, how, as_jpeg=extension == "jpg")
        ready.info.clear()
        target = io.BytesIO()
        if extension == "png":
            ready.save(target, "PNG", compress_level=6)
        else:
            # With tables of its own it would be smaller by a thirtieth, and take three times as long to make.
            ready.save(target, "JPEG", quality=how.jpeg_quality, subsampling=0)
    return target.getvalue(), extension


def made(image: Image.Image, how: Preparation, *, as_jpeg: bool = False) -> Image.Image:
    """Return an open picture in sRGB as it is wanted; no more of it is in memory than is needed.

    What becomes a JPEG may be in YCbCr.
    """
    orientation = orientation_of(image)
    full = _turned_size(upright_size(image), how.turns)
    part, wanted = _sizes(image, how)
    least = _part_for(how, image)
    if as_jpeg and drafted_apart(image, least):
        plain, (across, down) = image, (float(image.width), float(image.height))
    else:
        image.draft(None, least)
        plain, (across, down) = shrunk(image, least, how.behind)
    if how.crop is None and wanted != part:
        # Before it is turned, so that a large picture is in memory once.
        stored = _turned_size(wanted, how.turns + is_on_its_side(orientation))
        plain = resized(plain, stored, (0.0, 0.0, across, down))
    ready = turned(transposed(plain, orientation), how.turns)
    if how.crop is None:
        return ready
    left, top, right, bottom = how.crop.box(*full)
    if ready.size == full and wanted == part:
        return ready.crop((left, top, right, bottom))
    wide, high = ready.width / full[0], ready.height / full[1]
    box = (left * wide, top * high, min(right * wide, ready.width), min(bottom * high, ready.height))
    return resized(ready, wanted, box)


def _sizes(image: Image.Image, how: Preparation) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the size of what is kept of an open picture, and the one that this becomes."""
    part = used(*upright_size(image), how.turns, how.crop)
    return part, fitted(*part, how.max_pixels)


def _part_for(how: Preparation, image: Image.Image) -> tuple[int, int]:
    """Return of how many pixels of an open picture it is made ready."""
    part, wanted = _sizes(image, how)
    share = wanted[0] / part[0] * _SPARE if wanted != part else 1.0
    return max(int(image.width * share), 1), max(int(image.height * share), 1)


def _turned_size(size: tuple[int, int], quarters: int) -> tuple[int, int]:
    return size[::-1] if quarters % 2 else size


def prepared_mask(content: bytes, turns: int, crop: Crop | None, size: tuple[int, int]) -> bytes:
    """Return a mask as a grey PNG of the size of its picture, turned and cropped like that.

    What is transparent in it is black: it is not learned.

    Args:
        content: of the file, of any size; it is laid over the whole picture.
        turns: of the picture, quarters clockwise.
        crop: of the picture after turning.
        size: pixels of the picture as it is sent.

    Raises:
        PictureError: it is no picture that can be used, or nothing in it is white.
    """
    plain, _ = prepared(content, Preparation(4 * size[0] * size[1], turns, crop, behind="black"))
    with opened(plain) as image:
        target = io.BytesIO()
        mask = image.convert("L").resize(size, Image.Resampling.BILINEAR)
        if not mask.getbbox():
            raise PictureError("is black all over as it would be sent, so that nothing would be learned")
        mask.save(target, "PNG", compress_level=6)
    return target.getvalue()


def extension_of(format_name: str) -> str:
    """Return as what a picture is sent, `jpg` or `png`, by the format that it has."""
    return "png" if format_name in _LOSSLESS else "jpg"


def turned(image: Image.Image, quarters: int) -> Image.Image:
    """Return a picture turned clockwise by some quarters."""
    return image.transpose(_QUARTERS[quarters % 4]) if quarters % 4 else image


def upright(image: Image.Image, side: int) -> Image.Image:
    """Return an open picture in sRGB as it is seen, with at most `side` pixels in width and height."""
    orientation = orientation_of(image)
    width, height = image.size
    longer = max(width, height)
    least = (2 * side * width // longer, 2 * side * height // longer)
    image.draft(None, (side, side))
    plain, _ = shrunk(image, least)
    plain.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    ready = transposed(plain, orientation)
    # The file behind an open picture is closed soon.
    return ready.copy() if ready is image else ready
