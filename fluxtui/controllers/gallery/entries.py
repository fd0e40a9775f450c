"""The pictures of the gallery: numbers for all of them, everything else for those in sight."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from fluxtui.domain.errors import FluxError
from fluxtui.domain.gallery import GalleryEntry, GalleryOrder

PAGE = 64
"""Entries that are read together."""
KEPT_ENTRIES = 2_000
"""Entries kept in memory, some kilobytes each."""

Read = Callable[[Sequence[int]], Awaitable[tuple[GalleryEntry, ...]]]


class Entries:
    """The entries that were read last, by their numbers.

    Args:
        read: reads entries; those that are gone are left out.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: OrderedDict[int, GalleryEntry | None] = OrderedDict()
        self._old: set[int] = set()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._known)

    def __contains__(self, number: int) -> bool:
        """Tell whether it is known how things stand with a number now."""
        return number in self._known and number not in self._old

    def get(self, number: int | None) -> GalleryEntry | None:
        """Return an entry, an old one until it was read anew; None where it was not read yet, or is gone."""
        entry = self._known.get(number) if number is not None else None
        if entry is not None:
            self._known.move_to_end(entry.number)
        return entry

    def is_missing(self, number: int) -> bool:
        """Tell whether an entry was looked for and is not there any more."""
        return number in self._known and self._known[number] is None

    async def read(self, numbers: Sequence[int]) -> tuple[GalleryEntry, ...]:
        """Read entries anew. Raises `StorageError`."""
        found = await self._read(numbers)
        there = {entry.number: entry for entry in found}
        for number in numbers:
            self._known[number] = there.get(number)
            self._known.move_to_end(number)
        self._old.difference_update(numbers)
        while len(self._known) > max(KEPT_ENTRIES, len(numbers)):
            self._old.discard(self._known.popitem(last=False)[0])
        return found

    def doubt(self) -> None:
        """Read all entries anew when they come into sight, and show them as they were until then."""
        self._old = set(self._known)

    def forget(self, numbers: Iterable[int]) -> None:
        """Read these entries anew when they come into sight."""
        for number in numbers:
            self._known.pop(number, None)

    async def reread(self, numbers: Iterable[int]) -> None:
        """Read those of some entries again that are kept. Raises `StorageError`."""
        kept = [number for number in numbers if number in self._known]
        if kept:
            await self.read(kept)


class EntryList:
    """Pictures in their order; nothing of them is gone through, however many there are.

    Args:
        numbers: of the pictures, in the order in which they are shown.
        order: what that is, so that a number is found quickly.
        entries: what is known of them.
        failed: is told why entries could not be read.
    """

    def __init__(
        self,
        numbers: Sequence[int],
        order: GalleryOrder,
        entries: Entries,
        failed: Callable[[FluxError], None],
    ) -> None:
        self.numbers = numbers
        self.entries = entries
        self._order = order
        self._failed = failed
        self._reading: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self.numbers)

    def find(self, number: int, near: int) -> int | None:
        """Return where a picture is, at once where it has hardly moved or pictures stand by their age."""
        numbers = self.numbers
        if 0 <= near < len(numbers) and numbers[near] == number:
            return near
        if self._order is GalleryOrder.NEWEST:
            index = bisect_left(numbers, -number, key=lambda each: -each)
        elif self._order is GalleryOrder.OLDEST:
            index = bisect_left(numbers, number)
        else:
            try:
                return numbers.index(number)
            except ValueError:
                return None
        return index if index < len(numbers) and numbers[index] == number else None

    async def fetch(self, indices: range) -> None:
        """Read the entries of pictures, and of those beside them; being cancelled wastes nothing of it."""
        if self._reading is not None and not self._reading.done():
            await asyncio.shield(self._reading)
        first, last = indices.start // PAGE * PAGE, -(-indices.stop // PAGE) * PAGE
        if all(number in self.entries for number in self.numbers[indices.start : indices.stop]):
            return
        missing = [number for number in self.numbers[first:last] if number not in self.entries]
        self._reading = asyncio.create_task(self._read(missing))
        await asyncio.shield(self._reading)

    async def _read(self, numbers: Sequence[int]) -> None:
        try:
            await self.entries.read(numbers)
        except FluxError as error:
            self._failed(error)
