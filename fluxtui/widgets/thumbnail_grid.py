"""Many pictures as a grid of small ones in half cells, drawn line by line: only what is seen is ever made."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import safe_text
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import fit_cells
from fluxtui.widgets.picture_channel import channel_of
from fluxtui.widgets.picture_drawing import SSH_COLOURS
from fluxtui.widgets.picture_strips import half_cell_strips

if TYPE_CHECKING:
    from PIL.Image import Image

REST_SECONDS: Final = 0.06
"""How long the grid must stand still before pictures are made for what came into sight."""

KEPT_TILES: Final = 600
"""Drawn tiles kept in memory, some 20 KB each."""

_GAP: Final = 1


@dataclass(frozen=True)
class Tile:
    """One picture of a grid.

    Attributes:
        key: tells it from the others.
        label: stands under it.
        mark: stands for what is drawn: another mark, and the tile is drawn anew.
        sign: one character in front of the label.
        style: of sign and label, as Rich understands it.
        quiet: drawn dim, because it does not count.
    """

    key: str
    label: str
    mark: str = ""
    sign: str = ""
    style: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class _Drawn:
    strips: Sequence[Strip]
    left: int
    top: int


class ThumbnailGrid(ScrollView, can_focus=True):
    """A grid of tiles with a cursor; the pictures of those in sight are made in threads, each once.

    Args:
        profile: of the terminal.
        load: returns the small picture of a tile; runs in a thread and may raise a `FluxError`.
        tile_width: cells of a tile.
        tile_height: rows of the picture; a line for the label comes under it.
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
        & > .grid--cursor { background: $primary; color: $text; text-style: bold; }
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
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._profile = profile
        self._load = load
        self._wide, self._high = tile_width, tile_height
        self._tiles: Sequence[Tile] = ()
        self._drawn: OrderedDict[tuple[str, str], _Drawn | str] = OrderedDict()
        self._announced: str | None = None

    # What is in it

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these tiles; the cursor stays on its tile where that is still there."""
        key = self.selected_key
        self._tiles = tiles
        index = next((number for number, tile in enumerate(tiles) if tile.key == key), None)
        self.set_reactive(
            ThumbnailGrid.cursor, min(self.cursor, max(len(tiles) - 1, 0)) if index is None else index
        )
        self._arrange()
        self._announce()

    @property
    def selected_key(self) -> str | None:
        """The key of the tile under the cursor, or None where there are no tiles."""
        return self._tiles[self.cursor].key if 0 <= self.cursor < len(self._tiles) else None

    def select(self, key: str) -> bool:
        """Put the cursor on a tile and tell whether it is there."""
        for number, tile in enumerate(self._tiles):
            if tile.key == key:
                self.cursor = number
                return True
        return False

    # Where things are

    @property
    def _pictures(self) -> bool:
        return self._profile.protocol is not GraphicsProtocol.NONE and not self.app.no_color

    @property
    def _rows_of_tile(self) -> int:
        return (self._high if self._pictures else 0) + 1

    @property
    def _columns(self) -> int:
        return max((self.scrollable_content_region.width + _GAP) // (self._wide + _GAP), 1)

    def _row_of(self, index: int) -> int:
        return index // self._columns

    def _arrange(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        rows = -(-len(self._tiles) // self._columns)
        self.virtual_size = Size(self.scrollable_content_region.width, rows * self._rows_of_tile)
        self._show_cursor()
        self.refresh()
        self._make_soon()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the tiles out anew."""
        self._arrange()

    def watch_cursor(self, before: int, after: int) -> None:
        """Draw both tiles again and keep the cursor in sight."""
        for index in (before, after):
            self._refresh_tile(index)
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
        row, column = divmod(index, self._columns)
        region = Region(
            column * (self._wide + _GAP),
            row * self._rows_of_tile - round(self.scroll_y),
            self._wide,
            self._rows_of_tile,
        )
        self.refresh(region)

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
        row, column = (event.y + round(self.scroll_y)) // self._rows_of_tile, event.x // (self._wide + _GAP)
        index = row * self._columns + column
        if column >= self._columns or index >= len(self._tiles):
            return
        if index == self.cursor:
            self.action_choose()
        self.cursor = index

    # Making pictures

    def _in_sight(self) -> range:
        first = round(self.scroll_y) // self._rows_of_tile
        last = (round(self.scroll_y) + self.scrollable_content_region.height) // self._rows_of_tile
        return range(first * self._columns, min((last + 1) * self._columns, len(self._tiles)))

    def _make_soon(self) -> None:
        if self._tiles and self._pictures:
            self._make()

    @work(group="thumbnails", exclusive=True, exit_on_error=False)
    async def _make(self) -> None:
        await asyncio.sleep(REST_SECONDS)
        missing = [index for index in self._in_sight() if self._mark(index) not in self._drawn]
        waiting = asyncio.Semaphore(2)

        async def one(index: int) -> None:
            async with waiting:
                tile = self._tiles[index]
                drawn = await channel_of(self.app, self._profile).run(self._draw, tile)
                self._keep(tile, drawn)
                if index < len(self._tiles) and self._tiles[index] == tile:
                    self._refresh_tile(index)

        async with asyncio.TaskGroup() as group:
            for index in missing:
                group.create_task(one(index))

    def _mark(self, index: int) -> tuple[str, str]:
        tile = self._tiles[index]
        return tile.key, tile.mark

    def _keep(self, tile: Tile, drawn: _Drawn | str) -> None:
        self._drawn[tile.key, tile.mark] = drawn
        while len(self._drawn) > KEPT_TILES:
            self._drawn.popitem(last=False)

    def _draw(self, tile: Tile) -> _Drawn | str:
        """Return a tile's picture in half cells, or why there is none. Runs in a thread."""
        try:
            image = self._load(tile)
        except FluxError as error:
            return safe_text(error.message, limit=200)
        except Exception as error:
            logging.getLogger("fluxtui").error("fault while drawing a tile", exc_info=error)
            return f"fault ({type(error).__name__})"
        cell = (self._profile.cell_width, self._profile.cell_height)
        wide, high = fit_cells(image.size, self._wide, self._high, *cell)
        colours = SSH_COLOURS if self._profile.over_ssh else None
        rows = half_cells(image, wide, high, colours)
        return _Drawn(half_cell_strips(rows), (self._wide - wide) // 2, (self._high - high) // 2)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Return one line of all tiles that are side by side there."""
        width = self.scrollable_content_region.width
        row, line = divmod(y + round(self.scroll_y), self._rows_of_tile)
        parts: list[Strip] = []
        blank = self.rich_style
        for index in range(row * self._columns, min((row + 1) * self._columns, len(self._tiles))):
            parts.append(self._part(index, line))
            parts.append(Strip.blank(_GAP, blank))
        return Strip.join(parts).adjust_cell_length(width, blank) if parts else Strip.blank(width, blank)

    def _part(self, index: int, line: int) -> Strip:
        tile = self._tiles[index]
        if line == self._rows_of_tile - 1:
            return self._label(tile, index == self.cursor)
        drawn = self._drawn.get((tile.key, tile.mark))
        if isinstance(drawn, _Drawn):
            self._drawn.move_to_end((tile.key, tile.mark))
            return self._picture_line(drawn, line, tile)
        return self._waiting_line(drawn, line)

    def _picture_line(self, drawn: _Drawn, line: int, tile: Tile) -> Strip:
        if not 0 <= line - drawn.top < len(drawn.strips):
            return Strip.blank(self._wide, self.rich_style)
        strip = drawn.strips[line - drawn.top]
        if tile.quiet:
            strip = Strip([Segment("░" * strip.cell_length, self._style("grid--waiting"))])
        left = Strip.blank(drawn.left, self.rich_style)
        return Strip.join([left, strip]).adjust_cell_length(self._wide, self.rich_style)

    def _waiting_line(self, reason: _Drawn | str | None, line: int) -> Strip:
        style = self._style("grid--waiting")
        if line != self._high // 2:
            return Strip.blank(self._wide, self.rich_style)
        words = "…" if not isinstance(reason, str) else "✗ " + reason
        text = set_cell_size(words.center(self._wide), self._wide)
        return Strip([Segment(text, style)], self._wide)

    def _label(self, tile: Tile, has_cursor: bool) -> Strip:
        words = f"{tile.sign} {safe_text(tile.label)}" if tile.sign else safe_text(tile.label)
        text = set_cell_size(f"▸{words}" if has_cursor else f" {words}", self._wide)
        style = self._style("grid--cursor" if has_cursor and self.has_focus else "grid--label")
        if tile.style:
            style += Style.parse(tile.style)
        if tile.quiet and not has_cursor:
            style += Style(dim=True)
        return Strip([Segment(text, style)], self._wide)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def on_focus(self, event: Any) -> None:
        """Show the cursor as the one that keys move."""
        self._refresh_tile(self.cursor)

    def on_blur(self, event: Any) -> None:
        """Show the cursor at rest."""
        self._refresh_tile(self.cursor)
