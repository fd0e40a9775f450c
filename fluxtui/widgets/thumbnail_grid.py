"""Many pictures as a grid of small ones in half cells, drawn line by line: only what is seen is ever made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fluxtui.system.weak_methods import weak_method
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.widgets.grid_rows import GAP, GridRows, RowLook, RowShape
from fluxtui.widgets.pictures.channel import channel_of
from fluxtui.widgets.tile_drawing import DrawnTiles, draw_tile
from fluxtui.widgets.tiles import FixedTiles, Tile, TileSource

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ThumbnailGrid", "Tile"]

REST_SECONDS: Final = 0.06
"""How long the grid must stand still before pictures are made for what came into sight."""


class ThumbnailGrid(ScrollView, can_focus=True):
    """A grid of tiles with a cursor; the pictures of those in sight are made in threads, each once.

    Args:
        profile: of the terminal.
        load: returns the small picture of a tile; runs in a thread and may raise a `FluxError`.
        tile_width: cells of a tile.
        tile_height: rows of the picture; a line for the label comes under it.
        plain_width: cells of a tile where no pictures are shown; None for as many as else.
    """

    HELP = "Arrows move, `home` and `end` go to the ends, Enter chooses."

    DEFAULT_CSS = """
    ThumbnailGrid {
        height: 1fr;
        background: $background;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .grid--label { color: $foreground; }
        & > .grid--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        & > .grid--waiting { color: $text-muted; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--label", "grid--cursor", "grid--waiting"}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1, 0)", "Left", id="grid.left", show=False),
        Binding("right,l", "move(1, 0)", "Right", id="grid.right", show=False),
        Binding("up,k", "move(0, -1)", "Up", id="grid.up", show=False),
        Binding("down,j", "move(0, 1)", "Down", id="grid.down", show=False),
        Binding("pageup", "page(-1)", "Page up", id="grid.page_up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="grid.page_down", show=False),
        Binding("home,g", "go(0)", "First", id="grid.first", show=False),
        Binding("end,G", "go(-1)", "Last", id="grid.last", show=False),
        Binding("enter", "choose", "Choose", id="grid.choose", show=False),
    ]

    cursor: var[int] = var(0, init=False)

    class Highlighted(Message):
        """The cursor is on another tile; `key` is None where there are none."""

        def __init__(self, grid: ThumbnailGrid, key: str | None) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        def control(self) -> ThumbnailGrid:
            """The grid, for `@on` with a selector."""
            return self.grid

    class Chosen(Message):
        """Enter was pressed on a tile, or it was clicked while the cursor was on it."""

        def __init__(self, grid: ThumbnailGrid, key: str) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        def control(self) -> ThumbnailGrid:
            """The grid, for `@on` with a selector."""
            return self.grid

    def __init__(
        self,
        profile: TerminalProfile,
        load: Callable[[Tile], Image],
        *,
        tile_width: int = 18,
        tile_height: int = 8,
        plain_width: int | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._profile = profile
        self._load = load
        self._width, self._high = tile_width, tile_height
        self._plain_width = plain_width or tile_width
        self._tiles: TileSource = FixedTiles()
        self._drawn = DrawnTiles(tile_width, tile_height)
        self._announced: str | None = None
        self._rows = GridRows(weak_method(self._style))
        self._empty: tuple[str, ...] = ()

    # What is in it

    def set_tiles(self, tiles: Sequence[Tile] | TileSource) -> None:
        """Show these tiles; the cursor stays on its tile, which stays where it is on the screen."""
        key, row, scrolled = self.selected_key, self._row_of(self.cursor), self.scroll_y
        self._tiles = FixedTiles(tiles) if isinstance(tiles, Sequence) else tiles
        index = self._tiles.find(key, self.cursor) if key is not None else None
        last = max(len(self._tiles) - 1, 0)
        self.set_reactive(ThumbnailGrid.cursor, min(self.cursor, last) if index is None else index)
        moved = (self._row_of(self.cursor) - row) * self._rows_of_tile
        self._arrange(scrolled + moved if scrolled and index is not None else None)
        self._announce()

    def set_tile_size(self, width: int, height: int) -> None:
        """Draw tiles of another size: cells, and rows of the picture."""
        if (width, height) != (self._width, self._high):
            self._width, self._high = width, height
            self._drawn = DrawnTiles(width, height)
            self._arrange()

    def refresh_tiles(self, indices: Iterable[int]) -> None:
        """Draw tiles again of which something has changed."""
        sight = self._in_sight()
        for index in indices:
            if index in sight:
                self._refresh_tile(index)

    def show_empty(self, *sentences: str) -> None:
        """Say these sentences while there are no tiles."""
        if sentences != self._empty:
            self._empty = sentences
            if not len(self._tiles):
                self.refresh()

    @property
    def selected_key(self) -> str | None:
        """The key of the tile under the cursor, or None where there are no tiles."""
        return self._tiles[self.cursor].key if 0 <= self.cursor < len(self._tiles) else None

    def select(self, key: str) -> bool:
        """Put the cursor on a tile and tell whether it is there."""
        index = self._tiles.find(key, self.cursor)
        if index is not None:
            self.cursor = index
        return index is not None

    # Where things are

    @property
    def _pictures(self) -> bool:
        return self._profile.protocol is not GraphicsProtocol.NONE and not self.app.no_color

    @property
    def _wide(self) -> int:
        return self._width if self._pictures else self._plain_width

    @property
    def _rows_of_tile(self) -> int:
        return (self._high if self._pictures else 0) + 1

    @property
    def _columns(self) -> int:
        return max((self.scrollable_content_region.width + GAP) // (self._wide + GAP), 1)

    def _row_of(self, index: int) -> int:
        return index // self._columns

    def _arrange(self, scroll_y: float | None = None) -> None:
        if not self.is_mounted or not self.size.width:
            return
        rows = -(-len(self._tiles) // self._columns)
        self.virtual_size = Size(self.scrollable_content_region.width, rows * self._rows_of_tile)
        if scroll_y is not None:
            self.scroll_to(y=scroll_y, animate=False, immediate=True)
        self._show_cursor()
        self.refresh()
        self._make_soon()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the tiles out anew."""
        self._arrange()

    def watch_cursor(self, before: int, after: int) -> None:
        """Draw both labels again and keep the cursor in sight."""
        for index in (before, after):
            self._refresh_label(index)
        self._show_cursor()
        self._announce()

    def watch_scroll_y(self, before: float, after: float) -> None:
        """Make the pictures that came into sight."""
        super().watch_scroll_y(before, after)
        self._make_soon()

    def _show_cursor(self) -> None:
        top, height = self._row_of(self.cursor) * self._rows_of_tile, self._rows_of_tile
        view = self.scrollable_content_region.height
        if top < self.scroll_y:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif top + height > self.scroll_y + view:
            self.scroll_to(y=max(top + height - view, 0), animate=False, immediate=True)

    def _refresh_tile(self, index: int) -> None:
        self.refresh(self._region_of(index))

    def _refresh_label(self, index: int) -> None:
        x, y, width, height = self._region_of(index)
        self.refresh(Region(x, y + height - 1, width, 1))

    def _region_of(self, index: int) -> Region:
        row, column = divmod(index, self._columns)
        y = row * self._rows_of_tile - round(self.scroll_y)
        return Region(column * (self._wide + GAP), y, self._wide, self._rows_of_tile)

    def _announce(self) -> None:
        key = self.selected_key
        if key != self._announced:
            self._announced = key
            self.post_message(self.Highlighted(self, key))

    # Keys

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor by tiles."""
        self._go(self.cursor + across + down * self._columns)

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in sight."""
        rows = max(self.scrollable_content_region.height // self._rows_of_tile, 1)
        self._go(self.cursor + pages * rows * self._columns)

    def action_go(self, index: int) -> None:
        """Move the cursor to a tile, -1 being the last."""
        self._go(index if index >= 0 else len(self._tiles) - 1)

    def _go(self, index: int) -> None:
        if self._tiles:
            self.cursor = min(max(index, 0), len(self._tiles) - 1)

    def action_choose(self) -> None:
        """Tell that the tile under the cursor was chosen."""
        if self.selected_key is not None:
            self.post_message(self.Chosen(self, self.selected_key))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the tile that was clicked; on a second click, choose it."""
        row, column = (event.y + round(self.scroll_y)) // self._rows_of_tile, event.x // (self._wide + GAP)
        index = row * self._columns + column
        if column >= self._columns or index >= len(self._tiles):
            return
        if index == self.cursor:
            self.action_choose()
        self.cursor = index

    # Making pictures

    def _in_sight(self) -> range:
        first = round(self.scroll_y) // self._rows_of_tile
        last = (round(self.scroll_y) + self.scrollable_content_region.height - 1) // self._rows_of_tile
        return range(first * self._columns, min((last + 1) * self._columns, len(self._tiles)))

    def _make_soon(self) -> None:
        if len(self._tiles):
            self._make()

    @work(group="thumbnails", exclusive=True, exit_on_error=False)
    async def _make(self) -> None:
        """Fetch and draw what is in sight, then what is next to it; scrolling on gives all of it up."""
        sight = self._in_sight()
        before = range(max(sight.start - len(sight), 0), sight.start)
        after = range(sight.stop, min(sight.stop + len(sight), len(self._tiles)))
        unknown = [index for index in sight if not self._tiles[index].is_known]
        await self._tiles.fetch(sight)
        self.refresh_tiles(unknown)
        await asyncio.sleep(REST_SECONDS)
        for indices in (sight, after, before):
            await self._tiles.fetch(indices)
            if self._pictures:
                await self._make_all(indices)

    async def _make_all(self, indices: range) -> None:
        tiles = [self._tiles[index] for index in indices if index < len(self._tiles)]
        missing = [tile for tile in tiles if tile.is_known and tile not in self._drawn]
        drawn, channel = self._drawn, channel_of(self.app, self._profile)
        size = (self._width, self._high)
        # A large picture shares the threads with them, and does not have to wait for all of them.
        turn = asyncio.Semaphore(2)

        async def one(tile: Tile) -> None:
            async with turn:
                drawn.keep(tile, await channel.run(draw_tile, tile, self._load, self._profile, *size))
            index = self._tiles.find(tile.key, tiles.index(tile) + indices.start)
            if index is not None:
                self.refresh_tiles((index,))

        async with asyncio.TaskGroup() as group:
            for tile in missing:
                group.create_task(one(tile))

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines of the widget, which has no border and draws its padding at the sides itself."""
        background, filters = self.background_colors[1], self.get_line_filters()
        strips = self._lines(crop.line_range)
        for line_filter in filters:
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        whole = crop.column_span == (0, self.region.width)
        return strips if whole else [strip.crop(*crop.column_span) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """Return one line of all tiles that are side by side there."""
        return self._lines(range(y, y + 1))[0]

    def _lines(self, lines: range) -> list[Strip]:
        width = self.region.width
        if not len(self._tiles):
            return [self._empty_line(y, width) for y in lines]
        columns, scrolled = self._columns, round(self.scroll_y)
        shape = RowShape(self.gutter.left, self._wide, self._rows_of_tile - 1, width)
        row_of_cursor, column = divmod(self.cursor, columns)
        cursor = (column, "grid--cursor" if self.has_focus else "grid--label")
        looks: dict[int, RowLook] = {}
        strips: list[Strip] = []
        for y in lines:
            row, line = divmod(y + scrolled, shape.high + 1)
            if row not in looks:
                looks[row] = self._look_of(row, shape, columns)
            strips.append(self._rows.line(row, looks[row], line, cursor if row == row_of_cursor else None))
        return strips

    def _look_of(self, row: int, shape: RowShape, columns: int) -> RowLook:
        indices = range(row * columns, min((row + 1) * columns, len(self._tiles)))
        tiles = tuple(self._tiles[index] for index in indices)
        return RowLook(shape, tiles, tuple(self._drawn.get(tile) for tile in tiles))

    def _empty_line(self, y: int, width: int) -> Strip:
        lines = [line for text in self._empty for line in (*wrap(text, max(width - 4, 1)), "")]
        text = f"{' ' * self.gutter.left} {lines[y - 1]}" if 0 < y <= len(lines) else ""
        strip = Strip([Segment(text, self._rows.style("grid--waiting"))])
        return strip.adjust_cell_length(width, self._rows.style(""))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name) if name else self.rich_style

    def notify_style_update(self) -> None:
        """Draw all lines anew, with the styles as they are now."""
        self._rows.forget()
        super().notify_style_update()

    def on_focus(self, event: Any) -> None:
        """Show the cursor as the one that keys move."""
        self._refresh_label(self.cursor)

    def on_blur(self, event: Any) -> None:
        """Show the cursor at rest."""
        self._refresh_label(self.cursor)
