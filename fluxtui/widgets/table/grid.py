"""The part of the table that draws: only the rows in sight are ever made into cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.plain import cell
from fluxtui.widgets.table.rows import Column, Sorting

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

GAP = 1
"""Blank cells on each side of a column."""

LEAST_WIDTH = 8
"""A column that takes what others leave never gets less than this."""

Cells = tuple["Text", ...]
"""A row as it is drawn: a text for each column."""


@dataclass(frozen=True)
class DrawnColumn:
    """A column as it is drawn: its key, its title with the mark of the order, its width in cells."""

    key: str
    title: Text
    width: int


class RowGrid(ScrollView, can_focus=True):
    """Rows of one line each under a cursor, with vim keys.

    It knows how many rows there are and asks for the cells of those that it draws.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--cursor", "grid--header"}

    DEFAULT_CSS = """
    RowGrid {
        height: 1fr;
        max-height: 100%;
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        &> .grid--header { background: $background; color: $text-muted; text-style: none; }
        &:focus > .grid--header { background-tint: $foreground 5%; }
        &> .grid--cursor { background: $surface; color: $foreground; text-style: none; }
        &:focus > .grid--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        &:ansi {
            &> .grid--header { background: ansi_default; color: ansi_default; text-style: dim; }
            &> .grid--cursor { background: ansi_default; color: ansi_default; text-style: bold; }
            &:focus > .grid--cursor { text-style: bold reverse; }
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Select", id="table.choose", show=False),
        Binding("up,k", "cursor_up", "Up", id="table.up", show=False),
        Binding("down,j", "cursor_down", "Down", id="table.down", show=False),
        Binding("pageup", "page_up", "Page up", id="table.page_up", show=False),
        Binding("pagedown", "page_down", "Page down", id="table.page_down", show=False),
        Binding("g,home,ctrl+home", "scroll_top", "First", id="table.first", show=False),
        Binding("G,end,ctrl+end", "scroll_bottom", "Last", id="table.last", show=False),
    ]

    show_header: Reactive[bool] = Reactive(True, layout=True)
    cursor_row: Reactive[int] = Reactive(0, repaint=False, always_update=True)

    class Highlighted(Message):
        """The cursor is on a row."""

        def __init__(self, grid: RowGrid, row: int) -> None:
            super().__init__()
            self.grid = grid
            self.row = row

        @property
        def control(self) -> RowGrid:
            """The grid, for `@on` with a selector."""
            return self.grid

    class Selected(Highlighted):
        """Enter was pressed on a row, or the row under the cursor was clicked."""

    class HeaderSelected(Message):
        """The title of a column was clicked."""

        def __init__(self, grid: RowGrid, key: str) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        def control(self) -> RowGrid:
            """The grid, for `@on` with a selector."""
            return self.grid

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[DrawnColumn, ...] = ()
        """What `set_columns` made; empty as long as there is no room."""
        self.row_count = 0
        self._cells: Callable[[int], Cells] = lambda row: ()

    # What is drawn

    def set_columns(self, columns: tuple[Column, ...], sorting: Sorting, width: int) -> None:
        """Remove all rows and make columns that fill `width` cells."""
        self.clear()
        self.columns = tuple(
            DrawnColumn(column.key, cell(sorting.title_of(column), align=column.align), cells)
            for column, cells in zip(columns, widths(columns, width), strict=True)
        )

    def clear(self, *, columns: bool = False) -> None:
        """Remove all rows, and the columns too if asked to."""
        self.set_rows(0, self._cells)
        if columns:
            self.columns = ()

    def set_rows(self, count: int, cells: Callable[[int], Cells], cursor: int = 0) -> None:
        """Show other rows.

        Args:
            count: of the rows.
            cells: returns those of a row; it is asked whenever that is drawn.
            cursor: the row to put it on.
        """
        self._cells = cells
        self.row_count = count
        self._measure()
        if not cursor:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.cursor_row = cursor
        self.refresh()

    def _measure(self) -> None:
        width = sum(column.width + 2 * GAP for column in self.columns)
        self.virtual_size = Size(width, self._top + self.row_count)

    def refresh_rows(self, rows: Iterable[int]) -> None:
        """Draw some rows again, those of them that are in sight."""
        down, width, in_sight = self._top - self.scroll_offset.y, self.size.width, self.in_sight
        regions = [Region(0, down + row, width, 1) for row in rows if row in in_sight]
        if regions:
            self.refresh(*regions)

    @property
    def in_sight(self) -> range:
        """The rows that are drawn now, as far as there are so many."""
        first = self.scroll_offset.y
        return range(first, first + max(0, self.size.height - self._top))

    @property
    def _top(self) -> int:
        """How many lines the header takes."""
        return int(self.show_header)

    def watch_show_header(self) -> None:
        """Make room for the header, or take it back."""
        self._measure()

    def render_line(self, y: int) -> Strip:
        """Draw the header or a row."""
        width, base = self.size.width, self.rich_style
        if y < self._top:
            style = self.get_component_styles("grid--header").rich_style
            return self._strip(tuple(column.title for column in self.columns), style, Style.null(), width)
        row = y - self._top + self.scroll_offset.y
        if not self.columns or row >= self.row_count:
            return Strip.blank(width, base)
        if row != self.cursor_row:
            return self._strip(self._cells(row), base, Style.null(), width)
        cursor = self.get_component_rich_style("grid--cursor")
        return self._strip(self._cells(row), base + cursor, Style.from_color(cursor.color), width)

    def _strip(self, cells: Cells, before: Style, after: Style, width: int) -> Strip:
        """Lay cells out beside each other, with one style below all of them and one over them."""
        gap = Segment(" " * GAP, before)
        segments: list[Segment] = []
        for text, column in zip(cells, self.columns, strict=True):
            segments += [gap, *_fitted(text, column.width, before, after), gap]
        return Strip(segments).adjust_cell_length(width, before).simplify()

    # The cursor

    def validate_cursor_row(self, row: int) -> int:
        """Keep it among the rows."""
        return max(0, min(row, self.row_count - 1))

    def watch_cursor_row(self, before: int, row: int) -> None:
        """Draw the rows that it leaves and that it comes to, bring it into sight, and tell of it."""
        self.refresh_rows({before, row})
        if self.row_count:
            self.post_message(self.Highlighted(self, row))
            self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        line = Region(0, self._top + self.cursor_row, 1, 1)
        self.scroll_to_region(line, animate=False, spacing=Spacing(self._top, 0, 0, 0), force=True)

    def move_cursor(self, row: int, *, scroll: bool = True) -> None:
        """Put the cursor on a row; `scroll` brings it into sight once the rows are laid out."""
        self.cursor_row = row
        if scroll:
            self.call_after_refresh(self._scroll_to_cursor)

    def action_cursor_up(self) -> None:
        """Go to the row above."""
        self.cursor_row -= 1

    def action_cursor_down(self) -> None:
        """Go to the row below."""
        self.cursor_row += 1

    def action_page_up(self) -> None:
        """Go up by as many rows as are in sight."""
        self._turn(-1)

    def action_page_down(self) -> None:
        """Go down by as many rows as are in sight."""
        self._turn(1)

    def _turn(self, direction: int) -> None:
        height = max(1, self.scrollable_content_region.height - self._top)
        self.scroll_relative(y=direction * height, animate=False, force=True)
        self.cursor_row += direction * height

    def action_scroll_top(self) -> None:
        """Go to the first row."""
        self.cursor_row = 0

    def action_scroll_bottom(self) -> None:
        """Go to the last row."""
        self.cursor_row = self.row_count - 1

    def action_select_cursor(self) -> None:
        """Choose the row under the cursor."""
        if self.row_count:
            self.post_message(self.Selected(self, self.cursor_row))

    async def _on_click(self, event: events.Click) -> None:
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y < self._top:
            column = self._column_at(place.x)
            if column is not None:
                self.post_message(self.HeaderSelected(self, column.key))
            return
        row = place.y - self._top + self.scroll_offset.y
        if row >= self.row_count:
            return
        event.stop()
        if row == self.cursor_row:
            self.action_select_cursor()
        else:
            self.cursor_row = row

    def _column_at(self, x: int) -> DrawnColumn | None:
        for column in self.columns:
            x -= column.width + 2 * GAP
            if x < 0:
                return column
        return None


def _fitted(text: Text, width: int, before: Style, after: Style) -> list[Segment]:
    """Cut or fill a cell to its width, cut with an ellipsis, and style it."""
    drawn = text.copy()
    if text.justify == "right":
        drawn.rstrip()
        drawn.truncate(width, overflow="ellipsis")
        drawn.pad_left(width - drawn.cell_len)
    else:
        drawn.truncate(width, overflow="ellipsis", pad=True)
    drawn.end = ""
    console = _console()
    style = before + console.get_style(drawn.style)
    return list(Segment.apply_style(drawn.render(console, ""), style, after))


@lru_cache(1)
def _console() -> Console:
    from rich.console import Console

    return Console(color_system="truecolor")


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
