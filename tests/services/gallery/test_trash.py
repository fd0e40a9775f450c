"""The trash: files go and come back, whatever happens on the way."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.services.gallery import GalleryService
from fluxtui.services.gallery import trash as trash_module
from fluxtui.services.journal import Journal
from fluxtui.services.journal.trash import TrashStore
from fluxtui.services.storage import StorageService
from tests.services.gallery.conftest import AddPicture, Find

HOME = "pictures/2026-11-01/a.png"


def files(storage: StorageService) -> dict[str, bytes]:
    return {
        path.relative_to(storage.root).as_posix(): path.read_bytes()
        for place in ("pictures", "trash")
        for path in storage.inside(place).rglob("*")
        if path.is_file()
    }


async def test_a_picture_goes_and_comes_back_with_its_marks(
    gallery: GalleryService, journal: Journal, storage: StorageService, add: AddPicture, find: Find
) -> None:
    await add("a")
    await add("b")
    await gallery.tag([1], "best")
    told: list[tuple[int, int]] = []
    await gallery.trash([1, 77], lambda *each: told.append(each))
    assert told == [(2, 2)]
    assert (await find(""), await find("is:trash")) == (["b"], ["a"])
    (entry,) = await gallery.entries([1])
    assert entry.trashed_at is not None
    assert not entry.missing
    assert gallery.path_of(entry).read_bytes() == b"file of a"
    assert files(storage) == {"trash/1-a.png": b"file of a", "pictures/2026-11-01/b.png": b"file of b"}
    assert [picture.id for picture in await journal.pictures.recent()] == ["b"]
    job = await journal.jobs.get("job-a")
    assert job is not None
    assert job.picture == "trash/1-a.png"
    await gallery.trash([1])
    await gallery.restore([1, 2])
    (entry,) = await gallery.entries([1])
    assert (entry.picture.path, entry.trashed_at, entry.marks.tags) == (HOME, None, ("best",))
    assert files(storage)[HOME] == b"file of a"
    told_by_job = [event.note for event in await journal.jobs.story("job-a")]
    assert told_by_job[-2:] == ["its picture was moved to the trash", f"its picture is back: {HOME}"]


async def test_a_place_that_was_taken_meanwhile_is_left_alone(
    gallery: GalleryService, storage: StorageService, add: AddPicture
) -> None:
    await add("a")
    await gallery.trash([1])
    storage.inside(HOME).write_bytes(b"another")
    await gallery.restore([1])
    (entry,) = await gallery.entries([1])
    assert entry.picture.path == "pictures/2026-11-01/a-2.png"
    assert files(storage) == {HOME: b"another", entry.picture.path: b"file of a"}


async def test_emptying_deletes_the_trash_alone_and_costs_stay(
    gallery: GalleryService, journal: Journal, storage: StorageService, add: AddPicture, find: Find
) -> None:
    for name in "abc":
        await add(name)
    await gallery.tag([1, 3], "best")
    await gallery.trash([1, 2])
    storage.inside("trash/the user's own.txt").write_bytes(b"kept")
    told: list[tuple[int, int]] = []
    assert await gallery.empty_trash(lambda *each: told.append(each)) == 2
    assert told == [(2, 2)]
    assert files(storage) == {"pictures/2026-11-01/c.png": b"file of c", "trash/the user's own.txt": b"kept"}
    assert (await find(""), await find("is:trash")) == (["c"], [])
    assert [(facet.value, facet.count) for facet in (await gallery.facets()).tags] == [("best", 1)]
    job = await journal.jobs.get("job-a")
    assert job is not None
    assert (job.picture, job.cost_credits) == (None, 4.0)
    assert await gallery.empty_trash() == 0


async def test_a_file_outside_of_the_trash_is_never_deleted(
    gallery: GalleryService, journal: Journal, storage: StorageService, add: AddPicture, find: Find
) -> None:
    await add("a")
    with contextlib.closing(sqlite3.connect(journal.path)) as connection, connection:
        connection.execute("UPDATE pictures SET trashed_at = created_at, home = path")
    with pytest.raises(StorageError, match="is not in the trash, so it was not deleted"):
        await gallery.empty_trash()
    assert files(storage) == {HOME: b"file of a"}
    # It is where it is found when it is looked for.
    assert (await find(""), await find("is:trash")) == (["a"], [])


@pytest.mark.parametrize("cut", ["before the file", "between two names", "after the file"])
@pytest.mark.parametrize("way", ["out", "back", "gone"])
async def test_what_a_dying_program_began_is_finished(
    gallery: GalleryService, journal: Journal, storage: StorageService, add: AddPicture, way: str, cut: str
) -> None:
    await add("a")
    names, store = trash_module._names, journal.trash
    if way != "out":
        await gallery.trash([1])
    if way == "out":
        (move,) = await store.begin_trashing([1], names, lambda _: True)
    elif way == "back":
        (move,) = await store.begin_restoring([1], names, lambda _: True)
    else:
        (move,) = await store.begin_deleting(0, 10)
    source = storage.inside(move.source)
    if move.target and cut == "between two names":
        storage.inside(move.target).hardlink_to(source)
    elif cut == "after the file":
        source.rename(storage.inside(move.target)) if move.target else source.unlink()
    # Nobody else does anything with a picture on its way.
    await gallery.trash([1])
    await gallery.restore([1])
    async with Journal(journal.path) as again:
        assert await GalleryService(again, storage).mend() == 1
        assert await GalleryService(again, storage).mend() == 0
    expected = {"out": {"trash/1-a.png": b"file of a"}, "back": {HOME: b"file of a"}, "gone": {}}[way]
    assert files(storage) == expected
    entries = await gallery.entries([1])
    assert [entry.picture.path for entry in entries] == list(expected)


async def test_one_file_that_cannot_be_moved_keeps_no_other_from_it(
    gallery: GalleryService, storage: StorageService, add: AddPicture, find: Find, tmp_path: Path
) -> None:
    await add("a")
    await add("b", path="pictures/elsewhere/b.png")
    (tmp_path / "other").mkdir()
    storage.inside("pictures/elsewhere/b.png").rename(tmp_path / "other" / "b.png")
    storage.inside("pictures/elsewhere").rmdir()
    (storage.root / "pictures/elsewhere").symlink_to(tmp_path / "other")
    with pytest.raises(StorageError, match="outside of the data directory"):
        await gallery.trash([1, 2])
    assert (await find(""), await find("is:trash")) == (["b"], ["a"])
    assert (tmp_path / "other" / "b.png").read_bytes() == b"file of b"


async def test_a_picture_without_its_file_can_be_thrown_away(
    gallery: GalleryService, storage: StorageService, add: AddPicture, find: Find
) -> None:
    await add("a")
    storage.inside(HOME).unlink()
    await gallery.trash([1])
    assert await find("is:trash") == ["a"]
    assert await gallery.empty_trash() == 1


async def test_who_gives_up_leaves_no_file_on_the_way(
    gallery: GalleryService,
    journal: Journal,
    storage: StorageService,
    add: AddPicture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        await add(f"p{number}")
    monkeypatch.setattr(trash_module, "AT_ONCE", 2)
    begun = asyncio.Event()
    finish = TrashStore.finish

    async def slow(store: TrashStore, moves: object) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        await finish(store, moves)  # type: ignore[arg-type]

    monkeypatch.setattr(TrashStore, "finish", slow)
    running = asyncio.ensure_future(gallery.trash([1, 2, 3, 4, 5]))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    while await journal.trash.unfinished():
        await asyncio.sleep(0.01)
    assert sorted(files(storage)) == [
        *(f"pictures/2026-11-01/p{number}.png" for number in (2, 3, 4)),
        *(f"trash/{number + 1}-p{number}.png" for number in (0, 1)),
    ]
