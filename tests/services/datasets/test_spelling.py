"""Every way to type a source is one source, and none of them is another one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.opening import open_source
from fluxtui.services.datasets.spelling import spelled


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with `pics/wall` and a link to it, which is the current directory."""
    (tmp_path / "pics/wall").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "pics/wall")
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "pics/wall" / name).touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_spellings_of_a_folder_are_one(home: Path) -> None:
    every = [
        "pics/wall",
        "./pics/wall",
        "pics/wall/",
        "~/pics/wall",
        "$HOME/pics/wall",
        "'~/pics/wall'",
        f"{home}/pics/wall",
        f"{home}/pics/../pics/wall",
        f"file://{home}/pics/wall",
        "link",
        "pics/wall \n",
    ]
    assert {spelled(text).key for text in every} == {str(home / "pics/wall")}
    assert all(os.path.isabs(spelled(text).shown) for text in every)
    assert spelled("link").shown == str(home / "link")


def test_sources_that_are_no_plain_path_are_one_as_well(home: Path) -> None:
    wall = home / "pics/wall"
    (home / "list").write_text("pics/wall/a.jpg\n")
    assert spelled("~/pics/wall/**").key == spelled("link/**").key == f"{wall}/**"
    assert spelled("pics/wall/*.jpg").key == spelled("'link/*.jpg'").key == f"{wall}/*.jpg"
    assert spelled("@list").key == spelled("@~/list").key == f"@{home}/list"
    files = spelled("pics/wall/a.jpg pics/wall/b.jpg")
    assert files.key == spelled("~/pics/wall/b.jpg link/a.jpg").key
    # What is shown can be typed again.
    with open_source(files.shown) as source:
        assert [entry.name for entry in source.listing().entries] == ["a.jpg", "b.jpg"]


def test_the_same_words_elsewhere_are_another_source(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "other/pics/wall").mkdir(parents=True)
    here = spelled("pics/wall")
    monkeypatch.chdir(home / "other")
    assert spelled("pics/wall").key == str(home / "other/pics/wall") != here.key
    assert spelled(here.shown) == here


async def test_dropped_folders_are_looked_into(datasets: DatasetService, home: Path) -> None:
    for text in (f"'{home}/pics/wall'", f"{home}/pics/wall\n", "$HOME/pics/wall", f"file://{home}/pics/wall"):
        with open_source(text) as source:
            assert [entry.name for entry in source.listing().entries] == ["a.jpg", "b.jpg"]
    with pytest.raises(DatasetError, match="nobody-of-that-name"):
        open_source("~nobody-of-that-name/x")
    assert (await datasets.spelled("")).key == ""
