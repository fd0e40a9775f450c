"""The table that screens use: rows in, the row under the cursor out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from fluxtui.system.weak_methods import weak_method
from fluxtui.widgets.filter_line import FilterLine
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table.rows import Column, Row, Sorting

if TYPE_CHECKING:
    from fluxtui.widgets.table.grid import RowGrid

MANY = 500
"""From so many rows on, what a filter looks in is made in a thread while it is opened."""
MOST_MADE = 2_000
"""Rows whose cells are kept; more than any terminal shows."""


class RowTable(Vertical):
    """Rows under keys, with filter and sorting. New rows keep the cursor on the row it was on."""

    HELP = "`/` filters, `s` sorts by the next column, `S` turns the order round, `g` and `G` go to the ends."

    DEFAULT_CSS = """
    RowTable {
        height: 1fr;
        .table-empty { height: 1fr; padding: 1 2; color: $text-muted; display: none; }
        &.-empty .table-empty { display: block; }
        &.-empty RowGrid { height: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="table.filter", key_display="/", show=False),
        Binding("escape", "clear_filter", "Clear filter", id="table.clear_filter", show=False),
        Binding("s", "sort_next", "Sort", id="table.sort", show=False),
        Binding("S", "sort_reversed", "Reverse", id="table.reverse", show=False),
    ]

    GRID: ClassVar[type[RowGrid] | None] = None
    """What draws the rows; a `RowGrid` where none is named."""

    class Highlighted(Message):
        """The cursor is on another row; `key` is None where there are no rows."""

        def __init__(self, table: RowTable, key: str | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> RowTable:
            """The table, for `@on` with a selector."""
            return self.table

    class Chosen(Message):
        """Enter was pressed on a row, or it was clicked twice."""

        def __init__(self, table: RowTable, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> RowTable:
            """The table, for `@on` with a selector."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty: str = "",
        header: bool = True,
        bare: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Args:
        columns: from left to right.
        empty: what is said where there are no rows: what to do first.
        header: whether the titles of the columns are shown.
        bare: whether nothing but the words is there until there are rows.
        """
        super().__init__(id=id, classes=classes)
        self._is_bare = bare
        self.set_class(bare, "-empty")
        self._filter: FilterLine | None = None
        self._made_grid: RowGrid | None = None
        self._columns = tuple(columns)
        self._empty = empty
        self._header = header
        self._rows: tuple[Row, ...] = ()
        self._shown: list[Row] = []
        self._matched: tuple[str, Sequence[Row], Sequence[Row]] = ("", (), ())
        """The last filter, the rows that it was for, and those that it left."""
        self._made: dict[str, tuple[Row, tuple[Text, ...]]] = {}
        """Rows that were drawn, with their cells, which are made once for as long as a row is the same."""
        self._sorting = Sorting()
        self._wanted: str | None = None
        self._moved = False
        self._put_on = 0
        """The row on which the program itself has put the cursor, -1 for none."""
        self._stayed: str | None = None
        """The row that was acted on last."""
        self._announced: str | None = None

    def compose(self) -> ComposeResult:
        """Lay out rows and the words for no rows."""
        if not self._is_bare:
            yield self._make_grid()
        if self._empty or not self._is_bare:
            yield PlainStatic(self._empty, classes="table-empty")

    def _make_grid(self) -> RowGrid:
        from fluxtui.widgets.table.grid import RowGrid

        self._made_grid = grid = (self.GRID or RowGrid)()
        grid.show_header = self._header
        return grid

    async def _add_grid(self) -> None:
        """Mount what draws the rows, now that there are some."""
        await self.mount(self._make_grid(), before=0)
        self._rebuild()

    @property
    def _has_grid(self) -> bool:
        """Whether there is what draws the rows, to be used."""
        return self._made_grid is not None and self._made_grid.is_mounted

    @property
    def _grid(self) -> RowGrid:
        if self._made_grid is None:
            raise LookupError("there are no rows yet")
        return self._made_grid

    @property
    def filter_line(self) -> FilterLine:
        """The line over the rows into which a filter is typed; it is there from now on."""
        if self._filter is None:
            self._filter = FilterLine()
            self.mount(self._filter, before=0)
        return self._filter

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, filtered ones as well, in the order in which they were given."""
        return self._rows

    @property
    def shown_keys(self) -> tuple[str, ...]:
        """The keys of the rows that the filter leaves, from top to bottom."""
        return tuple(row.key for row in self._shown)

    @property
    def selected_key(self) -> str | None:
        """The key of the row under the cursor."""
        if not self._shown:
            return None
        return self._wanted or self._shown[self._grid.cursor_row].key

    def focus(self, scroll_visible: bool = True) -> RowTable:
        """Put the focus into the rows, where there are any to be drawn."""
        if self._made_grid is not None:
            self._made_grid.focus(scroll_visible)
        return self

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays on its row where that is still there."""
        self._rows = tuple(rows)
        if self._is_bare and self._rows:
            self._is_bare = False
            self.call_next(self._add_grid)
        elif self._has_grid:
            self._arrange()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns, such as fewer on a narrow screen."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._made = {}
            if self._has_grid:
                self._rebuild()

    def set_empty(self, text: str) -> None:
        """Change what is said where there are no rows."""
        self._empty = text
        self._say_if_empty()

    @property
    def was_moved(self) -> bool:
        """Whether the cursor was put on another row than the first, by the user or a wish, or is to stay."""
        if not self._has_grid:
            return False
        stays = self._stayed is not None and self.selected_key == self._stayed
        return self._moved and (stays or bool(self._grid.cursor_row))

    def stay(self) -> None:
        """Keep the cursor on its row from now on, wherever that goes: it has been acted on."""
        self._put_on, self._moved, self._stayed = -1, True, self.selected_key

    def select_first(self) -> None:
        """Put the cursor on the first row."""
        if self._shown:
            self._wanted = None
            self._put(0)

    def select(self, key: str) -> bool:
        """Put the cursor on a row and tell whether it is there."""
        keys = self.shown_keys
        if self._has_grid and self._grid.columns and key in keys:
            self._wanted = None
            self._put(keys.index(key))
            self._put_on, self._moved = -1, True
            return True
        self._wanted = key if any(row.key == key for row in self._rows) or not self._rows else None
        return self._wanted is not None

    def on_resize(self, event: events.Resize) -> None:
        """Fit the columns to the width."""
        if self._has_grid:
            self._rebuild()

    def _rebuild(self) -> None:
        width = self.size.width - self._grid.styles.scrollbar_size_vertical
        self._wanted = self.selected_key or self._wanted
        self._shown = []
        if width <= 0:
            # Hidden or not laid out yet: drawn once there is room, and nothing before in too few columns.
            self._grid.clear(columns=True)
        else:
            self._grid.set_columns(self._columns, self._sorting, width)
            self._arrange()

    def _arrange(self) -> None:
        if not self._grid.columns:
            return  # Not laid out yet; the first resize arranges everything.
        words = self._filter.text if self._filter is not None else ""
        shown = self._sorting.apply(self._matching(words))
        if words and self._filter is not None:
            self._filter.show_count(len(shown), len(self._rows))
        if [row.key for row in shown] == [row.key for row in self._shown]:
            before, self._shown = self._shown, shown
            seen = self._grid.in_sight
            pairs = zip(seen, before[seen.start : seen.stop], shown[seen.start : seen.stop], strict=False)
            self._grid.refresh_rows(
                at for at, old, new in pairs if old is not new and self._looks_different(old, new)
            )
        else:
            self._replace(shown)
        self._say_if_empty()

    def _matching(self, words: str) -> Sequence[Row]:
        """Return the rows that a filter leaves; what goes on from the last one looks in what that left."""
        words = words.casefold().strip()
        before, rows, found = self._matched
        if rows is not self._rows or not words.startswith(before):
            found = self._rows
        if words and (words != before or rows is not self._rows):
            found = tuple(row for row in found if row.matches(words))
        self._matched = (words, self._rows, found)
        return found

    def _looks_different(self, before: Row, after: Row) -> bool:
        """Tell whether a row has to be drawn again; one that was never drawn has not."""
        made = self._made.get(after.key)
        if made is None:
            return True
        return self._cells(after) is not made[1] or made[0] is not before

    def _cells_at(self, index: int) -> tuple[Text, ...]:
        return self._cells(self._shown[index])

    def _cells(self, row: Row) -> tuple[Text, ...]:
        before = self._made.get(row.key)
        if before is None or before[0] is not row:
            drawn = row.drawn(self._columns) if before is None else row.redrawn(self._columns, *before)
            if len(self._made) > MOST_MADE:
                self._made.clear()
            before = self._made[row.key] = (row, drawn)
        return before[1]

    def _replace(self, shown: list[Row]) -> None:
        wanted, at = self.selected_key or self._wanted, self._grid.cursor_row if self._shown else 0
        keys = [row.key for row in shown]
        self._shown, self._wanted = shown, None
        if wanted is None or not shown:
            index = 0
            self._wanted = wanted if not shown else None
        else:
            # It stays on its row, wherever that is now; a row that is gone leaves it where it was.
            index = keys.index(wanted) if wanted in keys else min(at, len(shown) - 1)
        if not (self._moved and wanted is not None and wanted in keys):
            self._put_on, self._moved = index, False
        self._grid.set_rows(len(shown), weak_method(self._cells_at), index)
        self._announce()

    def _put(self, row: int) -> None:
        """Put the cursor on a row, into sight."""
        self._put_on, self._moved = row, False
        self._grid.move_cursor(row)

    def _say_if_empty(self) -> None:
        words = "Nothing matches the filter; Escape clears it." if self._rows else self._empty
        found = self.query(".table-empty")
        if found:
            found.first(PlainStatic).show(words)
        elif words and not self._shown:
            self.mount(PlainStatic(words, classes="table-empty"))
        self.set_class(not self._shown, "-empty")

    def _announce(self) -> None:
        key = self.selected_key
        if key != self._announced:
            self._announced = key
            self.post_message(self.Highlighted(self, key))

    def on_row_grid_highlighted(self, event: RowGrid.Highlighted) -> None:
        """Tell on which row the cursor is, once the rows are there."""
        event.stop()
        if self._wanted is None:
            self._moved = event.row != self._put_on
            self._announce()

    def on_row_grid_selected(self, event: RowGrid.Selected) -> None:
        """Tell that a row was chosen."""
        event.stop()
        if event.row < len(self._shown):
            self.post_message(self.Chosen(self, self._shown[event.row].key))

    def on_row_grid_header_selected(self, event: RowGrid.HeaderSelected) -> None:
        """Sort by the column that was clicked; again turns the order round."""
        event.stop()
        key = event.key
        self._sort(self._sorting.reversed() if key == self._sorting.column else Sorting(key))

    def on_filter_line_changed(self, event: FilterLine.Changed) -> None:
        """Show only what matches."""
        event.stop()
        self._arrange()

    def on_filter_line_leave_requested(self, event: FilterLine.LeaveRequested) -> None:
        """Go back to the rows."""
        event.stop()
        self.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        self.filter_line.open()
        if len(self._rows) > MANY:
            self.run_worker(self._get_ready, group="words", thread=True, exit_on_error=False)

    def _get_ready(self) -> None:
        """Have the words of all rows made, before the first letter of a filter looks in them."""
        for row in self._rows:
            row.words  # noqa: B018  is kept from now on

    def action_clear_filter(self) -> None:
        """Show all rows again; without a filter the key is left to the screen."""
        if self._filter is None or not self._filter.text:
            raise SkipAction
        self._filter.action_clear()

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        self._sort(self._sorting.next(self._columns))

    def action_sort_reversed(self) -> None:
        """Turn the order round."""
        self._sort(self._sorting.reversed())

    def _sort(self, sorting: Sorting) -> None:
        self._sorting = sorting
        self._rebuild()
