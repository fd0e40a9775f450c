"""Tiles of very many pictures: only those in sight are read."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from fluxtui.controllers.gallery.entries import KEPT_ENTRIES, PAGE, Entries, EntryList
from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.domain.gallery import GalleryEntry, GalleryOrder, Marks
from fluxtui.screens.gallery.gallery_panel import GalleryTiles
from tests.fakes.gallery import made

MANY = array("q", range(100_000, 0, -1))


class Journal:
    """Entries for every number but those that are gone; remembers what was read."""

    def __init__(self, folder: Path, gone: frozenset[int] = frozenset()) -> None:
        self.picture = made(1, folder)[1]
        self.gone = gone
        self.asked: list[Sequence[int]] = []
        self.fault: FluxError | None = None

    async def read(self, numbers: Sequence[int]) -> tuple[GalleryEntry, ...]:
        self.asked.append(numbers)
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        return tuple(self._entry(number) for number in numbers if number not in self.gone)

    def _entry(self, number: int) -> GalleryEntry:
        return GalleryEntry(number, self.picture, Marks(rating=number % 6), "demo", "bfl", None)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """All entries but one."""
    return Journal(tmp_path, frozenset({99_999}))


def tiles_of(
    journal: Journal, numbers: Sequence[int], order: GalleryOrder, faults: list[FluxError] | None = None
) -> GalleryTiles:
    told = list[FluxError]() if faults is None else faults
    return GalleryTiles(EntryList(numbers, order, Entries(journal.read), told.append), lambda: {99_998})


async def test_only_a_page_is_read(journal: Journal) -> None:
    tiles = tiles_of(journal, MANY, GalleryOrder.NEWEST)
    assert len(tiles) == 100_000
    assert not tiles[0].is_known
    await tiles.fetch(range(12))
    await tiles.fetch(range(20))
    assert [len(numbers) for numbers in journal.asked] == [PAGE]
    assert tiles[0].label.startswith("4 three lanterns")
    assert (tiles[1].label, tiles[1].is_known, tiles[1].quiet) == ("gone", True, True)
    assert tiles[2].sign == "✓"
    assert not tiles[PAGE].is_known


async def test_a_fetch_that_is_given_up_is_not_wasted(journal: Journal) -> None:
    tiles = tiles_of(journal, MANY, GalleryOrder.NEWEST)
    fetching = asyncio.create_task(tiles.fetch(range(12)))
    await asyncio.sleep(0)
    fetching.cancel()
    await tiles.fetch(range(12))
    assert len(journal.asked) == 1
    assert tiles[0].is_known


async def test_memory_does_not_grow_with_what_was_seen(journal: Journal) -> None:
    entries = Entries(journal.read)
    tiles = EntryList(MANY, GalleryOrder.NEWEST, entries, list[FluxError]().append)
    for start in range(0, 3 * KEPT_ENTRIES, PAGE):
        await tiles.fetch(range(start, start + PAGE))
    assert len(entries) == KEPT_ENTRIES


async def test_a_fault_is_told_and_the_tiles_stay_unknown(journal: Journal) -> None:
    faults: list[FluxError] = []
    tiles = tiles_of(journal, MANY, GalleryOrder.NEWEST, faults)
    journal.fault = StorageError("The journal could not be read.")
    await tiles.fetch(range(12))
    assert faults == [journal.fault]
    assert not tiles[0].is_known


@pytest.mark.parametrize(
    ("numbers", "order"),
    [
        (MANY, GalleryOrder.NEWEST),
        (array("q", range(1, 100_001)), GalleryOrder.OLDEST),
        (array("q", [7, 500, 3, 99_000, 12]), GalleryOrder.SEED),
    ],
)
def test_a_picture_is_found_wherever_it_is(
    journal: Journal, numbers: Sequence[int], order: GalleryOrder
) -> None:
    tiles = tiles_of(journal, numbers, order)
    for index in (0, 2, len(numbers) - 1):
        assert tiles.find(str(numbers[index]), 0) == index
        assert tiles.find(str(numbers[index]), index) == index
    assert tiles.find("200000", 0) is None
