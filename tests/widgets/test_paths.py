"""Looking at folders and picture files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.widgets import paths
from fluxtui.widgets.paths import (
    PathKind,
    completion,
    count_pictures,
    list_folder,
    note_dataset,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with some of everything."""
    for name in ("Summer", "summit", ".hidden"):
        (tmp_path / name).mkdir()
    Image.new("RGB", (32, 16)).save(tmp_path / "b.png")
    Image.new("RGB", (32, 16)).save(tmp_path / "a.JPG", "JPEG")
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "lora.safetensors").write_bytes(b"weights")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("a.txt", "words")
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        (PathKind.PICTURE, ["a.JPG", "b.png"]),
        (PathKind.DATASET, ["set.zip"]),
        (PathKind.LORA, ["lora.safetensors", "set.zip"]),
        (PathKind.FOLDER, []),
        (PathKind.ANY, ["a.JPG", "b.png", "lora.safetensors", "notes.txt", "set.zip"]),
    ],
)
def test_listing(folder: Path, kind: PathKind, files: list[str]) -> None:
    """Folders first, by name whatever the case, then the files of the kind."""
    names = [entry.name for entry in list_folder(folder, kind).entries]
    assert names == [".hidden", "Summer", "summit", *files]


def test_a_listing_has_its_limits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Huge folders are cut, cancelled ones end at once, unreadable ones say why."""
    monkeypatch.setattr(paths, "MAX_SCANNED", 2)
    assert list_folder(folder, PathKind.ANY).cut
    assert len(list_folder(folder, PathKind.ANY).entries) <= 2
    assert list_folder(folder, PathKind.ANY, lambda: True).entries == ()
    assert list_folder(folder / "none", PathKind.ANY).problem == "cannot be read: no such file or directory"


def test_dangling_links_are_listed(folder: Path) -> None:
    """A link to nowhere is an entry like any other."""
    (folder / "lost.png").symlink_to(folder / "nowhere.png")
    assert "lost.png" in [entry.name for entry in list_folder(folder, PathKind.PICTURE).entries]


def test_count_pictures(folder: Path) -> None:
    """Only what looks like a picture and is not hidden."""
    (folder / ".c.png").write_bytes(b"")
    assert count_pictures(folder) == (2, False)


@pytest.mark.parametrize(
    ("typed", "kind", "expected"),
    [
        ("Su", PathKind.FOLDER, "Summer/"),
        ("su", PathKind.FOLDER, "summit/"),
        ("SUMMI", PathKind.FOLDER, "SUMMIt/"),
        (".h", PathKind.FOLDER, ".hidden/"),
        ("b", PathKind.PICTURE, "b.png"),
        ("b", PathKind.DATASET, None),
        ("se", PathKind.DATASET, "set.zip"),
        ("b.png", PathKind.PICTURE, None),
        ("zz", PathKind.ANY, None),
    ],
)
def test_completion(folder: Path, typed: str, kind: PathKind, expected: str | None) -> None:
    """What is typed is kept as it is; the right case goes first."""
    found = completion(f"{folder}/{typed}", kind)
    assert found == (None if expected is None else f"{folder}/{expected}")


def test_completion_at_home(own_environment: Path) -> None:
    """`~` is the home directory and stays written as it is."""
    (own_environment / "pictures").mkdir()
    assert completion("~", PathKind.FOLDER) == "~/"
    assert completion("~/pic", PathKind.FOLDER) == "~/pictures/"
    assert completion("", PathKind.FOLDER) is None


def test_names_that_cannot_be_shown_are_not_offered(folder: Path) -> None:
    """An input line could not keep an escape sequence, so its path would be wrong."""
    (folder / "evil\x1b[31m").mkdir()
    assert completion(f"{folder}/evil", PathKind.FOLDER) is None


def test_note_dataset(folder: Path) -> None:
    """Pictures in a folder, the size of an archive, or the reason."""
    assert note_dataset(str(folder)).text == "2 pictures"
    assert note_dataset(str(folder / "set.zip")).text.startswith("ZIP archive")
    assert not note_dataset(str(folder / "notes.txt")).usable
    assert not note_dataset(str(folder / "none")).usable
    assert not note_dataset(str(folder / "Summer")).usable
