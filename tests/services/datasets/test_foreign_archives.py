"""ZIPs as other programs and systems write them: names, folders, ZIP64."""

from __future__ import annotations

import struct
import time
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.zip_directory import extent_of
from tests.fakes.pictures import encoded

RULES = DatasetRules(1, 1, 100, ("JPEG", "PNG"), 10_000)
Files = list[tuple[bytes, bytes]]


def written(path: Path, files: Files, *, flag: int = 0, system: int = 0, extra: bytes = b"") -> Path:
    """Write a ZIP whose names are bytes as given, stored."""
    out = central = b""
    for name, data in files:
        sizes = struct.pack("<3L2H", zlib.crc32(data), len(data), len(data), len(name), len(extra))
        head = struct.pack("<5H", 20, flag, 0, 0, 0x21) + sizes
        central += b"PK\x01\x02" + struct.pack("<H", system << 8 | 20) + head
        central += struct.pack("<3H2L", 0, 0, 0, 0, len(out)) + name + extra
        out += b"PK\x03\x04" + head + name + extra + data
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(files), len(files), len(central), len(out), 0)
    path.write_bytes(out + central + end)
    return path


def large(path: Path, count: int | None = None) -> Path:
    """Turn a ZIP into one whose end is told by the records of ZIP64."""
    content = path.read_bytes()
    at = content.rindex(b"PK\x05\x06")
    _, _, _, _, members, size, begin, _ = struct.unpack("<4s4H2LH", content[at:])
    told = members if count is None else count
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, told, told, size, begin)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(content[:at] + record + locator + end)
    return path


def files(*names: str, encoding: str = "utf-8", folder: str = "") -> Files:
    """Return for each name a picture, another for each, and its caption."""
    found = []
    for number, name in enumerate(names):
        picture = encoded(Image.new("RGB", (20, 20), (number * 30, 0, 0)), "PNG")
        found.append((f"{folder}{name}.png".encode(encoding), picture))
        found.append((f"{folder}{name}.txt".encode(encoding), f"caption of {number}".encode()))
    return found


def captions(dataset: Dataset) -> dict[str, str | None]:
    return {picture.name: picture.caption for picture in dataset.pictures}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_names_in_utf8_that_are_not_called_so(
    datasets: DatasetService, tmp_path: Path, form: Literal["NFC", "NFD"]
) -> None:
    names = ("一", "万", "Вера", "Бера", "あ", "ぐ", "café")
    path = written(
        tmp_path / "a.zip", files(*(unicodedata.normalize(form, name) for name in names)), system=3
    )
    dataset = await datasets.inspect(path, RULES)
    assert captions(dataset) == {f"{name}.png": f"caption of {number}" for number, name in enumerate(names)}
    assert not any("encoding" in problem.reason for problem in dataset.problems)


async def test_names_in_an_old_encoding_keep_pictures_and_captions_together_and_are_told(
    datasets: DatasetService, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.zip", files("猫", "犬", "表", encoding="shift_jis"))
    dataset = await datasets.inspect(path, RULES)
    assert sorted(filter(None, captions(dataset).values())) == [f"caption of {number}" for number in range(3)]
    assert any("old encoding" in problem.reason for problem in dataset.problems)


async def test_the_name_in_an_extra_field_counts(datasets: DatasetService, tmp_path: Path) -> None:
    raw, meant = b"\x94L.png", "猫.png"
    data = b"\x01" + struct.pack("<L", zlib.crc32(raw)) + meant.encode()
    extra = struct.pack("<HH", 0x7075, len(data)) + data
    path = written(tmp_path / "a.zip", [(raw, files("x")[0][1])], extra=extra)
    assert list(captions(await datasets.inspect(path, RULES))) == [meant]


@pytest.mark.parametrize(
    "folder", ["dataset\\", ".\\", "./", "/", "C:\\a\\", "//server/", "a/./b//", ".hidden/"]
)
async def test_ways_to_write_the_folder_of_everything(
    datasets: DatasetService, tmp_path: Path, folder: str
) -> None:
    dataset = await datasets.inspect(written(tmp_path / "a.zip", files("p", "q", folder=folder)), RULES)
    assert captions(dataset) == {"p.png": "caption of 0", "q.png": "caption of 1"}
    assert [problem for problem in dataset.problems if "path" in problem.reason] == []


async def test_ways_out_stay_closed(datasets: DatasetService, tmp_path: Path) -> None:
    names = ["..\\up", "a/..\\..\\up", "/../up", "C:/../up"]
    path = written(tmp_path / "a.zip", [*files("p"), *files(*names)])
    dataset = await datasets.inspect(path, RULES)
    assert list(captions(dataset)) == ["p.png"]
    assert sum("leads out" in problem.reason for problem in dataset.problems) == 8


async def test_an_archive_with_the_records_of_zip64_is_taken(
    datasets: DatasetService, tmp_path: Path
) -> None:
    path = large(written(tmp_path / "a.zip", files("p", "q")))
    assert captions(await datasets.inspect(path, RULES)) == {"p.png": "caption of 0", "q.png": "caption of 1"}


async def test_zip64_has_the_same_bounds(datasets: DatasetService, tmp_path: Path) -> None:
    path = large(written(tmp_path / "a.zip", [(b"%d.png" % number, b"") for number in range(6_000)]))
    begun = time.monotonic()
    with pytest.raises(DatasetError, match="more than 5,000 files"):
        await datasets.inspect(path, RULES)
    assert time.monotonic() - begun < 1
    lying = large(written(tmp_path / "b.zip", files("p")), count=1 << 40)
    with lying.open("rb") as file:
        extent = extent_of(file.fileno())
    assert extent is not None
    assert extent.members == 1 << 40
    with pytest.raises(DatasetError, match="more than 5,000 files"):
        await datasets.inspect(lying, RULES)


async def test_folders_within_folders(datasets: DatasetService, tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", files("p", folder="set/set/img/10_ohwx man/"))
    dataset = await datasets.inspect(path, RULES)
    assert captions(dataset) == {"p.png": "caption of 0"}
    assert [problem.name for problem in dataset.problems if "10 times" in problem.reason] == ["10_ohwx man/"]


async def test_several_folders_on_request(datasets: DatasetService, tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.zip", [*files("p", folder="s/10_cats/"), *files("p", "q", folder="s/5_dogs/x/")]
    )
    flat = await datasets.inspect(path, RULES)
    assert "/**" in next(problem.mend for problem in flat.problems if problem.name == "10_cats/")
    deep = await datasets.inspect(path / "**", RULES)
    assert list(captions(deep)) == ["10_cats/p.png", "5_dogs/x/p.png", "5_dogs/x/q.png"]
    assert len([problem for problem in deep.problems if "count alike" in problem.mend]) == 2
    assert (await datasets.archive_size(deep, RULES)).size > 0


async def test_one_picture_is_no_dataset_but_its_folder_is(datasets: DatasetService, tmp_path: Path) -> None:
    path = tmp_path / "one.dat"
    path.write_bytes(files("x")[0][1])
    with pytest.raises(DatasetError, match="is one picture") as caught:
        await datasets.inspect(path, RULES)
    assert str(tmp_path) in caught.value.next_step


def test_a_zip_written_by_python_is_measured(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", b"x")
    with (tmp_path / "a.zip").open("rb") as file:
        extent = extent_of(file.fileno())
    assert extent is not None
    assert extent.members == 1
