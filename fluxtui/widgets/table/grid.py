"""The part of the table that draws: Textual's `DataTable`, taught to draw single cells only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.geometry import Region
from textual.widgets import DataTable

from fluxtui.widgets.plain import cell
from fluxtui.widgets.table.rows import Column, Sorting

GAP = 1
"""Blank cells on each side of a column."""

MANY_ROWS = 20
"""Textual goes through all rows to find one: more than these are drawn with the whole table."""

LEAST_WIDTH = 8
"""A column that takes what others leave never gets less than this."""


class RowGrid(DataTable[Text]):
    """A `DataTable` with a row cursor, vim keys, and updates that cost a cell and not the table."""

    DEFAULT_CSS = """
    RowGrid {
        height: 1fr;
        background: $background;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: transparent; }
        &> .datatable--header { background: $background; color: $text-muted; text-style: none; }
        &> .datatable--cursor { background: $surface; color: $foreground; text-style: none; }
        &:focus > .datatable--cursor { background: $primary; color: $text; text-style: bold; }
        &> .datatable--hover { background: $background; }
        &:ansi {
            &> .datatable--header { background: ansi_default; color: ansi_default; text-style: dim; }
            &> .datatable--cursor { background: ansi_default; color: ansi_default; text-style: bold; }
            &:focus > .datatable--cursor { text-style: bold reverse; }
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", id="table.down", show=False),
        Binding("k", "cursor_up", "Up", id="table.up", show=False),
        Binding("g,home", "scroll_top", "First", id="table.first", show=False),
        Binding("G,end", "scroll_bottom", "Last", id="table.last", show=False),
    ]

    _silent = False

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=GAP, zebra_stripes=False)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> RowGrid:
        """Draw again, unless a single cell is just being changed."""
        if self._silent:
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def change_cells(self, changes: Sequence[tuple[Coordinate, Text]]) -> None:
        """Change cells and draw only them, or everything at once where they are many."""
        self._silent = True
        try:
            for place, value in changes:
                self.update_cell_at(place, value)
        finally:
            self._silent = False
        rows = {place.row for place, _ in changes}
        if len(rows) > MANY_ROWS:
            self.refresh()
            return
        for place, _ in changes:
            self.refresh_coordinate(place)

    def set_columns(self, columns: tuple[Column, ...], sorting: Sorting, width: int) -> None:
        """Remove everything and make columns that fill `width` cells."""
        self.clear(columns=True)
        for column, cells in zip(columns, widths(columns, width), strict=True):
            title = cell(sorting.title_of(column), align=column.align)
            self.add_column(title, width=cells, key=column.key)

    def row_key(self, row_index: int) -> str | None:
        """Return the key of the row at an index, None where there is none."""
        if not self.is_valid_row_index(row_index):
            return None
        return self.coordinate_to_cell_key(Coordinate(row_index, 0)).row_key.value

    def watch_hover_coordinate(self, *_: Any) -> None:
        """Do not follow the mouse: each row it crosses would cost 16 KB."""


def widths(columns: tuple[Column, ...], width: int) -> list[int]:
    """Return the width of each column; those without one share what the others leave."""
    fixed = sum(column.width or 0 for column in columns) + 2 * GAP * len(columns)
    flexible = sum(column.width is None for column in columns)
    share, rest = divmod(max(width - fixed, 0), flexible) if flexible else (0, 0)
    found = []
    for column in columns:
        if column.width is not None:
            found.append(column.width)
        else:
            found.append(max(share + (1 if rest > 0 else 0), LEAST_WIDTH))
            rest -= 1
    return found
