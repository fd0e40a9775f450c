"""A terminal's screen, as far as Textual uses one: what was written to it, cell by cell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size

_PARTS = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<style>[\d;:]*)m"
    r"|(?P<break>\n)|(?P<text>[^\x1b\n]+)|(?P<other>\x1b.?)"
)


class Cell(NamedTuple):
    """A character, or `''` behind a wide one, and the style it was written in."""

    text: str = " "
    style: str = ""


@lru_cache(maxsize=20_000)
def _cells_of(text: str, style: str) -> tuple[Cell, ...]:
    """Return the cells of a piece that is written in one style; most are written many times."""
    if text.isascii():
        return tuple(Cell(character, style) for character in text)
    cells: list[Cell] = []
    for character in text:
        size = get_character_cell_size(character)
        if size:
            cells += [Cell(character, style)] + [Cell("", style)] * (size - 1)
        elif cells:
            cells[-1] = Cell(cells[-1].text + character, style)
    return tuple(cells)


class ScreenText:
    """Takes what Textual writes: text, moves of the cursor and styles. Anything else is an error.

    Args:
        width: columns.
        height: rows.
        filler: what stands everywhere before anything is written.
    """

    def __init__(self, width: int, height: int, filler: str = " ") -> None:
        self.size = (width, height)
        self._width = width
        self._rows = [[Cell(filler)] * width for _ in range(height)]
        self._row = self._column = 0

    def write(self, data: str) -> None:
        """Take what is sent to the terminal."""
        style = ""
        for part in _PARTS.finditer(data):
            kind, value = part.lastgroup, part.group()
            if kind == "column":
                self._row, self._column = int(part["row"]) - 1, int(part["column"]) - 1
            elif kind == "style":
                style = "" if part["style"] in ("", "0") else f"{style};{part['style']}"
            elif kind == "break":
                self._row, self._column = self._row + 1, 0
            elif kind == "text":
                self._put(value, style)
            else:
                raise ValueError(f"no terminal of a test knows {value!r}")

    def _put(self, text: str, style: str) -> None:
        cells = _cells_of(text, style)
        if 0 <= self._row < len(self._rows):
            row = self._rows[self._row]
            room = max(self._width - self._column, 0)
            row[self._column : self._column + len(cells[:room])] = cells[:room]
        self._column += len(cells)

    def text(self) -> str:
        """Return the characters, row by row."""
        return "\n".join("".join(cell.text for cell in row).rstrip() for row in self._rows)

    def differences(self, other: ScreenText) -> list[str]:
        """Return what stands here and what there, for each row that is not the same."""
        found = []
        for number, (ours, theirs) in enumerate(zip(self._rows, other._rows, strict=True)):
            if ours == theirs:
                continue
            columns = [at for at, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
            first, last = columns[0], columns[-1] + 1
            shown, right = ("".join(cell.text for cell in row[first:last]) for row in (ours, theirs))
            if shown == right:
                styles = f"{ours[first].style} instead of {theirs[first].style}"
                found.append(f"row {number}, from column {first}: {shown.strip()!r} in {styles}")
            else:
                found.append(f"row {number}, from column {first}: {shown!r}, not {right!r}")
        return found
