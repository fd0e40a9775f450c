"""Masks beside pictures, and pictures before and after: in the archive that would be sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Crop, DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.companions import companions_of
from fluxtui.services.storage import StorageService
from tests.fakes.pictures import encoded

PictureMaker = Callable[..., bytes]


@pytest.fixture
def masked(tmp_path: Path, picture: PictureMaker) -> Path:
    """Three pictures, two of them with a mask that is white on its left half."""
    path = tmp_path / "masked"
    path.mkdir()
    for number, mask in enumerate(("_mask.png", "-masklabel.png", "")):
        (path / f"p{number}.jpg").write_bytes(picture(200, 100, seed=number))
        (path / f"p{number}.txt").write_text(f"caption {number}")
        if mask:
            image = Image.new("L", (400, 200), 0)
            image.paste(255, (0, 0, 200, 200))
            image.save(path / f"p{number}{mask}")
    return path


def test_masks_are_those_beside_a_picture_of_their_name() -> None:
    found = companions_of(["a.jpg", "A_MASK.png", "venice_mask.jpg", "b.png", "b-masklabel.png"])
    assert found.masks == {"a.jpg": "A_MASK.png", "b.png": "b-masklabel.png"}
    pairs = companions_of(["x_start.jpg", "x_end.png", "y_start.jpg"]).pairs
    assert pairs == (("x_start.jpg", "x_end.png"),)


async def packed(
    datasets: DatasetService, storage: StorageService, folder: Path, rules: DatasetRules, workspace: Workspace
) -> zipfile.ZipFile:
    dataset = datasets.judge(await datasets.look(folder), rules, workspace)
    return zipfile.ZipFile((await datasets.pack(dataset, storage, rules)).path)


async def test_masks_are_sent_turned_and_cropped_like_their_pictures(
    datasets: DatasetService, storage: StorageService, masked: Path, rules: DatasetRules
) -> None:
    taking = replace(rules, masks=True)
    edits = Workspace(source=str(masked)).turned("p0.jpg", 1)
    edits = edits.edited("p1.jpg", crop=Crop(left=0.0, right=0.5))
    archive = await packed(datasets, storage, masked, taking, edits)
    assert archive.namelist() == [
        "001.jpg",
        "001.txt",
        "001_mask.png",
        "002.jpg",
        "002.txt",
        "002_mask.png",
        "003.jpg",
        "003.txt",
    ]
    turned = Image.open(io.BytesIO(archive.read("001_mask.png")))
    assert (turned.mode, turned.size) == ("L", (100, 200))
    # What was left is on top after a quarter turn clockwise.
    assert (turned.getpixel((50, 20)), turned.getpixel((50, 180))) == (255, 0)
    cropped = Image.open(io.BytesIO(archive.read("002_mask.png")))
    assert cropped.size == (100, 100)
    assert cropped.getpixel((50, 50)) == 255


async def test_a_mask_changed_in_place_is_noticed(
    datasets: DatasetService, storage: StorageService, tmp_path: Path
) -> None:
    rules = DatasetRules(1, 1, 9, ("PNG",), 10**6, masks=True)
    (tmp_path / "a.png").write_bytes(encoded(Image.new("RGB", (40, 40), "red"), "PNG"))
    mask = tmp_path / "a_mask.png"
    mask.write_bytes(encoded(Image.new("L", (40, 40), 0), "PNG"))
    dataset = await datasets.inspect(tmp_path, rules)
    before = dataset.content
    mask.write_bytes(encoded(Image.new("L", (40, 40), 255), "PNG"))
    with pytest.raises(DatasetError, match=r"a_mask\.png has changed since"):
        await datasets.pack(dataset, storage, rules)
    assert (await datasets.inspect(tmp_path, rules)).content != before


async def test_masks_are_left_out_with_a_word_where_none_are_taken(
    datasets: DatasetService, storage: StorageService, masked: Path, rules: DatasetRules
) -> None:
    archive = await packed(datasets, storage, masked, rules, Workspace(source=str(masked)))
    assert [name for name in archive.namelist() if not name.endswith(".txt")] == [
        "001.jpg",
        "002.jpg",
        "003.jpg",
    ]
    dataset = await datasets.inspect(masked, rules)
    assert "2 masks, such as p0_mask.png, are left out: this trainer takes none." in {
        problem.reason for problem in dataset.problems
    }
    assert dataset.blocking == ()
    assert dataset.print != (await datasets.inspect(masked, replace(rules, masks=True))).print


async def test_pairs_are_told_and_can_go_on(
    datasets: DatasetService, tmp_path: Path, picture: PictureMaker, rules: DatasetRules
) -> None:
    for number, name in enumerate(("p0_start.jpg", "p0_end.jpg", "p1_start.jpg", "p1_end.jpg")):
        (tmp_path / name).write_bytes(picture(seed=number))
    dataset = await datasets.inspect(tmp_path, rules)
    (told,) = [problem for problem in dataset.problems if "before and after" in problem.reason]
    assert told.reason.startswith("2 pairs")
    assert not told.blocking
    assert len(dataset.pictures) == 4
