"""The pictures of the gallery: a grid of small ones, and the one under the cursor with its words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.gallery import wording
from fluxtui.controllers.gallery.controller import GalleryController
from fluxtui.controllers.gallery.entries import EntryList
from fluxtui.controllers.gallery.wording import tile_label
from fluxtui.domain.errors import FluxError
from fluxtui.domain.gallery import GalleryEntry
from fluxtui.screens.gallery.details import PictureDetails
from fluxtui.services.thumbnails import SIDE
from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.scaling import load_bitmap
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid
from fluxtui.widgets.tiles import Tile

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class PictureTile(Tile):
    """A tile with what its picture is."""

    entry: GalleryEntry | None = field(default=None, compare=False)


class GalleryTiles:
    """Tiles of pictures in their order; each is made when it is asked for.

    Args:
        listing: the pictures.
        marked: returns the numbers that are marked now.
    """

    def __init__(self, listing: EntryList, marked: Callable[[], Collection[int]]) -> None:
        self._listing = listing
        self._marked = marked

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self._listing)

    def __getitem__(self, index: int) -> Tile:
        """Return a tile, with its key and sign alone where its entry was not read yet."""
        number, entries = self._listing.numbers[index], self._listing.entries
        key, sign = str(number), "✓" if number in self._marked() else ""
        entry = entries.get(number)
        if entry is None:
            gone = entries.is_missing(number)
            return PictureTile(key, "gone" if gone else "", sign=sign, quiet=gone, is_known=gone)
        return PictureTile(
            key,
            tile_label(entry),
            # What cannot be found in one place can be in another.
            "" if entry.missing else f"{entry.picture.sha256} {entry.picture.path}",
            sign,
            quiet=entry.missing,
            is_known=number in entries,
            entry=entry,
        )

    def find(self, key: str, near: int) -> int | None:
        """Return where a picture is; see `EntryList.find`."""
        return self._listing.find(int(key), near)

    async def fetch(self, indices: range) -> None:
        """Make tiles known; see `EntryList.fetch`."""
        await self._listing.fetch(indices)


CURSOR_REST = 0.1
"""Seconds for which the cursor must rest until the picture under it is shown large."""
PLAIN_CELLS = 37
"""Cells of a tile without pictures: two of them stand beside each other in 80 columns."""
TILE_SIZES = ((18, 8), (24, 11), (37, 17))
"""Cells of a tile and rows of its picture: small, middle, large."""


class GalleryPanel(Horizontal):
    """Draws what the controller shows, and tells it where the cursor is.

    Args:
        controller: of the gallery.
    """

    app = getters.app(StatefulApp)

    def __init__(self, controller: GalleryController) -> None:
        super().__init__(id="gallery")
        self._controller = controller
        self._shown = shown = controller.shown
        self._begin_at: int | None = None
        """The picture to begin with, until the pictures are there."""
        self.size_step = 0
        """Which of the sizes the small pictures have."""
        self._drawn = (shown.listing, shown.marked, shown.revision)

    def compose(self) -> ComposeResult:
        """Lay out the grid with two lines below it, and the details beside it."""
        terminal = self.app.terminal
        width, height = TILE_SIZES[self.size_step]
        with Vertical(id="gallery-many"):
            yield ThumbnailGrid(
                terminal,
                self._thumbnail,
                tile_width=width,
                tile_height=height,
                plain_width=PLAIN_CELLS,
                id="gallery-grid",
            )
            yield PlainStatic("", id="gallery-prompt")
            yield PlainStatic("", id="gallery-facts")
        yield PictureDetails(terminal)

    def on_mount(self) -> None:
        """Follow the controller."""
        self.grid.show_empty(*wording.LOADING)
        self._shown.changed.connect(self._redraw)

    @property
    def grid(self) -> ThumbnailGrid:
        """The small pictures."""
        return self.query_one(ThumbnailGrid)

    # Cursor and size

    def begin(self, number: int | None, size_step: int) -> None:
        """Put the cursor on a picture once the pictures are there, and draw small ones of a size."""
        self._begin_at = number
        self._set_size(size_step if size_step < len(TILE_SIZES) else 0)

    @property
    def is_beginning(self) -> bool:
        """Whether the cursor is still to be put on the picture to begin with."""
        return self._begin_at is not None

    @property
    def cursor_to_keep(self) -> int | None:
        """The number of the picture to begin with next time."""
        return self.point() if self._begin_at is None else self._begin_at

    def point(self) -> int | None:
        """Tell the controller on which picture the cursor is, and return its number."""
        key = self.grid.selected_key if self.is_mounted else None
        self._shown.current = None if key is None else int(key)
        return self._shown.current

    def next_size(self) -> None:
        """Draw the small pictures larger, and after the largest small again."""
        self._set_size((self.size_step + 1) % len(TILE_SIZES))

    def _set_size(self, step: int) -> None:
        self.size_step = step
        self.grid.set_tile_size(*TILE_SIZES[step])

    # Drawing

    def _redraw(self) -> None:
        if not self.is_attached:
            return
        shown, (listing, marked, revision) = self._shown, self._drawn
        self._drawn = (shown.listing, shown.marked, shown.revision)
        if shown.fault is not None:
            self.grid.show_empty(*wording.fault_text(shown.fault.sentence()))
        if shown.listing is not listing:
            self._show_listing()
        elif shown.revision != revision:
            self.grid.refresh()
            self.show_current()
        elif shown.marked != marked:
            self._show_marks(marked ^ shown.marked)

    def _show_listing(self) -> None:
        grid, shown = self.grid, self._shown
        grid.show_empty(*wording.empty_text(shown.wanted))
        grid.set_tiles(GalleryTiles(shown.listing, lambda: shown.marked))
        if self._begin_at is not None:
            grid.select(str(self._begin_at))
            self._begin_at = None
        self.show_current()

    def _show_marks(self, changed: frozenset[int]) -> None:
        if changed == {self.point()}:
            self.grid.refresh_tiles((self.grid.cursor,))
        else:
            self.grid.refresh()

    def _thumbnail(self, tile: Tile) -> Image:
        """Return the small picture of a tile; called in a thread."""
        entry = tile.entry if isinstance(tile, PictureTile) else None
        if entry is None or entry.missing:
            raise FluxError("The file is not there any more.")
        path = self._controller.path_of(entry)
        return self.app.services.thumbnails.get(
            entry.picture.sha256, lambda: load_bitmap(path, side=SIDE).image
        )

    # The picture under the cursor

    @on(ThumbnailGrid.Highlighted)
    def show_current(self) -> None:
        """Show the picture under the cursor with everything about it."""
        guarded(self, self._read_current(), doing="showing a picture", group="current", exclusive=True)

    async def _read_current(self) -> None:
        number, listing = self.point(), self._shown.listing
        if number is not None and number not in self._shown.entries:
            index = self.grid.cursor
            await listing.fetch(range(index, index + 1))
        entry = self._shown.entries.get(number)
        prompt = wording.prompt_line(entry) if entry else ""
        facts = wording.facts_line(entry) if entry else ""
        self.query_one("#gallery-prompt", PlainStatic).show(prompt, layout=False)
        self.query_one("#gallery-facts", PlainStatic).show(facts, layout=False)
        details = self.query_one(PictureDetails)
        if entry is None:
            details.clear()
        elif self.screen.has_class("-wide"):
            # The words follow every step of the cursor only where they are one line.
            details.keep_still()
            await asyncio.sleep(CURSOR_REST)
            details.show(entry, self._controller.path_of(entry), self.app.clock())
        else:
            details.keep_still()

    def show_time(self, now: datetime) -> None:
        """Tell how old the picture under the cursor is by an aware time."""
        self.query_one(PictureDetails).show_time(now)

    def on_resize(self, event: events.Resize) -> None:
        """Show the picture large where there is room now."""
        self.call_after_refresh(self.show_current)
