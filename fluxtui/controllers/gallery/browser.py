"""Which pictures of the gallery are shown, which are marked, and which one is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from fluxtui.controllers.gallery.entries import Entries, EntryList
from fluxtui.controllers.host import Host
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import FluxError
from fluxtui.domain.gallery import Facets, GalleryEntry, GalleryFilter
from fluxtui.services.threads import Progress

MOST_COMPARED = 4
"""More pictures do not fit beside each other."""
VIEWED_AROUND = 100
"""How many pictures before and after one can be gone through in the view."""


class PictureBrowser:
    """The one owner of filter, listing, marks and cursor; the commands of the gallery change it.

    Args:
        host: tells the user, and has the gallery's service.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.changed = Signal()
        self.turn = asyncio.Lock()
        """Held by what changes pictures: what is asked for later comes after it."""
        self.wanted = GalleryFilter()
        self.entries = Entries(self._read_entries)
        self.listing = self._listing_of(())
        self.total = 0
        """How many pictures there are with every other filter: all in the trash, or all out of it."""
        self.facets = Facets()
        """What there is to filter by, as it was when that was asked for last."""
        self.fault: FluxError | None = None
        """Why the pictures could not be read."""
        self.marked: frozenset[int] = frozenset()
        self.current: int | None = None
        """The number of the picture under the cursor."""
        self.revision = 0
        """Grows when something about pictures is changed from here."""
        self.progress = ""
        """How far long work is, or `''`."""
        self._works = 0
        self._readings = 0

    async def _read_entries(self, numbers: Sequence[int]) -> tuple[GalleryEntry, ...]:
        return await self._host.services.gallery.entries(numbers)

    def _listing_of(self, numbers: Sequence[int]) -> EntryList:
        return EntryList(numbers, self.wanted.order, self.entries, self._fail)

    def _fail(self, error: FluxError) -> None:
        self.fault = error
        self.changed.send()

    # Which pictures there are

    def want(self, wanted: GalleryFilter) -> bool:
        """Take another filter, and tell whether it is one; `read` then finds its pictures."""
        if wanted == self.wanted:
            return False
        if wanted.trashed != self.wanted.trashed:
            self.marked = frozenset()
        self.wanted = wanted
        self.changed.send()
        return True

    async def show(self, wanted: GalleryFilter) -> None:
        """Take another filter and read its pictures. Raises `StorageError`."""
        if self.want(wanted):
            await self.read()

    async def read(self, *, rest: float = 0.0) -> None:
        """Ask the journal which pictures there are, after some seconds of rest.

        Of several readings the last counts. Raises `StorageError`.
        """
        self._readings += 1
        reading = self._readings
        await asyncio.sleep(rest)
        if reading != self._readings:
            return
        gallery, wanted = self._host.services.gallery, self.wanted
        try:
            numbers = await gallery.numbers(wanted)
            alone = GalleryFilter(trashed=wanted.trashed)
            shows_all = wanted.model_copy(update={"order": alone.order}) == alone
            total = len(numbers) if shows_all else await gallery.count(trashed=wanted.trashed)
        except FluxError as error:
            self._fail(error)
            raise
        if reading == self._readings:
            self._take(numbers, total)

    async def read_facets(self) -> None:
        """Ask the journal what there is to filter by, for whoever types a filter. Raises `StorageError`."""
        self.facets = await self._host.services.gallery.facets()

    def _take(self, numbers: Sequence[int], total: int) -> None:
        self.fault = None
        self.total = total
        self.entries.doubt()
        self.listing = self._listing_of(numbers)
        self.changed.send()

    async def around(self, number: int, near: int) -> tuple[GalleryEntry, ...]:
        """Return the pictures that can be gone through from one on, which is among them if it is shown.

        Args:
            number: of that picture.
            near: where it was last.
        """
        index = self.listing.find(number, near)
        if index is None:
            return ()
        shown = slice(max(index - VIEWED_AROUND, 0), index + VIEWED_AROUND + 1)
        return await self._host.services.gallery.entries(self.listing.numbers[shown])

    # Which pictures are meant

    @property
    def entry(self) -> GalleryEntry | None:
        """The picture under the cursor, once it was read."""
        return self.entries.get(self.current)

    def chosen(self) -> tuple[int, ...]:
        """Return the marked pictures in the order in which they stand, else the one under the cursor.

        Marked pictures that the filter hides are not meant; where it hides all of them, that is told.
        """
        if self.marked:
            shown = tuple(number for number in self.listing.numbers if number in self.marked)
            if not shown:
                self._host.tell("The filter hides what is marked. Esc clears the filter, and then the marks.")
            return shown
        return () if self.current is None else (self.current,)

    def toggle_mark(self) -> None:
        """Mark the picture under the cursor, or take the mark away."""
        if self.current is not None:
            self.mark(self.marked ^ {self.current})

    def toggle_all_marks(self) -> None:
        """Mark all pictures that are shown, or none where some are marked."""
        self.mark(() if self.marked else self.listing.numbers)

    def forget_marks(self) -> None:
        """Mark nothing any more."""
        self.mark(())

    def mark(self, numbers: Iterable[int]) -> None:
        """Mark these pictures and no others."""
        marked = frozenset(numbers)
        if marked != self.marked:
            self.marked = marked
            self.changed.send()

    # Changing them

    async def change(
        self, numbers: Sequence[int], change: Callable[[Sequence[int]], Awaitable[object]]
    ) -> None:
        """Change what is noted of pictures, and show what has become of them. Raises `FluxError`."""
        await change(numbers)
        await self.entries.reread(numbers)
        self.revision += 1
        self.changed.send()
        if not self.wanted.is_empty or self.wanted.order != GalleryFilter().order:
            await self.read()

    async def moved(self, numbers: Iterable[int]) -> None:
        """Look anew where pictures are that were moved; they are marked no more. Raises `StorageError`."""
        gone = frozenset(numbers)
        self.mark(self.marked - gone)
        self.entries.forget(gone)
        await self.read()

    @property
    def is_working(self) -> bool:
        """Whether something is being done that takes long and can be stopped."""
        return self._works > 0

    @contextmanager
    def long_work(self, doing: str) -> Iterator[Progress]:
        """Yield what tells how far work is, in a block that can be stopped."""

        def progress(done: int, total: int) -> None:
            self._tell_progress(f"{doing}: {done:,} of {total:,} · Esc stops it")

        self._works += 1
        try:
            yield progress
        finally:
            self._works -= 1
            self._tell_progress("")

    def _tell_progress(self, words: str) -> None:
        if words != self.progress:
            self.progress = words
            self.changed.send()
