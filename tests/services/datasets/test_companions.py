"""Masks beside pictures, and pictures before and after: in the archive that would be sent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Crop, Dataset, DatasetRules, ProblemKind
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
    dataset = datasets.check(await datasets.scan(folder), rules, workspace)
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


def told(dataset: Dataset) -> dict[str, str]:
    of_files = [problem for problem in dataset.problems if problem.kind is ProblemKind.FILE]
    return {problem.name: problem.reason for problem in of_files if not problem.name.endswith("/")}


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
@pytest.mark.parametrize("ground", [0, 255])
async def test_what_is_transparent_in_a_mask_is_not_learned(
    datasets: DatasetService,
    storage: StorageService,
    tmp_path: Path,
    picture: PictureMaker,
    rules: DatasetRules,
    mode: str,
    ground: int,
) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(200, 100))
    mask = Image.new("LA", (200, 100), (ground, 0))
    mask.paste((255, 255), (0, 0, 100, 100))
    if mode == "P":
        indexed = Image.new("P", (200, 100), 0)
        indexed.putpalette([ground] * 3 + [255] * 3)
        indexed.paste(1, (0, 0, 100, 100))
        (tmp_path / "a_mask.png").write_bytes(encoded(indexed, "PNG", transparency=0))
    else:
        (tmp_path / "a_mask.png").write_bytes(encoded(mask.convert(mode), "PNG"))
    workspace = Workspace(source=str(tmp_path))
    archive = await packed(datasets, storage, tmp_path, replace(rules, masks=True), workspace)
    sent = Image.open(io.BytesIO(archive.read("001_mask.png")))
    assert (sent.getpixel((50, 50)), sent.getpixel((150, 50))) == (255, 0)


async def test_a_mask_without_anything_white_is_refused(
    datasets: DatasetService,
    storage: StorageService,
    tmp_path: Path,
    picture: PictureMaker,
    rules: DatasetRules,
) -> None:
    (tmp_path / "a.jpg").write_bytes(picture())
    mask = Image.new("LA", (280, 280), (255, 0))
    mask.paste((0, 255), (0, 0, 100, 100))
    (tmp_path / "a_mask.png").write_bytes(encoded(mask, "PNG"))
    with pytest.raises(DatasetError, match=r"a_mask\.png is black all over"):
        workspace = Workspace(source=str(tmp_path))
        await packed(datasets, storage, tmp_path, replace(rules, masks=True), workspace)


@pytest.mark.parametrize("takes_masks", [True, False])
@pytest.mark.parametrize("caption", ["cat_mask.txt", "cat_mask.jpg.txt", "metadata.jsonl"])
async def test_what_has_a_caption_of_its_own_is_no_mask(
    datasets: DatasetService,
    storage: StorageService,
    tmp_path: Path,
    picture: PictureMaker,
    rules: DatasetRules,
    takes_masks: bool,
    caption: str,
) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    (tmp_path / "cat_mask.jpg").write_bytes(picture(seed=1))
    text = "a cat with a mask"
    record = json.dumps({"file_name": "cat_mask.jpg", "text": text})
    (tmp_path / caption).write_text(record if caption.endswith(".jsonl") else text)
    wanted = replace(rules, masks=takes_masks)
    dataset = await datasets.inspect(tmp_path, wanted)
    reason = "has a caption, so that it is learned as a picture and is no mask of cat.jpg"
    assert told(dataset) == {"cat_mask.jpg": reason}
    archive = await packed(datasets, storage, tmp_path, wanted, Workspace(source=str(tmp_path)))
    assert archive.namelist() == ["001.jpg", "002.jpg", "002.txt"]
    assert archive.read("002.txt").decode() == text


async def test_an_empty_caption_makes_no_picture_of_a_mask(
    datasets: DatasetService, masked: Path, rules: DatasetRules
) -> None:
    (masked / "p0_mask.txt").write_text("\n")
    dataset = await datasets.inspect(masked, replace(rules, masks=True))
    assert [picture.mask for picture in dataset.pictures] == ["p0_mask.png", "p1-masklabel.png", None]
    assert told(dataset) == {}


async def test_a_mask_in_colours_is_told(
    datasets: DatasetService, tmp_path: Path, picture: PictureMaker, rules: DatasetRules
) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    (tmp_path / "cat_mask.jpg").write_bytes(picture(seed=1))
    sent = await datasets.inspect(tmp_path, replace(rules, masks=True))
    assert told(sent) == {"cat_mask.jpg": "looks like a photograph, but is sent as the mask of cat.jpg"}
    left_out = await datasets.inspect(tmp_path, rules)
    assert told(left_out) == {
        "cat_mask.jpg": "looks like a photograph, but is left out as the mask of cat.jpg"
    }


@pytest.mark.parametrize(
    "mask",
    [
        "set/cat-mask.png",
        "set/cat.mask.png",
        "set/cat_masklabel.png",
        "set/masks/cat.png",
        "set/Mask/CAT_mask.png",
    ],
)
def test_other_ways_to_name_a_mask(mask: str) -> None:
    found = companions_of(["set/cat.jpg", mask, "set/masks/dog.png", "masks/cat.png"])
    assert found.masks == {"set/cat.jpg": mask}
    assert found.mask_names == {mask}


async def test_a_second_mask_is_neither_sent_nor_learned(
    datasets: DatasetService, masked: Path, rules: DatasetRules
) -> None:
    Image.new("L", (200, 100), 255).save(masked / "p0.mask.png")
    dataset = await datasets.inspect(masked, replace(rules, masks=True))
    assert len(dataset.pictures) == 3
    (second,) = told(dataset).values()
    assert second == "is a second mask of p0.jpg; not used"


async def test_a_folder_of_masks_is_used_where_folders_inside_are(
    datasets: DatasetService, storage: StorageService, masked: Path, rules: DatasetRules
) -> None:
    (masked / "masks").mkdir()
    Image.new("L", (200, 100), 255).save(masked / "masks" / "p2.png")
    taking = replace(rules, masks=True)
    plain = await datasets.inspect(masked, taking)
    assert "masks/" in {problem.name for problem in plain.problems}
    inner = masked / "**"
    archive = await packed(datasets, storage, inner, taking, Workspace(source=str(inner)))
    assert [name for name in archive.namelist() if "mask" in name] == [
        "001_mask.png",
        "002_mask.png",
        "003_mask.png",
    ]
    assert len(archive.namelist()) == 9
