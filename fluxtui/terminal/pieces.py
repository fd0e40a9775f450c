"""Pictures cut into small pieces that can be sent one by one.

A piece is complete in itself: whatever is written between two pieces, or instead of the rest of them,
the terminal is never left in the middle of a sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fluxtui.system.dataclass import dataclass

PIECE_BYTES: Final = 16 * 1024
"""Largest piece handed to the terminal at once."""


@dataclass(frozen=True)
class CellBox:
    """A rectangle of cells, relative to the picture's upper left cell."""

    column: int
    row: int
    columns: int
    rows: int

    def halves(self) -> tuple[CellBox, CellBox]:
        """The box cut in two, across if it has several rows, else down."""
        if self.rows > 1:
            top = self.rows // 2
            return (
                CellBox(self.column, self.row, self.columns, top),
                CellBox(self.column, self.row + top, self.columns, self.rows - top),
            )
        left = self.columns // 2
        return (
            CellBox(self.column, self.row, left, 1),
            CellBox(self.column + left, self.row, self.columns - left, 1),
        )


@dataclass(frozen=True)
class Piece:
    """A complete escape sequence that paints one box of a picture at the cursor."""

    box: CellBox
    data: str


@dataclass(frozen=True)
class PaintedPicture:
    """A picture as pieces to paint over a region of cells (iTerm2 and sixel)."""

    columns: int
    rows: int
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Bytes to send for the whole picture."""
        return sum(len(piece.data) for piece in self.pieces)


def cut(
    columns: int,
    rows: int,
    band_rows: int,
    paint: Callable[[CellBox], str],
    most_columns: int | None = None,
) -> Iterator[Piece]:
    """Pieces of at most PIECE_BYTES that together cover the picture, from the top.

    `paint` returns the sequence for one box. A box of a single cell is never cut further. No piece is wider
    than `most_columns`.
    """
    wide = most_columns or columns
    for row in range(0, rows, band_rows):
        high = min(band_rows, rows - row)
        for column in range(0, columns, wide):
            yield from _fitting(CellBox(column, row, min(wide, columns - column), high), paint)


def _fitting(box: CellBox, paint: Callable[[CellBox], str]) -> Iterator[Piece]:
    data = paint(box)
    if len(data) <= PIECE_BYTES or box.columns * box.rows == 1:
        yield Piece(box, data)
        return
    for half in box.halves():
        yield from _fitting(half, paint)
