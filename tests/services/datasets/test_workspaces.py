"""Edits that last: undone, done again, left and found again, written back on request."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fluxtui.domain.dataset import Crop
from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.workspace import UNSURE, History, Workspace
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.tracking import outdated
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.storage import StorageService

NOW = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def workspaces(storage: StorageService) -> WorkspaceService:
    return WorkspaceService(storage)


async def test_edits_last_until_they_are_discarded(workspaces: WorkspaceService, folder: Path) -> None:
    history = await workspaces.load(folder)
    edited = history.present.edited("a.jpg", excluded=True).turned("b.png", 1)
    await workspaces.save(history.changed(edited, "two edits"))
    again = await workspaces.load(folder)
    assert again.present == edited
    assert again.undone().present.edits == {}
    await workspaces.save(again.changed(Workspace(source=edited.source), "discarded"))
    discarded = await workspaces.load(folder)
    assert discarded.present.edits == {}
    assert discarded.undone().present == edited


async def test_damaged_edits_are_left_as_they_are(
    workspaces: WorkspaceService, storage: StorageService, folder: Path
) -> None:
    history = await workspaces.load(folder)
    await workspaces.save(history.changed(history.present.edited("a.jpg", turns=2), "turned"))
    (path,) = (storage.root / "workspaces").iterdir()
    path.write_text("{")
    with pytest.raises(StorageError, match="damaged"):
        await workspaces.load(folder)
    assert path.read_text() == "{"


def test_changes_are_undone_and_done_again() -> None:
    first = History(present=Workspace(source="x"))
    second = first.changed(first.present.edited("a", excluded=True), "left out a")
    third = second.changed(second.present.edited("a", caption="b"), "caption of a")
    assert third.changed(third.present, "nothing") is third
    back = third.undone()
    assert (back.present, back.future[0].done) == (second.present, "caption of a")
    assert back.redone() == third
    assert back.undone().undone().present == first.present
    assert back.changed(first.present, "reset").future == ()


def test_crop_turns_with_its_picture() -> None:
    workspace = Workspace(source="x").edited("a", crop=Crop(left=0.25, right=1.0, top=0.0, bottom=0.5))
    turned = workspace.turned("a", 1)
    assert turned.of("a").crop == Crop(left=0.5, right=1.0, top=0.25, bottom=1.0)
    assert turned.turned("a", 3) == workspace


def test_edit_that_changes_nothing_is_forgotten() -> None:
    workspace = Workspace(source="x").edited("a", excluded=True).edited("a", excluded=False)
    assert workspace == Workspace(source="x")


async def test_captions_are_written_back_on_request_and_the_old_ones_kept(
    workspaces: WorkspaceService, datasets: DatasetService, storage: StorageService, folder: Path
) -> None:
    (folder / "a.txt").chmod(0o664)
    found = await datasets.scan(folder)
    captions = {"a.jpg": "a cat", "b.png": "another", "c.webp": ""}
    assert await workspaces.write_captions(found, captions, NOW) == 2
    assert (folder / "a.txt").read_text() == "a cat\n"
    assert not (folder / "c.txt").exists()
    assert [(folder / name).stat().st_mode & 0o777 for name in ("a.txt", "b.txt")] == [0o664, 0o644]
    (kept,) = (storage.root / "workspaces").glob("*-captions-before-20261126T010203.jsonl")
    assert kept.read_text() == '{"file_name": "a.jpg", "text": "a dog, ünder a tree"}\n'
    assert await workspaces.write_captions(await datasets.scan(folder), captions, NOW) == 0


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
async def test_captions_are_all_written_where_files_have_no_permissions(
    workspaces: WorkspaceService,
    datasets: DatasetService,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    for name in ("chmod", "fchmod"):
        monkeypatch.setattr(os, name, refuse)
    captions = {"a.jpg": "one", "b.png": "two", "c.webp": "three"}
    assert await workspaces.write_captions(await datasets.scan(folder), captions, NOW) == 3
    assert [(folder / f"{name}.txt").read_text() for name in "abc"] == ["one\n", "two\n", "three\n"]


async def test_captions_in_an_archive_are_never_written(
    workspaces: WorkspaceService, datasets: DatasetService, tmp_path: Path
) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    found = await datasets.scan(tmp_path / "a.zip")
    with pytest.raises(DatasetError, match="archive"):
        await workspaces.write_captions(found, {"a.jpg": "a"}, NOW)


async def test_the_same_relative_path_elsewhere_has_edits_of_its_own(
    workspaces: WorkspaceService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "one")
    history = await workspaces.load(Path("data"))
    await workspaces.save(history.changed(history.present.edited("01.jpg", turns=1), "turned"))
    assert (await workspaces.load(tmp_path / "one/data")).present.of("01.jpg").turns == 1
    monkeypatch.chdir(tmp_path / "two")
    assert (await workspaces.load(Path("data"))).present.edits == {}


async def test_edits_under_former_names_are_found_again(
    workspaces: WorkspaceService, storage: StorageService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a link surely are of the folder; those of a relative path may be of another one."""
    folder, link = tmp_path / "pics", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    monkeypatch.chdir(tmp_path)

    def keep(key: str, turns: int) -> Path:
        edited = History(present=Workspace(source=key)).changed(
            Workspace(source=key).edited("a.jpg", turns=turns), "turned"
        )
        path = storage.workspace_path(key)
        storage.write_atomic(path, edited.model_dump_json(exclude_defaults=True).encode())
        return path

    keep("pics", 1)
    relative = await workspaces.load(Path("pics"))
    assert relative.present.source == str(folder)
    assert relative.present.of("a.jpg").turns == 1
    assert relative.present.of("a.jpg").made_on == UNSURE
    linked = keep(str(link), 2)
    history = await workspaces.load(link)
    assert (history.present.of("a.jpg").turns, history.present.of("a.jpg").made_on) == (2, "")
    assert history.undone().present == Workspace(source=str(folder))
    await workspaces.save(history)
    assert (await workspaces.load(folder)).present == history.present
    assert linked.exists()


async def test_captions_are_written_where_they_are_found_again(
    workspaces: WorkspaceService, datasets: DatasetService, folder: Path, picture: Callable[..., bytes]
) -> None:
    """Into the file that they came from; never into one with more in it, and none into that of another."""
    (folder / "b.png.txt").write_text("whole name")
    (folder / "c.caption").write_bytes("\ufeffcafé".encode("utf-16-le"))
    (folder / "d.jpg").write_bytes(picture(seed=7))
    (folder / "d.json").write_text('{"caption": "from json"}')
    (folder / "metadata.csv").write_text("file_name,text\na.jpg,other\n")
    (folder / "dog.jpg").write_bytes(picture(seed=8))
    (folder / "dog.png").write_bytes(picture(seed=9, format_name="PNG"))
    (folder / "dog.txt").write_text("a dog")
    found = await datasets.scan(folder)
    new = {name: f"new {name}" for name in ("a.jpg", "b.png", "c.webp", "d.jpg", "dog.jpg", "dog.png")}
    assert await workspaces.write_captions(found, new, NOW) == 6
    assert (folder / "c.caption").read_text() == "new c.webp\n"
    assert (folder / "d.json").read_text() == '{"caption": "from json"}'
    assert (folder / "metadata.csv").read_text() == "file_name,text\na.jpg,other\n"
    assert (folder / "dog.txt").read_text() == "a dog"
    again = await datasets.scan(folder)
    assert datasets.captions(again, Workspace(source=str(folder))) == new


async def test_former_edits_are_tied_to_what_is_there_when_it_is_looked_at(
    workspaces: WorkspaceService, datasets: DatasetService, folder: Path, picture: Callable[..., bytes]
) -> None:
    """From then on a picture that is replaced is noticed, also if the workbench was never open."""
    history = await workspaces.load(folder)
    await workspaces.save(history.changed(history.present.edited("a.jpg", turns=1), "turned"))
    found = await datasets.scan(folder)
    assert (await workspaces.of(found)).present.of("a.jpg").made_on
    (folder / "a.jpg").write_bytes(picture(seed=70))
    again = await datasets.scan(folder)
    assert outdated((await workspaces.of(again)).present, again).pictures == ("a.jpg",)
