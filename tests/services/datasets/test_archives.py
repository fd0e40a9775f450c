"""ZIPs as datasets, good ones and those made to do harm."""

from __future__ import annotations

import stat
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets import DatasetService

PictureMaker = Callable[..., bytes]


def make_zip(path: Path, members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


async def test_zip_of_a_folder_is_taken_as_that_folder(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    members = {f"dog/{name}.jpg": picture(seed=ord(name)) for name in "abc"}
    members |= {"dog/a.txt": b"a dog", "__MACOSX/dog/._a.jpg": b"x", "dog/.DS_Store": b"x"}
    dataset = await datasets.inspect(make_zip(tmp_path / "dog.zip", members), rules)
    assert [item.name for item in dataset.pictures] == ["a.jpg", "b.jpg", "c.jpg"]
    assert dataset.pictures[0].caption == "a dog"
    assert dataset.problems == ()
    assert ".DS_Store" in dataset.ignored


async def test_harmful_members_are_left_out_with_the_reason(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    path = make_zip(
        tmp_path / "bad.zip",
        {
            **{f"{name}.jpg": picture() for name in "abc"},
            "../up.jpg": picture(),
            "/etc/absolute.jpg": picture(),
            "C:\\windows.jpg": picture(),
            "esc\x1b]0;title\x07.jpg": picture(),
            "bomb.jpg": bytes(50_000_000),
            "deep/d.jpg": picture(),
        },
    )
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("link.jpg")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    dataset = await datasets.inspect(path, rules)
    names = [item.name for item in dataset.pictures]
    assert names == ["a.jpg", "b.jpg", "c.jpg", "esc.jpg", "windows.jpg"]
    told = "\n".join(problem.sentence() for problem in dataset.problems)
    assert "../up.jpg: its path leads out" in told
    assert "etc/: is a folder inside" in told
    assert "bomb.jpg: unpacks to more than 200 times its size" in told
    assert "link.jpg: is a link" in told
    assert "deep/: is a folder inside" in told
    assert "\x1b" not in told
    assert not (tmp_path.parent / "up.jpg").exists()


async def test_encrypted_members_are_named(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    path = make_zip(tmp_path / "secret.zip", {"a.jpg": picture()})
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[6] |= 1
    content[directory + 8] |= 1
    path.write_bytes(content)
    dataset = await datasets.inspect(path, rules)
    told = "\n".join(problem.sentence() for problem in dataset.problems)
    assert "a.jpg: is encrypted" in told
    assert dataset.blocking


async def test_damaged_member_is_named(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, picture: PictureMaker
) -> None:
    path = make_zip(tmp_path / "hurt.zip", {"a.jpg": picture(), "b.jpg": picture()}, method=0)
    content = bytearray(path.read_bytes())
    content[2000] ^= 0xFF
    path.write_bytes(content)
    dataset = await datasets.inspect(path, rules)
    assert [item.name for item in dataset.pictures] == ["b.jpg"]
    assert any("a.jpg cannot be unpacked" in problem.sentence() for problem in dataset.problems)


async def test_too_many_members_are_refused_quickly(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules
) -> None:
    path = make_zip(tmp_path / "many.zip", {f"{number}.jpg": b"" for number in range(10_000)})
    begun = time.monotonic()
    with pytest.raises(DatasetError, match="more than 5,000 files"):
        await datasets.inspect(path, rules)
    assert time.monotonic() - begun < 1


async def test_lying_member_count_is_seen_through(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules
) -> None:
    path = make_zip(tmp_path / "many.zip", {f"{number}.jpg": b"" for number in range(6_000)})
    content = bytearray(path.read_bytes())
    end = content.rindex(b"PK\x05\x06")
    content[end + 8 : end + 12] = struct.pack("<HH", 3, 3)
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="more than 5,000 files"):
        await datasets.inspect(path, rules)


async def test_overlapping_members_are_refused(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules
) -> None:
    path = make_zip(tmp_path / "overlap.zip", {"a.jpg": b"x" * 4000, "b.jpg": b"x" * 4000}, method=0)
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    for at in (directory, content.index(b"PK\x01\x02", directory + 4)):
        content[at + 20 : at + 24] = struct.pack("<I", 8_000)
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="overlap"):
        await datasets.inspect(path, rules)


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"PK\x03\x04" + bytes(300), bytes(70_000)])
async def test_what_is_no_zip_is_refused(
    datasets: DatasetService, tmp_path: Path, rules: DatasetRules, content: bytes
) -> None:
    (tmp_path / "no.zip").write_bytes(content)
    with pytest.raises(DatasetError, match="not a ZIP"):
        await datasets.inspect(tmp_path / "no.zip", rules)
