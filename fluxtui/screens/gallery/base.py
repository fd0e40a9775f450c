"""What the parts of the gallery share: which pictures are shown, which are marked, which is looked at."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fluxtui.app.state import guarded
from fluxtui.domain.errors import FluxError
from fluxtui.domain.gallery import GalleryEntry, GalleryFilter
from fluxtui.domain.text import plural
from fluxtui.screens.gallery.tiles import Entries, GalleryTiles
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.gallery import GalleryService
from fluxtui.services.threads import Progress
from fluxtui.widgets.thumbnail_grid import ThumbnailGrid


class GalleryBase(PlaceScreen):
    """Holds the numbers of the shown pictures, and what is done to which of them."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = GalleryFilter()
        self.entries = Entries(self._read_entries)
        self.marked: set[int] = set()
        self.tiles = self._tiles_of(())
        self._works = 0
        self._turn = asyncio.Lock()

    async def _read_entries(self, numbers: Sequence[int]) -> tuple[GalleryEntry, ...]:
        return await self.gallery.entries(numbers)

    @property
    def gallery(self) -> GalleryService:
        """The service."""
        return self.app.services.gallery

    @property
    def grid(self) -> ThumbnailGrid:
        """The small pictures."""
        return self.query_one(ThumbnailGrid)

    def path_of(self, entry: GalleryEntry) -> Path:
        """Return the file of a picture."""
        return self.gallery.path_of(entry)

    def _tiles_of(self, numbers: Sequence[int]) -> GalleryTiles:
        return GalleryTiles(numbers, self.wanted.order, self.entries, self.marked, self.show_fault)

    @abstractmethod
    def show_fault(self, error: FluxError) -> None:
        """Say in place that pictures could not be read."""

    @abstractmethod
    def show_title(self) -> None:
        """Show how many pictures there are and how many are marked."""

    @abstractmethod
    def show_current(self) -> None:
        """Show the picture under the cursor and everything about it."""

    @abstractmethod
    def reload(self, *, rest: float = 0.0) -> None:
        """Ask again which pictures there are, after some seconds of rest."""

    @abstractmethod
    def show_progress(self, doing: str, done: int, total: int) -> None:
        """Show how far long work is, in the title."""

    # Which pictures are meant

    @property
    def current(self) -> int | None:
        """The number of the picture under the cursor."""
        key = self.grid.selected_key if self.is_mounted else None
        return None if key is None else int(key)

    @property
    def entry(self) -> GalleryEntry | None:
        """The picture under the cursor, once it was read."""
        return self.entries.get(self.current)

    def chosen(self) -> tuple[int, ...]:
        """Return the marked pictures in the order in which they stand, else the one under the cursor.

        Marked pictures that the filter hides are not meant; where it hides all of them, that is told.
        """
        if self.marked:
            shown = tuple(number for number in self.tiles.numbers if number in self.marked)
            if not shown:
                self.app.tell("The filter hides what is marked. Esc clears the filter, and then the marks.")
            return shown
        return () if self.current is None else (self.current,)

    def what(self, numbers: Sequence[int]) -> str:
        """Return `'the picture'` or `'3 pictures'`."""
        return "the picture" if len(numbers) == 1 else plural(len(numbers), "picture")

    # Doing something to them

    def act(self, work: Callable[[], Coroutine[Any, Any, None]], doing: str) -> None:
        """Do something after what was asked for before it; errors become one message."""
        guarded(self, self._in_turn(work), doing=doing, group="act")

    async def _in_turn(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async with self._turn:
            await work()

    @contextmanager
    def long_work(self, doing: str) -> Iterator[Progress]:
        """Yield what shows the progress of work, which can be stopped meanwhile; then the title is back."""
        self._works += 1
        try:
            yield partial(self.show_progress, doing)
        finally:
            self._works -= 1
            if self.is_mounted:
                self.show_title()

    @property
    def is_working(self) -> bool:
        """Whether something is being done that can be stopped."""
        return self._works > 0

    def stop_working(self) -> None:
        """Give up what runs, and what was asked for after it."""
        for group in ("act", "export"):
            self.workers.cancel_group(self, group)
        self.app.tell("Stopped. What was done before stays as it is.")

    async def change(
        self, numbers: Sequence[int], change: Callable[[Sequence[int]], Awaitable[object]]
    ) -> None:
        """Change marks and show what has become of them. Raises `FluxError`."""
        await change(numbers)
        await self.entries.reread(numbers)
        self.grid.refresh()
        self.show_current()
        if not self.wanted.is_empty or self.wanted.order != GalleryFilter().order:
            self.reload()

    def forget_marked(self) -> None:
        """Mark nothing any more."""
        if self.marked:
            self.marked.clear()
            self.grid.refresh()
            self.show_title()
