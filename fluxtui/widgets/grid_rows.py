"""Rows of tiles as lines of cells: each line is made once, for as long as its row looks the same.

Textual keeps what it makes of a strip (filtered, cut, turned into escape sequences) with the strip. A line
that stays the same object while the grid scrolls therefore costs next to nothing where it is painted again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from textwrap import wrap
from typing import Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fluxtui.domain.text import shown_text
from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.tile_drawing import DrawnTile
from fluxtui.widgets.tiles import Tile

GAP: Final = 1
"""Cells between two tiles."""
_KEPT_CELLS: Final = 60_000
"""Cells of lines kept in memory: some screens, so that what was just seen can be scrolled back to."""

Drawn = DrawnTile | str | None
Cursor = tuple[int, str]
"""The column of the cursor in a row, and the name of the style in which it stands there."""


@dataclass(frozen=True)
class RowShape:
    """The cells of a row: `left` free ones, tiles `wide` each with `high` rows of picture, `width` in all."""

    left: int
    wide: int
    high: int
    width: int


@dataclass(frozen=True)
class RowLook:
    """All that decides how a row looks, but for the cursor in it."""

    shape: RowShape
    tiles: tuple[Tile, ...]
    drawn: tuple[Drawn, ...]


class GridRows:
    """Makes lines of rows and keeps those that were asked for last.

    Args:
        style: returns the style of a component class; `""` for where nothing is.
    """

    def __init__(self, style: Callable[[str], Style]) -> None:
        self._style_of = style
        self._styles: dict[str, Style] = {}
        self._rows: OrderedDict[int, tuple[RowLook, dict[tuple[int, Cursor | None], Strip]]] = OrderedDict()

    def forget(self) -> None:
        """Ask for the styles anew, and make all lines with them."""
        self._styles.clear()
        self._rows.clear()

    def style(self, name: str) -> Style:
        """Return a style; Textual goes through all nodes above for it, too slow for each tile."""
        found = self._styles.get(name)
        if found is None:
            found = self._styles[name] = self._style_of(name)
        return found

    def line(self, row: int, look: RowLook, line: int, cursor: Cursor | None) -> Strip:
        """Return one line of a row; the cursor is seen in the last one, that of the labels."""
        lines = self._lines_of(row, look)
        key = (line, cursor if line == look.shape.high else None)
        strip = lines.get(key)
        if strip is None:
            strip = lines[key] = self._make(look, *key)
        return strip

    def _lines_of(self, row: int, look: RowLook) -> dict[tuple[int, Cursor | None], Strip]:
        kept = self._rows.get(row)
        if kept is None or (kept[0] is not look and kept[0] != look):
            kept = self._rows[row] = (look, {})
            most = max(_KEPT_CELLS // ((look.shape.high + 1) * max(look.shape.width, 1)), 2)
            while len(self._rows) > most:
                self._rows.popitem(last=False)
        self._rows.move_to_end(row)
        return kept[1]

    def _make(self, look: RowLook, line: int, cursor: Cursor | None) -> Strip:
        shape, blank = look.shape, self.style("")
        parts = [Strip.blank(shape.left, blank)] if shape.left else []
        for column, (tile, drawn) in enumerate(zip(look.tiles, look.drawn, strict=True)):
            if line == shape.high:
                mark = cursor[1] if cursor is not None and cursor[0] == column else None
                parts.append(self._label(tile, shape.wide, mark))
            elif isinstance(drawn, DrawnTile):
                parts.append(self._picture(drawn, line, tile, shape.wide))
            else:
                parts.append(self._waiting(drawn, line, shape))
            parts.append(Strip.blank(GAP, blank))
        return Strip.join(parts).adjust_cell_length(shape.width, blank)

    def _picture(self, drawn: DrawnTile, line: int, tile: Tile, wide: int) -> Strip:
        if not 0 <= line - drawn.top < len(drawn.strips):
            return Strip.blank(wide, self.style(""))
        strip = drawn.strips[line - drawn.top]
        if tile.quiet:
            strip = Strip([Segment("░" * strip.cell_length, self.style("grid--waiting"))])
        left = Strip.blank(drawn.left, self.style(""))
        return Strip.join([left, strip]).adjust_cell_length(wide, self.style(""))

    def _waiting(self, reason: str | None, line: int, shape: RowShape) -> Strip:
        lines = ["…"] if reason is None else wrap(f"✗ {reason}", shape.wide)[: shape.high]
        first = (shape.high - len(lines)) // 2
        if not first <= line < first + len(lines):
            return Strip.blank(shape.wide, self.style(""))
        text = set_cell_size(lines[line - first].center(shape.wide), shape.wide)
        return Strip([Segment(text, self.style("grid--waiting"))], shape.wide)

    def _label(self, tile: Tile, wide: int, cursor: str | None) -> Strip:
        words = f"{tile.sign} {shown_text(tile.label)}" if tile.sign else shown_text(tile.label)
        text = set_cell_size(f" {words}" if cursor is None else f"▸{words}", wide)
        style = self.style(cursor or "grid--label")
        if tile.style:
            style += Style.parse(tile.style)
        if tile.quiet and cursor is None:
            style += Style(dim=True)
        return Strip([Segment(text, style)], wide)
