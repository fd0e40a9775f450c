"""What a source can be: folders with folders inside, patterns, lists, several files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.opening import open_source

PictureMaker = Callable[..., bytes]


@pytest.fixture
def tree(tmp_path: Path, picture: PictureMaker) -> Path:
    """A folder with pictures at three depths, a caption below, and a hidden folder."""
    for number, name in enumerate(("a.jpg", "in/b.jpg", "in/deep/c.png", "in/.hidden/d.jpg")):
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(format_name="PNG" if path.suffix == ".png" else "JPEG", seed=number))
    (tmp_path / "tree/in/b.txt").write_text("the second")
    return tmp_path / "tree"


def names_in(text: Path | str) -> list[str]:
    with open_source(text) as source:
        return [entry.name for entry in source.listing().entries]


async def test_folders_inside_are_looked_into_on_request(
    datasets: DatasetService, tree: Path, rules: DatasetRules
) -> None:
    flat = await datasets.inspect(tree, rules)
    assert [item.name for item in flat.pictures] == ["a.jpg"]
    assert "/**" in next(problem.mend for problem in flat.problems if problem.name == "in/")
    whole = await datasets.inspect(tree / "**", rules)
    assert [item.name for item in whole.pictures] == ["a.jpg", "in/b.jpg", "in/deep/c.png"]
    assert whole.pictures[1].caption == "the second"
    assert whole.root == tree
    assert ".hidden/" in " ".join(whole.ignored)


def test_links_to_folders_never_lead_round(tree: Path) -> None:
    (tree / "in/up").symlink_to(tree)
    (tree / "out").symlink_to(tree.parent)
    with open_source(tree / "**") as source:
        listing = source.listing()
    assert [entry.name for entry in listing.entries] == ["a.jpg", "in/b.jpg", "in/b.txt", "in/deep/c.png"]
    assert {problem.name for problem in listing.problems} == {"in/up/", "out"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["a.jpg"]),
        ("**/*.jpg", ["a.jpg", "in/b.jpg", "in/b.txt"]),
        ("in/**", ["b.jpg", "b.txt", "deep/c.png"]),
        ("i?/[bc].jpg", ["b.jpg", "b.txt"]),
    ],
)
def test_patterns_find_files_and_their_captions(tree: Path, pattern: str, expected: list[str]) -> None:
    assert names_in(f"{tree}/{pattern}") == expected


def test_pattern_without_matches_says_so(tree: Path) -> None:
    with pytest.raises(DatasetError, match="No file matches"):
        open_source(f"{tree}/*.webp")


def test_several_files_are_taken_as_for_a_shell(tree: Path) -> None:
    (tree / "a dog.jpg").write_bytes((tree / "a.jpg").read_bytes())
    assert names_in(f"'{tree}/a dog.jpg' {tree}/in/b.jpg") == ["a dog.jpg", "in/b.jpg", "in/b.txt"]


def test_list_names_files_from_where_it_is(tree: Path) -> None:
    (tree / "list.txt").write_text("# mine\na.jpg\n\nin/deep/c.png\nmissing.jpg\n")
    with open_source(f"@{tree}/list.txt") as source:
        listing = source.listing()
    assert [entry.name for entry in listing.entries] == ["a.jpg", "in/deep/c.png"]
    assert [problem.name for problem in listing.problems] == ["missing.jpg"]


def test_name_that_looks_like_a_pattern_is_a_name_first(tree: Path) -> None:
    odd = tree / "[x]*"
    odd.mkdir()
    (odd / "e.jpg").write_bytes(b"x")
    assert names_in(odd) == ["e.jpg"]


@pytest.mark.skipif(os.geteuid() != 0 and not hasattr(os, "mkfifo"), reason="needs pipes")
def test_pipe_in_a_list_is_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "pipe.jpg")
    (tree / "list.txt").write_text("pipe.jpg\na.jpg\n")
    assert names_in(f"@{tree}/list.txt") == ["a.jpg"]
