"""Cells of a terminal: a character and its style, read from drawn text, and what leads from style to style.

Sources: ECMA-48 (SGR) and xterm's ctlseqs, read 2026-12.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from rich.cells import get_character_cell_size, split_graphemes

from fluxtui.terminal.kitty import PLACEHOLDER

CellStyle = tuple[str, str, str, str]
"""SGR codes of attributes, of the text's colour and of the background's, and the inside of a link (OSC 8)."""
Cell = tuple[str, CellStyle]
"""What one cell shows; the second cell of a wide character has no character of its own."""

PLAIN: Final[CellStyle] = ("", "", "", "")
CACHED_CHARACTERS: Final = 200_000
"""How much drawn text is kept together with its cells: some of a large screen's frames."""

_PART: Final = re.compile(r"\x1b\[([0-9;]*)m|\x1b\]8;([^\x00-\x1f\x7f]*)\x1b\\|([^\x00-\x1f\x7f-\x9f]+)")
_OFF: Final = dict(
    zip(
        ["1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53"],
        ["22", "22", "23", "24", "25", "25", "27", "28", "29", "24", "54", "54", "55"],
        strict=True,
    )
)
"""What switches each attribute off; some are switched off together."""
_SEEN_ON_BLANKS: Final = frozenset(("4", "7", "9", "21", "51", "52", "53"))
_SURELY_WIDE: Final = (
    (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x20000, 0x3FFFD),
)  # fmt: skip
"""Characters of East Asian scripts, which every terminal draws two cells wide; about emoji they differ."""


class UnreadableText(ValueError):
    """What is drawn is more than characters, styles and links."""


class DrawnCells:
    """The cells of what is drawn in a row.

    Attributes:
        cells: one for each column.
        is_doubtful: whether terminals differ about the width of some of its characters.
    """

    __slots__ = ("cells", "is_doubtful")

    def __init__(self, cells: list[Cell], *, is_doubtful: bool = False) -> None:
        self.cells = cells
        self.is_doubtful = is_doubtful

    @classmethod
    def of(cls, text: str) -> DrawnCells:
        """Return the cells of characters with SGR and OSC 8 sequences.

        Raises:
            UnreadableText: there is something else in it.
        """
        drawn = cls([])
        drawn._read(text)
        return drawn

    @classmethod
    def joined(cls, parts: Iterable[DrawnCells]) -> DrawnCells:
        """Return the cells of parts that stand side by side."""
        parts = tuple(parts)
        cells = [cell for part in parts for cell in part.cells]
        return cls(cells, is_doubtful=any(part.is_doubtful for part in parts))

    def _read(self, text: str) -> None:
        style, at = PLAIN, 0
        for part in _PART.finditer(text):
            if part.start() != at:
                break
            at = part.end()
            codes, link, characters = part.groups()
            if characters:
                self._add(characters, style)
            elif link is not None:
                style = (*style[:3], link if link != ";" else "")
            else:
                style = restyled(style, codes)
        if at != len(text):
            raise UnreadableText(text[at : at + 20])

    def _add(self, text: str, style: CellStyle) -> None:
        blank = (" ", _blank(style))
        if text.isascii():
            self.cells += [blank if character == " " else (character, style) for character in text]
            return
        rest = ("", style)
        for cluster, width in _clusters(text):
            if width == 1:
                self.cells.append(blank if cluster == " " else (cluster, style))
            elif width:
                self.cells += [(cluster, style), *[rest] * (width - 1)]
            elif self.cells:
                before, its = self.cells[-1]
                self.cells[-1] = (before + cluster, its)
            self.is_doubtful = self.is_doubtful or not width or is_doubtful_cell(cluster)


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands in cells together, and in how many, as Textual counts them."""
    if all(get_character_cell_size(character) for character in text):
        for character in text:
            yield character, get_character_cell_size(character)
    else:
        for start, end, width in split_graphemes(text)[0]:
            yield text[start:end], width


@lru_cache(4096)
def is_doubtful_cell(characters: str) -> bool:
    """Tell whether terminals differ about how many cells the characters of one cell take."""
    if characters.isascii() or characters.startswith(PLACEHOLDER):
        return False
    if len(characters) > 1:
        return True
    is_wide = get_character_cell_size(characters) > 1
    return is_wide and not any(first <= ord(characters) <= last for first, last in _SURELY_WIDE)


def _blank(style: CellStyle) -> CellStyle:
    """Return what can be seen of a style on a blank."""
    if style[0] and not _SEEN_ON_BLANKS.isdisjoint(style[0].split(";")):
        return style
    return ("", "", style[2], "")


@lru_cache(4096)
def restyled(style: CellStyle, codes: str) -> CellStyle:
    """Return a style after the codes of an SGR sequence.

    Raises:
        UnreadableText: nothing here uses such codes.
    """
    attributes, foreground, background = set(style[0].split(";")) - {""}, style[1], style[2]
    rest = iter((codes or "0").split(";"))
    for code in rest:
        number = int(code or 0)
        if number == 0:
            attributes, foreground, background = set(), "", ""
        elif number in (38, 48):
            kind = next(rest, "")
            colour = ";".join((code, kind, *(next(rest, "") for _ in range(3 if kind == "2" else 1))))
            foreground, background = (colour, background) if number == 38 else (foreground, colour)
        elif 30 <= number <= 37 or 90 <= number <= 97:
            foreground = code
        elif 40 <= number <= 47 or 100 <= number <= 107:
            background = code
        elif number in (39, 49):
            foreground, background = ("", background) if number == 39 else (foreground, "")
        elif code in _OFF:
            attributes.add(code)
        else:
            raise UnreadableText(codes)
    return (";".join(sorted(attributes)), foreground, background, style[3])


def transition(before: CellStyle, after: CellStyle) -> str:
    """Return the shortest sequence that leads from one style to another."""
    attributes, foreground, background, link = after
    if before[0] == attributes and before[3] == link and foreground and background:
        # The cells of a picture: thousands of pairs that do not come again.
        if before[1] == foreground:
            return f"\x1b[{background}m" if before[2] != background else ""
        return f"\x1b[{foreground}m" if before[2] == background else f"\x1b[{foreground};{background}m"
    return _transition(before, after)


@lru_cache(4096)
def _transition(before: CellStyle, after: CellStyle) -> str:
    link = "" if before[3] == after[3] else f"\x1b]8;{after[3] or ';'}\x1b\\"
    was, will = ({code for code in style[0].split(";") if code} for style in (before, after))
    off = {_OFF[code] for code in was - will}
    changes = [*sorted(off), *sorted(code for code in will if code not in was or _OFF[code] in off)]
    if before[1] != after[1]:
        changes.append(after[1] or "39")
    if before[2] != after[2]:
        changes.append(after[2] or "49")
    anew = ["", *sorted(will), *(colour for colour in after[1:3] if colour)]
    codes = min(";".join(changes), ";".join(anew), key=len) if changes else None
    return link if codes is None else f"{link}\x1b[{codes}m"


def hides_blank(style: CellStyle, blank: CellStyle) -> bool:
    """Tell whether a blank looks as it should when it is written in the style of something else."""
    return style[2] == blank[2] and not style[3] and _blank(style) == blank


class CellReader:
    """Reads drawn text; what was read before is known as long as there is room for it."""

    def __init__(self) -> None:
        self._known: dict[str, DrawnCells] = {}
        self._size = 0

    def read(self, text: str) -> DrawnCells:
        """Return the cells of a text. Raises `UnreadableText`."""
        known = self._known.get(text)
        if known is None:
            if self._size > CACHED_CHARACTERS:
                self._known.clear()
                self._size = 0
            known = self._known[text] = DrawnCells.of(text)
            self._size += len(text)
        return known
