"""A terminal's screen, as far as Textual uses one: what was written to it, cell by cell."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size

_PARTS = re.compile(
    r"\x1b\[(?P<row>\d*);?(?P<column>\d*)(?P<place>H)|\x1b\[(?P<style>[\d;]*)m"
    r"|\x1b\[(?P<count>\d*)(?P<step>[ABCD])|(?P<back>[\r\b])|(?P<link>\x1b\]8;[^\x1b]*\x1b\\)"
    r"|(?P<break>\n)|(?P<text>[^\x1b\n\r\b]+)|(?P<other>\x1b.?)"
)
_STEPS = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}
_ENDS = {"22": "12", "23": "3", "24": "4", "25": "56", "27": "7", "28": "8", "29": "9"}
_OVERLINE = "53"
_SEEN_ON_BLANKS = frozenset("479") | {_OVERLINE}

Style = tuple[frozenset[str], str, str]
"""Attributes, the colour of the text and of the background, as SGR has them."""
PLAIN: Style = (frozenset(), "", "")


class Cell(NamedTuple):
    """A character, or `''` behind a wide one, and the style it was written in."""

    text: str = " "
    style: Style = PLAIN


@lru_cache(maxsize=20_000)
def _styled(style: Style, codes: str) -> Style:
    """Return a style after the codes of one sequence."""
    marks, text, ground = set(style[0]), style[1], style[2]
    left = codes.split(";")
    while left:
        code = left.pop(0) or "0"
        if code == "0":
            marks, text, ground = set(), "", ""
        elif code in ("38", "48"):
            length = {"2": 4, "5": 2}[left[0]]
            colour, left = f"{code};{';'.join(left[:length])}", left[length:]
            text, ground = (colour, ground) if code == "38" else (text, colour)
        elif code in _ENDS:
            marks -= set(_ENDS[code])
        elif len(code) == 1 or code == _OVERLINE:
            marks.add(code)
        elif code[:-1] in ("3", "9"):
            text = "" if code == "39" else code
        elif code[:-1] in ("4", "10"):
            ground = "" if code == "49" else code
        else:
            raise ValueError(f"no terminal of a test knows the style {code}")
    return (frozenset(marks), text, ground)


def _cell(text: str, style: Style) -> Cell:
    """Return a cell with what can be seen of a style."""
    if text == " " and not style[0] & _SEEN_ON_BLANKS:
        return Cell(text, (frozenset(), "", style[2]))
    return Cell(text, style)


@lru_cache(maxsize=20_000)
def _cells_of(text: str, style: Style) -> tuple[Cell, ...]:
    """Return the cells of a piece that is written in one style; most are written many times."""
    if text.isascii():
        return tuple(_cell(character, style) for character in text)
    cells: list[Cell] = []
    for character in text:
        size = get_character_cell_size(character)
        if size:
            cells += [_cell(character, style)] + [Cell("", style)] * (size - 1)
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
        style = PLAIN
        for part in _PARTS.finditer(data):
            kind, value = part.lastgroup, part.group()
            if kind == "place":
                self._row, self._column = int(part["row"] or 1) - 1, int(part["column"] or 1) - 1
            elif kind == "style":
                style = _styled(style, part["style"])
            elif kind == "step":
                down, right = (int(part["count"] or 1) * step for step in _STEPS[part["step"]])
                self._row, self._column = self._row + down, self._column + right
            elif kind == "back":
                self._column = 0 if value == "\r" else self._column - 1
            elif kind == "link":
                continue
            elif kind == "break":
                self._row, self._column = self._row + 1, 0
            elif kind == "text":
                self._put(value, style)
            else:
                raise ValueError(f"no terminal of a test knows {value!r}")

    def _put(self, text: str, style: Style) -> None:
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
