"""Exports of real files, whole or absent."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import stat
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.errors import FluxError, InvalidInput, StorageError
from fluxtui.services.gallery import GalleryService
from fluxtui.services.storage import StorageService
from tests.services.gallery.conftest import AddPicture

Export = Callable[..., Awaitable[object]]


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.name.startswith(".")]


async def test_a_folder_gets_the_files_and_replaces_none(
    gallery: GalleryService, add: AddPicture, storage: StorageService, tmp_path: Path
) -> None:
    for name in ("fox", "cat", "gone"):
        await add(name)
    storage.inside("pictures/2026-11-01/gone.png").unlink()
    target = tmp_path / "deep" / "out"
    told: list[tuple[int, int]] = []
    first = await gallery.export_folder([1, 2, 3, 99], target, lambda *each: told.append(each))
    assert (first.count, first.missing) == (2, 2)
    assert first.sentence() == f"Exported 2 pictures to {target}. 2 files are not there any more."
    assert told[-1] == (3, 4)
    (target / "fox.png").write_bytes(b"the user's own")
    await gallery.export_folder([1], target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {
        "fox.png": b"the user's own",
        "fox-2.png": b"file of fox",
        "cat.png": b"file of cat",
    }
    assert stat.S_IMODE((target / "cat.png").stat().st_mode) == 0o600


async def test_an_archive_has_every_picture_under_a_name_of_its_own(
    gallery: GalleryService, add: AddPicture, storage: StorageService, tmp_path: Path
) -> None:
    await add("fox")
    await add("other", path="pictures/2026-11-02/fox.png")
    await add("odd", path="pictures/2026-11-02/..\x1b[31m Ünder\\..PNG")
    target = tmp_path / "out" / "out.zip"
    done = await gallery.export_zip([3, 1, 2], target)
    assert done.count == 3
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["31m-under.png", "fox.png", "fox-2.png"]
        assert archive.read("fox-2.png") == b"file of other"
        assert archive.getinfo("fox.png").date_time[:3] == (2026, 11, 1)
    assert leftovers(target.parent) == []


async def test_tables_have_everything_that_is_known(
    gallery: GalleryService, add: AddPicture, tmp_path: Path
) -> None:
    await add("fox", '=SUM(A1)\n"a fox", 狐狸', finetune_name="Luna")
    await add("cat", "a cat", cost=None, seed=None)
    await gallery.star([1], True)
    await gallery.tag([1], "best")
    await gallery.note(1, "-1 for the tail")
    await gallery.export_table([2, 1], tmp_path / "out.CSV")
    await gallery.export_table([2, 1], tmp_path / "out.jsonl")
    text = (tmp_path / "out.CSV").read_bytes().decode()
    cat, fox = csv.DictReader(io.StringIO(text, newline=""))
    assert fox["prompt"] == '\'=SUM(A1)\n"a fox", 狐狸'
    assert (fox["note"], fox["tags"], fox["starred"], fox["rating"]) == (
        "'-1 for the tail",
        "best",
        "yes",
        "0",
    )
    assert (cat["seed"], cat["credits"], cat["finetune"]) == ("", "6.0", "")
    assert json.loads(fox["parameters"])["seed"] == 1
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines] == ["pictures/2026-11-01/cat.png", "pictures/2026-11-01/fox.png"]
    assert lines[1]["prompt"] == '=SUM(A1)\n"a fox", 狐狸'
    assert lines[1]["tags"] == ["best"]
    assert lines[1]["created_at"] == "2026-11-01T12:01:00+00:00"
    with pytest.raises(InvalidInput, match=r"\.csv or \.jsonl"):
        await gallery.export_table([1], tmp_path / "out.txt")


async def test_a_sheet_shows_pictures_and_says_which_are_gone(
    gallery: GalleryService, add: AddPicture, storage: StorageService, tmp_path: Path
) -> None:
    for name in "abc":
        picture = await add(name)
        Image.new("RGB", (64, 64), (250, 20, 20)).save(storage.inside(picture.path))
    storage.inside("pictures/2026-11-01/c.png").unlink()
    told: list[tuple[int, int]] = []
    done = await gallery.export_sheet([1, 2, 3], tmp_path / "out.png", lambda *each: told.append(each))
    assert (done.count, done.missing) == (2, 1)
    assert told[-1] == (3, 3)
    with Image.open(tmp_path / "out.png") as sheet:
        colours = {colour: count for count, colour in sheet.convert("RGB").getcolors(1 << 20) or ()}
    assert colours[(250, 20, 20)] >= 2 * 48 * 48
    assert leftovers(tmp_path) == []
    with pytest.raises(InvalidInput, match="1,000 pictures"):
        await gallery.export_sheet(range(1_001), tmp_path / "more.png")
    with pytest.raises(InvalidInput, match="end of its name"):
        await gallery.export_sheet([1], tmp_path / "out.gif")


@pytest.mark.parametrize("name", ["out.zip", "out.csv", "out.jsonl", "out.png"])
async def test_a_file_is_replaced_only_where_that_was_asked_for(
    gallery: GalleryService, add: AddPicture, storage: StorageService, tmp_path: Path, name: str
) -> None:
    picture = await add("a")
    Image.new("RGB", (64, 64)).save(storage.inside(picture.path))
    exports: dict[str, Export] = {".zip": gallery.export_zip, ".png": gallery.export_sheet}
    target = tmp_path / name
    export = exports.get(target.suffix, gallery.export_table)
    target.write_bytes(b"precious")
    with pytest.raises(InvalidInput, match="there already; it was not changed"):
        await export([1], target)
    assert target.read_bytes() == b"precious"
    await export([1], target, replace=True)
    assert target.read_bytes() != b"precious"
    target.unlink()
    target.mkdir()
    with pytest.raises(InvalidInput, match="is a folder"):
        await export([1], target, replace=True)
    assert leftovers(tmp_path) == []


async def test_who_gives_up_leaves_nothing_half(
    gallery: GalleryService, add: AddPicture, storage: StorageService, tmp_path: Path
) -> None:
    picture = await add("large")
    with storage.inside(picture.path).open("wb") as file:
        file.truncate(3_000_000_000)
    folder = tmp_path / "out"
    folder.mkdir()
    for export in (gallery.export_folder([1], folder), gallery.export_zip([1], folder / "out.zip")):
        running = asyncio.ensure_future(export)
        while not leftovers(folder):
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert list(folder.iterdir()) == []


async def test_a_disk_that_refuses_is_told_in_a_sentence(
    gallery: GalleryService, add: AddPicture, tmp_path: Path
) -> None:
    await add("a")
    (tmp_path / "file").write_bytes(b"")
    for export in (gallery.export_folder, gallery.export_zip):
        with pytest.raises(StorageError, match="cannot be used as a directory"):
            await export([1], tmp_path / "file" / "out.zip")
    with pytest.raises(FluxError, match=r"/proc/out\.zip could not be written"):
        await gallery.export_zip([1], Path("/proc/out.zip"))
