"""Folders as caches, cameras and careless people leave them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.services.datasets import DatasetService
from tests.fakes.pictures import encoded

RULES = DatasetRules(1, 1, 100, ("JPEG", "PNG"), 10_000)


def picture(value: int, kind: str = "PNG") -> bytes:
    return encoded(Image.new("RGB", (20, 20), (value, 0, 0)), kind)


def names(dataset: Dataset) -> list[str]:
    return [item.name for item in dataset.pictures]


def told(dataset: Dataset, name: str) -> str:
    return "; ".join(f"{item.reason} {item.mend}" for item in dataset.problems if item.name == name)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A folder of links to files with meaningless names elsewhere."""
    blobs, folder = tmp_path / "cache" / "blobs", tmp_path / "set"
    blobs.mkdir(parents=True)
    folder.mkdir()
    for number in range(2):
        (blobs / f"b{number}").write_bytes(picture(number))
        (blobs / f"t{number}").write_text(f"caption {number}")
        (folder / f"p{number}.png").symlink_to(blobs / f"b{number}")
        (folder / f"p{number}.txt").symlink_to(blobs / f"t{number}")
    return folder


async def test_links_to_pictures_and_captions_of_a_store_are_followed(
    datasets: DatasetService, store: Path
) -> None:
    dataset = await datasets.inspect(store, RULES)
    assert [(item.name, item.caption) for item in dataset.pictures] == [
        ("p0.png", "caption 0"),
        ("p1.png", "caption 1"),
    ]
    assert "4 files are links to files in" in told(dataset, "")


async def test_links_to_what_is_no_picture_never_lead_out(
    datasets: DatasetService, store: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("a key")
    (store / "p1.txt").unlink()
    (store / "p1.txt").symlink_to(tmp_path / "secret")
    (store / "p2.png").symlink_to(tmp_path / "secret")
    dataset = await datasets.inspect(store, RULES)
    assert [item.caption for item in dataset.pictures] == ["caption 0", None]
    for name in ("p1.txt", "p2.png"):
        assert "leads out" in told(dataset, name)


async def test_pictures_all_over_a_home_make_no_store(
    datasets: DatasetService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "set"
    folder.mkdir()
    for place in ("a", "b"):
        (tmp_path / "home" / place).mkdir(parents=True)
        (tmp_path / "home" / place / "x.png").write_bytes(picture(1))
        (folder / f"{place}.png").symlink_to(tmp_path / "home" / place / "x.png")
    (tmp_path / "home" / ".key").write_text("a key")
    (folder / "a.txt").symlink_to(tmp_path / "home" / ".key")
    dataset = await datasets.inspect(folder, RULES)
    assert names(dataset) == ["a.png", "b.png"]
    assert dataset.captioned == 0


async def test_bad_links_and_folders_are_one_bad_entry_each(
    datasets: DatasetService, tmp_path: Path, ordinary_user: Path
) -> None:
    folder = ordinary_user
    (folder / "a.png").write_bytes(picture(1))
    (folder / "self").symlink_to("self")
    (folder / "gone.png").symlink_to("nowhere")
    (folder / "closed").mkdir()
    (folder / "closed").chmod(0)
    for source in (folder, folder / "**"):
        dataset = await datasets.inspect(source, RULES)
        assert names(dataset) == ["a.png"]
        assert "link to nothing" in told(dataset, "self")
        assert "link to nothing" in told(dataset, "gone.png")
    assert "cannot be read" in told(dataset, "closed/")
    (folder / "closed").chmod(0o700)


async def test_the_first_bytes_make_a_picture_of_a_file_without_its_name(
    datasets: DatasetService, tmp_path: Path
) -> None:
    found = ["download", "x.jpg_large", "y.jpg.1", "z.pjpeg", "a.mpo", "b.apng"]
    for number, name in enumerate(found):
        (tmp_path / name).write_bytes(picture(number, "PNG" if name == "b.apng" else "JPEG"))
    for name in ("keep.jpg_original", "half.jpg.part", "old.png~"):
        (tmp_path / name).write_bytes(picture(9))
    (tmp_path / "words").write_bytes(b"just words")
    (tmp_path / "shot.nef").write_bytes(b"II*\0" + bytes(100))
    dataset = await datasets.inspect(tmp_path, RULES)
    assert sorted(names(dataset)) == sorted(found)
    assert "is a JPEG picture" in told(dataset, "download")
    assert "JPEG" not in told(dataset, "z.pjpeg")
    assert "put aside" in told(dataset, "keep.jpg_original")
    assert "raw file" in told(dataset, "shot.nef")


async def test_many_files_of_one_kind_are_told_at_once(datasets: DatasetService, tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"DSC{number}.CR3").write_bytes(b"x")
    (tmp_path / "clip.mov").write_bytes(b"x")
    dataset = await datasets.inspect(tmp_path, RULES)
    assert "9 raw files of cameras are not taken (DSC0.CR3, DSC1.CR3, …)" in told(dataset, "")
    assert "is a film" in told(dataset, "clip.mov")
    assert dataset.blocking


async def test_pictures_with_one_caption_between_them_are_told(
    datasets: DatasetService, tmp_path: Path
) -> None:
    (tmp_path / "dog.png").write_bytes(picture(1))
    (tmp_path / "dog.jpg").write_bytes(picture(2, "JPEG"))
    (tmp_path / "cat.png").write_bytes(picture(3))
    for name in ("dog", "cat"):
        (tmp_path / f"{name}.txt").write_text(f"a {name}")
    dataset = await datasets.inspect(tmp_path, RULES)
    assert dataset.captioned == 3
    assert "has the same caption as dog.jpg: dog.txt is the only one" in told(dataset, "dog.png")
    assert "same caption" not in told(dataset, "cat.png") + told(dataset, "dog.jpg")


def test_a_pipe_as_a_list_is_not_waited_for(tmp_path: Path) -> None:
    from fluxtui.domain.errors import DatasetError
    from fluxtui.services.datasets.opening import open_source

    os.mkfifo(tmp_path / "list")
    with pytest.raises(DatasetError, match="cannot be read"):
        open_source(f"@{tmp_path}/list")
