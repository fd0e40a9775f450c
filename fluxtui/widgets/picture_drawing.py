"""From a decoded picture to what is put on the screen. Pure work, for a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from textual.geometry import Region, Size
from textual.strip import Strip

from fluxtui.domain.text import file_size, safe_text
from fluxtui.terminal import iterm2, kitty, sixel
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import Bitmap, PictureFacts, fit_cells
from fluxtui.widgets.picture_strips import half_cell_strips

SSH_HALF_CELLS: Final = 60 * 30
"""Cells of a half-cell picture over SSH; each costs some 40 bytes."""

SSH_COLOURS: Final = 64
KITTY_SIDE: Final = 800
KITTY_SSH_SIDE: Final = 400
"""Pixels on the longer side of the bitmap that kitty scales up to the cells."""


@dataclass(frozen=True)
class Drawing:
    """Half cells and the place they take within the widget's content area."""

    place: Region
    strips: Sequence[Strip]


def describe_picture(path: Path, facts: PictureFacts) -> str:
    """A line for those who see no pictures: name, pixels, bytes."""
    return f"{safe_text(path.name)}: {facts.width} x {facts.height} pixels, {file_size(facts.bytes)}"


def picture_place(bitmap: Bitmap, size: Size, profile: TerminalProfile) -> Region:
    """Where in an area of `size` cells the picture goes: as large as it fits, centred."""
    columns, rows = size
    if profile.over_ssh and profile.protocol is GraphicsProtocol.HALFCELL and columns * rows > SSH_HALF_CELLS:
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
    bitmap: Bitmap, size: Size, profile: TerminalProfile, box: tuple[int, int] | None = None
) -> Drawing:
    """The picture in half cells for an area of `size` cells, or for a smaller `box` in its middle.

    Over SSH it has few colours, and where pixels will follow fewer samples than cells.
    """
    place = picture_place(bitmap, size, profile) if box is None else _centred(box, size)
    colours = SSH_COLOURS if profile.over_ssh else None
    grain = 2 if profile.over_ssh and place.area > SSH_HALF_CELLS else 1
    rows = half_cells(bitmap.image, place.width, place.height, colours, grain)
    return Drawing(place, half_cell_strips(rows))


def encode_picture(bitmap: Bitmap, size: Size, profile: TerminalProfile) -> PaintedPicture | bytes:
    """The picture in the terminal's own protocol: pieces to paint, or a PNG for kitty."""
    place = picture_place(bitmap, size, profile)
    if profile.protocol is GraphicsProtocol.KITTY:
        side = KITTY_SSH_SIDE if profile.over_ssh else KITTY_SIDE
        return kitty.reduced_png(bitmap.image, side, profile.preview_budget)
    encode = iterm2.encode if profile.protocol is GraphicsProtocol.ITERM2 else sixel.encode
    cell = (profile.cell_width, profile.cell_height)
    return encode(bitmap.image, place.width, place.height, *cell, profile.preview_budget)
