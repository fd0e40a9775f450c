"""Marks, saved filters, and entries as the screen gets them."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.gallery import GalleryFilter, Marks
from fluxtui.services.gallery import GalleryService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from tests.services.gallery.conftest import AddPicture


async def test_marks_come_back(gallery: GalleryService, add: AddPicture) -> None:
    await add("a")
    await add("b")
    await gallery.star([1, 2, 99], True)
    await gallery.star([2], False)
    await gallery.rate([1], 4)
    await gallery.tag([1], "two words")
    await gallery.tag([1, 2], "Best")
    await gallery.tag([1], "best")
    await gallery.untag([2], "BEST")
    await gallery.note(1, " for the cover\x1b[31m\nor not ")
    first, second = await gallery.entries([1, 2])
    assert first.marks == Marks(True, 4, ("best", "two words"), "for the cover\nor not")
    assert second.marks == Marks()


async def test_marks_that_make_no_sense_are_refused(gallery: GalleryService, add: AddPicture) -> None:
    await add("a")
    with pytest.raises(InvalidInput, match="1 to 5"):
        await gallery.rate([1], 6)
    with pytest.raises(InvalidInput, match="at least one letter"):
        await gallery.tag([1], " \x1b[31m ")
    with pytest.raises(InvalidInput, match="10,000 characters"):
        await gallery.note(1, "x" * 10_001)
    assert (await gallery.entries([1]))[0].marks == Marks()


async def test_marks_are_news_for_other_screens(
    journal: Journal, gallery: GalleryService, add: AddPicture
) -> None:
    await add("a")
    before = await journal.version()
    await gallery.star([1], True)
    assert await journal.version() > before


async def test_entries_come_in_the_order_that_was_asked_for(
    gallery: GalleryService, storage: StorageService, add: AddPicture
) -> None:
    for name in "abc":
        await add(name, cost=None if name == "a" else 7.0, profile="second")
    storage.inside("pictures/2026-11-01/b.png").unlink()
    entries = await gallery.entries([3, 77, 1, 2])
    assert [(entry.number, entry.picture.id) for entry in entries] == [(3, "c"), (1, "a"), (2, "b")]
    assert [entry.credits for entry in entries] == [7.0, 6.0, 7.0]
    assert [entry.missing for entry in entries] == [False, False, True]
    assert {(entry.profile, entry.provider, entry.trashed_at) for entry in entries} == {
        ("second", "bfl", None)
    }
    assert gallery.path_of(entries[0]) == storage.root / "pictures/2026-11-01/c.png"


async def test_a_path_that_leads_out_of_the_data_directory_is_a_missing_picture(
    gallery: GalleryService, journal: Journal, add: AddPicture
) -> None:
    await add("a")
    with contextlib.closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE pictures SET path = 'pictures/../../outside.png'")
    assert (await gallery.entries([1]))[0].missing


async def test_filters_are_saved_by_name(gallery: GalleryService, journal: Journal) -> None:
    best, foxes = GalleryFilter.parse("star rating>=4 sort:rating"), GalleryFilter.parse('"red fox" cost<5')
    await gallery.save(" The  best ", GalleryFilter())
    await gallery.save("The best", best)
    await gallery.save("Foxes", foxes)
    await gallery.save("Gone", foxes)
    await gallery.forget("Gone")
    await journal.notes.set("gallery-filter:of a newer version", "mood:sad")
    assert await gallery.saved() == {"Foxes": foxes, "The best": best}
    assert list(await gallery.saved()) == ["Foxes", "The best"]
    with pytest.raises(InvalidInput, match="needs a name"):
        await gallery.save("  ", best)
    with pytest.raises(InvalidInput, match="at most 60"):
        await gallery.save("x" * 61, best)
