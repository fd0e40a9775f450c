"""Opening a picture file safely and fitting it to cells."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fluxtui.domain.errors import FluxError, PictureError
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import read_ordinary
from fluxtui.terminal.framing import Part

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SOURCE_PIXELS: Final = 64_000_000
"""Larger pictures are refused before a pixel of them is decoded; not JPEGs, which are decoded smaller."""

MAX_SOURCE_BYTES: Final = 200_000_000
"""Of a file that is read into memory."""

BITMAP_SIDE: Final = 1600
"""Pixels on the longer side of the bitmap kept in memory."""

Colour = tuple[int, int, int]

_TOO_LARGE: Final = f"it has more than {MAX_SOURCE_PIXELS // 1_000_000} megapixels"


class UnreadablePictureError(FluxError):
    """The file cannot be shown as a picture; `message` is a whole sentence that says why."""

    title = "Picture not shown"

    def __init__(self, reason: str) -> None:
        super().__init__(f"This picture cannot be shown: {reason}.")


@dataclass(frozen=True)
class PictureFileInfo:
    """What a file says about itself: pixels as it is seen, format, bytes on disk, time of its last change."""

    width: int
    height: int
    format: str
    bytes: int
    modified_ns: int


@dataclass(frozen=True)
class Bitmap:
    """A decoded picture, or a part of one, without transparency and upright; reduced where that is enough."""

    image: Image
    facts: PictureFileInfo

    @property
    def full_size(self) -> tuple[int, int]:
        """Width and height of the whole picture as it is seen upright, pixels."""
        return self.facts.width, self.facts.height

    def serves(self, facts: PictureFileInfo, side: int) -> bool:
        """Whether it is of this very file, and large enough for `side` pixels on the longer side."""
        return facts == self.facts and max(self.image.size) >= min(side, max(facts.width, facts.height))

    def cut(self, part: Part) -> Bitmap:
        """The part of the picture that a frame shows."""
        scale = self.image.width / self.full_size[0]
        left, top = int(part.left * scale), int(part.top * scale)
        right = max(left + 1, round(part.right * scale))
        bottom = max(top + 1, round(part.bottom * scale))
        return Bitmap(self.image.crop((left, top, right, bottom)), self.facts)


def load_bitmap(
    path: Path, background: Colour = (0, 0, 0), side: int = BITMAP_SIDE, kept: Bitmap | None = None
) -> Bitmap:
    """Decode a picture file, no larger than needed, over a background colour.

    Args:
        path: of the file.
        background: what shows through where the picture does not cover.
        side: pixels on the longer side that are enough.
        kept: what was decoded of this path before; it is returned where it serves.

    Raises UnreadablePictureError if the file is missing, not a picture, broken or too large.
    """
    with _opened(path) as source:
        facts = _facts(source, path)  # first, because decoding a JPEG in draft changes its size
        if kept is not None and kept.serves(facts, side):
            return kept
        return Bitmap(_reduce(source, side, background), facts)


def read_facts(path: Path) -> PictureFileInfo:
    """Size and format of a picture file, without decoding it. Raises UnreadablePictureError."""
    with _opened(path) as source:
        return _facts(source, path)


def _facts(source: Image, path: Path) -> PictureFileInfo:
    from fluxtui.imaging.orientation import upright_size

    status = path.stat()
    width, height = upright_size(source)
    return PictureFileInfo(width, height, source.format or "?", status.st_size, status.st_mtime_ns)


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """The picture file, its pixels not yet read; every way in which it can be broken becomes one error."""
    from PIL import Image, UnidentifiedImageError

    from fluxtui.imaging.opening import DECODER_FAULTS, open_picture

    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadablePictureError("it is not a file")
        if status.st_size > MAX_SOURCE_BYTES:
            raise UnreadablePictureError(f"it has more than {MAX_SOURCE_BYTES // 1_000_000} MB")
        with open_picture(read_ordinary(path, MAX_SOURCE_BYTES)) as source:
            if source.width * source.height > MAX_SOURCE_PIXELS and source.format not in ("JPEG", "MPO"):
                raise UnreadablePictureError(_TOO_LARGE)
            yield source
    except FileNotFoundError:
        raise UnreadablePictureError("the file is not there any more") from None
    except PermissionError:
        raise UnreadablePictureError("the file may not be read") from None
    except (UnidentifiedImageError, PictureError):
        raise UnreadablePictureError("the file is not a picture of a known format") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadablePictureError(_TOO_LARGE) from None
    except MemoryError:
        raise UnreadablePictureError("there is not enough memory to decode it") from None
    except DECODER_FAULTS as error:
        raise UnreadablePictureError("the file is damaged or incomplete") from error


def _reduce(source: Image, side: int, background: Colour) -> Image:
    from PIL import Image

    from fluxtui.imaging.colours import shrunk, with_alpha
    from fluxtui.imaging.orientation import orientation_of, transposed

    orientation = orientation_of(source)
    longer = max(source.size)
    least = (2 * side * source.width // longer, 2 * side * source.height // longer)
    if source.has_transparency_data:
        image = with_alpha(source)
    else:
        source.draft(None, (side, side))
        image, _ = shrunk(source, least)
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image = transposed(image, orientation)
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, (*background, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def fit_cells(
    size: tuple[int, int], columns: int, rows: int, cell_width: int, cell_height: int
) -> tuple[int, int]:
    """Columns and rows of the largest box within `columns` x `rows` with the picture's aspect ratio."""
    width, height = size
    scale = min(columns * cell_width / max(width, 1), rows * cell_height / max(height, 1))
    wide = round(width * scale / cell_width)
    high = round(height * scale / cell_height)
    return max(1, min(columns, wide)), max(1, min(rows, high))


def resized(image: Image, width: int, height: int) -> Image:
    """The image in exactly this many pixels."""
    from PIL import Image as Pillow

    return image.resize((max(1, width), max(1, height)), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
