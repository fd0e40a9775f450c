"""From a decoded picture to what is put on the screen. Pure work, for a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from textual.geometry import Region, Size
from textual.strip import Strip

from fluxtui.domain.text import file_size, safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.terminal import kitty
from fluxtui.terminal.encoder import Encoder
from fluxtui.terminal.encoding import SSH_SAMPLES
from fluxtui.terminal.framing import Frame, Seen
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.mosaic import mosaic_rows
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import GraphicsProtocol, Mosaic, TerminalProfile
from fluxtui.terminal.scaling import BITMAP_SIDE, Bitmap, PictureFileInfo, fit_cells
from fluxtui.widgets.pictures.strips import HalfCellStrip, PictureRow

SSH_HALF_CELLS: Final = 60 * 30
"""Cells of a half-cell picture over SSH; each costs some 40 bytes."""

SSH_COLOURS: Final = 64


@dataclass(frozen=True)
class Drawing:
    """Half cells and the place they take within the widget's content area."""

    place: Region
    strips: Sequence[Strip]


def describe_picture(path: Path, facts: PictureFileInfo) -> str:
    """A line for those who see no pictures: name, pixels, bytes."""
    return f"{safe_text(path.name)}: {facts.width} x {facts.height} pixels, {file_size(facts.bytes)}"


def area_pixels(size: Size, profile: TerminalProfile) -> tuple[int, int]:
    """The pixels of an area of `size` cells: those of the terminal, or squares as wide as a cell."""
    width, height = size.width * profile.cell_width, size.height * profile.cell_height
    if profile.protocol.draws_pixels:
        return width, height
    return size.width, round(height / profile.cell_width)


def frame_picture(bitmap: Bitmap, frame: Frame, size: Size, profile: TerminalProfile) -> tuple[Bitmap, Seen]:
    """The part of the picture that a frame shows in an area of `size` cells."""
    area, full = area_pixels(size, profile), bitmap.full_size
    part = frame.part(full, area)
    cut = bitmap if frame.zoom <= 1 else bitmap.cut(part)
    return cut, Seen(frame, part, full, frame.scale(full, area))


def needed_side(frame: Frame, size: Size, profile: TerminalProfile) -> int:
    """Pixels on the longer side that a picture must be decoded to, so that a frame of it is sharp.

    It grows in steps, so that a little closer is not another decoding.
    """
    wanted = max(area_pixels(size, profile)) * frame.zoom if frame.zoom > 1 else 0
    side = BITMAP_SIDE
    while side < wanted:
        side *= 2
    return side


def picture_place(bitmap: Bitmap, size: Size, profile: TerminalProfile, share: float = 1.0) -> Region:
    """Where in an area of `size` cells the picture goes: as large as it fits, or a share of that, centred."""
    columns, rows = (max(1, int(cells * min(1.0, share))) for cells in size)
    if profile.draws_few_cells and columns * rows > SSH_HALF_CELLS:
        scale = (SSH_HALF_CELLS / (columns * rows)) ** 0.5
        columns, rows = max(1, int(columns * scale)), max(1, int(rows * scale))
    if profile.protocol is GraphicsProtocol.KITTY:
        columns, rows = min(columns, kitty.MAX_CELLS), min(rows, kitty.MAX_CELLS)
    return _centred(
        fit_cells(bitmap.image.size, columns, rows, profile.cell_width, profile.cell_height), size
    )


def _centred(box: tuple[int, int], size: Size) -> Region:
    wide, high = box
    return Region((size.width - wide) // 2, (size.height - high) // 2, wide, high)


def draw_half_cells(
    bitmap: Bitmap,
    size: Size,
    profile: TerminalProfile,
    box: tuple[int, int] | None = None,
    share: float = 1.0,
    colours: str | None = "truecolor",
) -> Drawing:
    """The picture in half cells for an area of `size` cells, or for a smaller `box` in its middle.

    Over SSH it has few colours, and where pixels will follow fewer samples than cells. `colours` are those
    that the terminal has, as Rich calls them.
    """
    place = picture_place(bitmap, size, profile, share) if box is None else _centred(box, size)
    coarse = profile.over_ssh and (profile.reduces or profile.protocol.draws_pixels)
    few = SSH_COLOURS if coarse else None
    grain = 2 if coarse and place.area > SSH_HALF_CELLS else 1
    if coarse and profile.protocol.draws_pixels:
        grain = max(1, -(-place.area // SSH_SAMPLES))
    rows: Sequence[PictureRow] = (
        half_cells(bitmap.image, place.width, place.height, few, grain)
        if profile.mosaic is Mosaic.HALF or grain > 1
        else mosaic_rows(bitmap.image, place.width, place.height, profile.mosaic, coarse=coarse)
    )
    return Drawing(place, [HalfCellStrip(row, colours) for row in rows])


def encode_picture(
    encoder: Encoder, bitmap: Bitmap, size: Size, profile: TerminalProfile, share: float = 1.0
) -> PaintedPicture | bytes:
    """The picture in the terminal's own protocol: pieces to paint, or a PNG for kitty."""
    place = picture_place(bitmap, size, profile, share)
    return encoder.encode(bitmap.image, place.width, place.height, profile)
