"""What the terminal shows, cell by cell, so that a frame sends the difference alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from fluxtui.terminal.cells import (
    PLAIN,
    Cell,
    CellReader,
    CellStyle,
    DrawnCells,
    UnreadableText,
    hides_blank,
    is_doubtful_cell,
    transition,
)

BRIDGED_CELLS: Final = 4
"""Cells that stay what they are and are written all the same where moving over them takes as many bytes."""


class PixelMark(NamedTuple):
    """Whose pixels lie over cells: a picture, and the cells of the screen that all of it takes."""

    picture: object
    column: int
    row: int
    columns: int
    rows: int


class ScreenBuffer:
    """The cells that the terminal shows, as far as they are known. Knows nothing at first."""

    def __init__(self) -> None:
        self.columns = 0
        self._rows: list[list[Cell | None]] = []
        self._pixels: dict[int, dict[int, PixelMark]] = {}
        self._reader = CellReader()

    def resize(self, columns: int, rows: int) -> None:
        """Take another size, after which nothing is known; of the same size, what is known stays."""
        if (columns, rows) != (self.columns, len(self._rows)):
            self.columns = columns
            self._rows = [[None] * columns for _ in range(rows)]
            self._pixels = {}

    def forget(self) -> None:
        """Know nothing any more: somebody else may have written, or what was written did not arrive."""
        self._rows = [[None] * self.columns for _ in self._rows]
        self._pixels = {}

    def frame(self, cursor: tuple[int, int] | None) -> FrameWriter:
        """Begin a frame; the pen is plain then, and stands in this column and row if that is known."""
        return FrameWriter(self, cursor)

    def cover(self, mark: PixelMark, columns: range, rows: range) -> None:
        """Note that pixels were painted over cells; the text below is what will be seen without them."""
        for row in rows:
            if 0 <= row < len(self._rows):
                self._pixels.setdefault(row, {}).update(dict.fromkeys(columns, mark))

    def is_covered(self, mark: PixelMark, row: int, columns: range) -> bool:
        """Tell whether the part of a picture in these columns of a row is there, as pixels."""
        marks = self._pixels.get(row, {})
        first = max(mark.column, columns.start)
        last = min(mark.column + mark.columns, columns.stop, self.columns)
        return all(marks.get(column) == mark for column in range(first, last))

    def read(self, text: str) -> DrawnCells:
        """Return the cells of text with its sequences. Raises `UnreadableText`."""
        return self._reader.read(text)

    def cells(self, row: int) -> list[Cell | None]:
        """Return the cells of a row, to be changed; none where there is no such row."""
        return self._rows[row] if 0 <= row < len(self._rows) else []

    def uncover(self, row: int, first: int, new: Sequence[Cell], mark: PixelMark | None) -> list[int]:
        """Return the places of cells that must be sent although they are pixels; these are gone then."""
        marks = self._pixels.get(row)
        if not marks:
            return []
        cells, found = self._rows[row], []
        for place, cell in enumerate(new):
            its = marks.get(first + place)
            if its is not None and (its != mark or cells[first + place] != cell):
                found.append(place)
                del marks[first + place]
        if not marks:
            del self._pixels[row]
        return found


class FrameWriter:
    """One frame: takes what is drawn, and gives the sequences that make the terminal show it.

    Args:
        buffer: what the terminal shows; it is told of everything that is written.
        cursor: the column and row in which the pen stands, if that is known.
    """

    def __init__(self, buffer: ScreenBuffer, cursor: tuple[int, int] | None) -> None:
        self._buffer = buffer
        self._out: list[str] = []
        self._style: CellStyle = PLAIN
        self._at = cursor

    def draw(self, column: int, row: int, text: str) -> None:
        """Draw text with its sequences; if it is not understood, it is sent as it is.

        Args:
            column, row: the cell that it begins in.
        """
        try:
            drawn = self._buffer.read(text)
        except UnreadableText:
            self._copy(column, row, text)
        else:
            self.draw_cells(column, row, drawn)

    def draw_cells(self, column: int, row: int, drawn: DrawnCells, mark: PixelMark | None = None) -> None:
        """Draw cells in a row; what sticks out at the right is cut off.

        Args:
            column, row: the cell that it begins in.
            mark: the pixels that belong over it.
        """
        old = self._buffer.cells(row)
        new, is_doubtful = drawn.cells, drawn.is_doubtful
        if len(new) > len(old) - column:
            new = new[: max(0, len(old) - column)]
        end = column + len(new)
        forced = self._buffer.uncover(row, column, new, mark)
        if not forced and old[column:end] == new:
            return
        changed = {place for place, cell in enumerate(new) if old[column + place] != cell}.union(forced)
        is_doubtful = is_doubtful or any(
            cell is not None and is_doubtful_cell(cell[0]) for cell in old[column:end]
        )
        if is_doubtful:
            # Nobody knows in which columns the rest of it stands: all of it is written, then the pen moves.
            changed, self._at = set(range(len(new))), None
        self._send(column, row, new, sorted(changed))
        _cut_wide(old, column, end)
        old[column:end] = new
        if is_doubtful:
            self._at = None

    def _copy(self, column: int, row: int, text: str) -> None:
        """Send what is not understood as it is; the rest of the row is unknown then."""
        self._out.append(f"{transition(self._style, PLAIN)}{_to(column, row)}{text}\x1b[m")
        self._at, self._style = None, PLAIN
        cells = self._buffer.cells(row)
        cells[column:] = [None] * len(cells[column:])

    def _send(self, column: int, row: int, new: Sequence[Cell], places: Sequence[int]) -> None:
        """Send the cells at some places of a piece, wide characters whole."""
        following = 0
        for number, place in enumerate(places):
            if number and place < following:
                continue
            while place and not new[place][0]:
                place -= 1
            self._move(column + place, row, new[following:place] if number else ())
            self._write(new[place])
            following = place + 1
            while following < len(new) and not new[following][0]:
                following += 1
            # What is written into the last column leaves the pen where terminals differ.
            end = column + following
            self._at = (end, row) if end < self._buffer.columns else None

    def _move(self, column: int, row: int, between: Sequence[Cell]) -> None:
        """Move the pen, over cells of this piece that stay if that is why it moves."""
        if self._at == (column, row):
            return
        if 0 < len(between) <= BRIDGED_CELLS and all(self._fits(cell) for cell in between):
            self._out += [character for character, _ in between]
        else:
            self._out.append(_shortest_way(self._at, column, row))
        self._at = (column, row)

    def _fits(self, cell: Cell) -> bool:
        character, style = cell
        if len(character) != 1 or not character.isascii():
            return False
        return style == self._style or (character == " " and hides_blank(self._style, style))

    def _write(self, cell: Cell) -> None:
        character, style = cell
        if style != self._style and not (character == " " and hides_blank(self._style, style)):
            self._out.append(transition(self._style, style))
            self._style = style
        self._out.append(character)

    def end(self, column: int, row: int) -> str:
        """Return what is to be sent, nothing where nothing has changed; the cursor will stand here."""
        self._out.append(transition(self._style, PLAIN))
        self._out.append(_shortest_way(self._at, column, row))
        return "".join(self._out)


def _cut_wide(cells: list[Cell | None], first: int, end: int) -> None:
    """Forget halves of wide characters of which the other half is written over."""
    if first < end:
        before, after = cells[first], cells[end] if end < len(cells) else None
        if first and before is not None and not before[0]:
            cells[first - 1] = None
        if after is not None and not after[0]:
            cells[end] = None


def _to(column: int, row: int) -> str:
    return f"\x1b[{row + 1 if row else ''}{f';{column + 1}' if column else ''}H"


def _steps(count: int, letter: str) -> str:
    return f"\x1b[{count}{letter}" if count > 1 else f"\x1b[{letter}"


def _shortest_way(start: tuple[int, int] | None, column: int, row: int) -> str:
    """Return the shortest sequence that moves the pen from one cell to another."""
    if start == (column, row):
        return ""
    ways = [_to(column, row)]
    if start is not None:
        right, down = column - start[0], row - start[1]
        vertical = _steps(abs(down), "B" if down > 0 else "A") if down else ""
        if not column:
            ways.append(f"\r{vertical}")
        elif right < 0:
            ways += [vertical + _steps(-right, "D"), vertical + "\b" * -right]
        else:
            ways.append(vertical + (_steps(right, "C") if right else ""))
    return min(ways, key=len)
