"""Captions as other tools write them, and which of several counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.services.datasets import DatasetService

PictureMaker = Callable[..., bytes]


def captions(dataset: Dataset) -> dict[str, str | None]:
    return {picture.name: picture.caption for picture in dataset.pictures}


@pytest.fixture
def plain(tmp_path: Path, picture: PictureMaker) -> Path:
    """Five pictures without captions."""
    path = tmp_path / "plain"
    path.mkdir()
    for number in range(5):
        (path / f"p{number}.jpg").write_bytes(picture(seed=number))
    return path


async def test_every_kind_is_read_and_the_nearest_counts(
    datasets: DatasetService, plain: Path, rules: DatasetRules
) -> None:
    (plain / "p0.caption").write_text("of kohya")
    (plain / "p1.json").write_text(json.dumps({"caption": "in JSON", "seed": 3}))
    (plain / "p2.jpg.txt").write_text("whole name")
    (plain / "p2.txt").write_text("name")
    (plain / "p3.json").write_text(json.dumps({"description": "of a photo service"}))
    lines = [{"file_name": f"p{number}.jpg", "text": f"text {number}"} for number in (0, 3, 4, 9)]
    (plain / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    dataset = await datasets.inspect(plain, rules)
    assert captions(dataset) == {
        "p0.jpg": "of kohya",
        "p1.jpg": "in JSON",
        "p2.jpg": "whole name",
        "p3.jpg": "text 3",
        "p4.jpg": "text 4",
    }
    told = [problem.sentence() for problem in dataset.problems]
    assert "metadata.jsonl: says something else than a caption that lies nearer; not used" in told
    assert "p2.txt: says something else than a caption that lies nearer; not used" in told
    assert "metadata.jsonl: has captions of 1 picture that are not here" in told
    assert "p3.json" in dataset.ignored


async def test_metadata_of_a_folder_inside_is_of_that_folder(
    datasets: DatasetService, plain: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    (plain / "in").mkdir()
    (plain / "in/p0.jpg").write_bytes(picture(seed=9))
    (plain / "in/metadata.csv").write_text("file_name,text\np0.jpg,inside\n")
    dataset = await datasets.inspect(plain / "**", rules)
    assert captions(dataset)["in/p0.jpg"] == "inside"
    assert captions(dataset)["p0.jpg"] is None


async def test_metadata_that_is_none_is_told(
    datasets: DatasetService, plain: Path, rules: DatasetRules
) -> None:
    (plain / "metadata.csv").write_text("a,b\n1,2\n")
    (plain / "p0.tags").write_text("1girl, solo")
    dataset = await datasets.inspect(plain, rules)
    told = " ".join(problem.sentence() for problem in dataset.problems)
    assert "does not say which caption belongs to which picture" in told
    assert "1 file may be captions, but are not read, such as p0.tags." in told


async def test_names_that_differ_in_capitals_alone_have_their_own_captions(
    datasets: DatasetService, plain: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    (plain / "P0.jpg").write_bytes(picture(seed=9))
    if (plain / "p0.jpg").samefile(plain / "P0.jpg"):
        pytest.fail("this test needs a file system that tells capitals apart")
    (plain / "p0.txt").write_text("small")
    (plain / "P0.txt").write_text("large")
    (plain / "P1.TXT").write_text("folded")
    found = captions(await datasets.inspect(plain, rules))
    assert (found["p0.jpg"], found["P0.jpg"], found["p1.jpg"]) == ("small", "large", "folded")
    (plain / "p4.jpg").rename(plain / "Ab.jpg")
    (plain / "p3.jpg").rename(plain / "aB.jpg")
    (plain / "ab.txt").write_text("whose")
    told = [problem.sentence() for problem in (await datasets.inspect(plain, rules)).problems]
    assert "ab.txt: is taken for both Ab.jpg and aB.jpg" in told


async def test_captions_of_every_kind_come_with_files_that_are_named(
    datasets: DatasetService, plain: Path, rules: DatasetRules
) -> None:
    (plain / "p0.caption").write_text("kohya")
    (plain / "p1.jpg.txt").write_text("whole name")
    (plain / "p2.json").write_text('{"caption": "JSON"}')
    found = captions(await datasets.inspect(plain / "*.jpg", rules))
    assert list(found.values())[:3] == ["kohya", "whole name", "JSON"]
