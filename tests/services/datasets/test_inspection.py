"""What is found in folders, and what is said about it."""

from __future__ import annotations

import asyncio
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets import DatasetService

PictureMaker = Callable[..., bytes]


def sentences(dataset: Dataset) -> str:
    return "\n".join(problem.sentence() for problem in dataset.problems)


async def test_good_folder_has_pictures_captions_and_no_problems(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    progress: list[tuple[int, int]] = []
    dataset = await datasets.inspect(folder, rules, lambda done, total: progress.append((done, total)))
    assert [picture.name for picture in dataset.pictures] == ["a.jpg", "b.png", "c.webp"]
    assert [picture.format for picture in dataset.pictures] == ["JPEG", "PNG", "WEBP"]
    assert dataset.pictures[0].caption == "a dog, ünder a tree"
    assert dataset.captioned == 1
    assert dataset.problems == ()
    assert dataset.ignored == ()
    assert progress == [(0, 3), (1, 3), (2, 3), (3, 3)]


async def test_damaged_and_disguised_pictures_are_named(
    datasets: DatasetService, folder: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    (folder / "cut.jpg").write_bytes(picture()[:-600])
    (folder / "cut.png").write_bytes(picture(format_name="PNG")[:-600])
    (folder / "text.png").write_bytes(b"hello")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "moving.jpg").write_bytes(picture(format_name="GIF"))
    (folder / "really-png.jpg").write_bytes(picture(format_name="PNG"))
    dataset = await datasets.inspect(folder, rules)
    assert [item.name for item in dataset.pictures] == [
        "a.jpg",
        "b.png",
        "c.webp",
        "moving.jpg",
        "really-png.jpg",
    ]
    told = sentences(dataset)
    for name in ("cut.jpg: is damaged", "cut.png: is damaged", "text.png: is not a picture"):
        assert name in told
    assert "moving.jpg: is really a GIF picture" in told
    assert "really-png.jpg: is really a PNG picture, not JPEG" in told
    assert "empty.jpg" in told
    assert dataset.blocking == ()


async def test_sizes_draw_advice_with_figures(
    datasets: DatasetService, folder: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    (folder / "large.jpg").write_bytes(picture(800, 400))
    (folder / "small.jpg").write_bytes(picture(300, 100))
    dataset = await datasets.inspect(folder, rules)
    large = next(item for item in dataset.pictures if item.name == "large.jpg")
    assert large.scaled_to == (424, 212)
    assert "large.jpg: 800 x 400 px will be scaled down to 424 x 212 px" in sentences(dataset)
    assert "small.jpg: is only 300 x 100 px" in sentences(dataset)
    assert dataset.blocking == ()


async def test_turned_picture_is_measured_upright(
    datasets: DatasetService, folder: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (folder / "turned.jpg").write_bytes(picture(400, 200, exif=exif))
    dataset = await datasets.inspect(folder, rules)
    turned = next(item for item in dataset.pictures if item.name == "turned.jpg")
    assert (turned.width, turned.height) == (200, 400)


async def test_captions_that_cannot_be_used_are_named(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    (folder / "b.txt").write_bytes(b"caf\xe9")
    (folder / "c.txt").write_bytes(b"  \n")
    (folder / "lonely.txt").write_text("nobody's", encoding="utf-8")
    dataset = await datasets.inspect(folder, rules)
    told = sentences(dataset)
    assert "b.txt: is not UTF-8" in told
    assert "c.txt: is an empty caption" in told
    assert "lonely.txt: is a caption without a picture" in told
    assert dataset.captioned == 1


@pytest.mark.parametrize(
    ("count", "words", "blocking"),
    [(0, "no picture", True), (2, "3 or more are advised", False), (7, "at most 6", True)],
)
async def test_count_is_judged_by_the_rules(
    datasets: DatasetService,
    tmp_path: Path,
    rules: DatasetRules,
    picture: PictureMaker,
    count: int,
    words: str,
    blocking: bool,
) -> None:
    for number in range(count):
        (tmp_path / f"{number}.jpg").write_bytes(picture(seed=number))
    dataset = await datasets.inspect(tmp_path, rules)
    (problem,) = dataset.problems
    assert words in problem.sentence()
    assert problem.blocking is blocking


async def test_what_is_not_used_is_listed(
    datasets: DatasetService, folder: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "Thumbs.db").write_bytes(b"x")
    (folder / "scan.jp2").write_bytes(b"x")
    (folder / "notes.md").write_bytes(b"x")
    (folder / "more").mkdir()
    (folder / "more" / "d.jpg").write_bytes(picture())
    (folder / "bad\x1b[31mname.jpg").write_bytes(picture())
    outside = folder.parent / "outside.jpg"
    outside.write_bytes(picture())
    (folder / "link.jpg").symlink_to(outside)
    (folder / "inner.jpg").symlink_to(folder / "a.jpg")
    os.mkfifo(folder / "pipe.jpg")
    dataset = await datasets.inspect(folder, rules)
    names = [item.name for item in dataset.pictures]
    assert names == ["a.jpg", "b.png", "badname.jpg", "c.webp", "inner.jpg", "link.jpg"]
    assert {".DS_Store", "Thumbs.db", "scan.jp2", "notes.md", "more/", "pipe.jpg"} <= set(dataset.ignored)
    told = sentences(dataset)
    assert "scan.jp2: is in a format that is not taken" in told
    assert "more/: is a folder inside" in told
    assert "1 file is a link to files in" in told
    assert "pipe.jpg: is not an ordinary file" in told
    assert "\x1b" not in told + "".join(dataset.ignored)


async def test_gigantic_picture_is_refused_before_it_is_decoded(
    datasets: DatasetService, folder: Path, rules: DatasetRules
) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    )
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    dataset = await datasets.inspect(folder, rules)
    assert "bomb.png: has more than 250 megapixels" in sentences(dataset)


@pytest.mark.parametrize("name", ["missing", "plain.txt"])
async def test_what_is_no_dataset_is_refused(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, name: str
) -> None:
    (tmp_path / "plain.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DatasetError, match=name):
        await datasets.inspect(tmp_path / name, rules)


async def test_cancelling_stops_the_threads(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    content = picture(2000, 2000)
    for number in range(60):
        (tmp_path / f"{number}.jpg").write_bytes(content)
    done: list[int] = []
    begun = asyncio.Event()

    def advance(count: int, _: int) -> None:
        done.append(count)
        begun.set()

    looking = asyncio.create_task(datasets.inspect(tmp_path, rules, advance))
    await begun.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert max(done) < 60
