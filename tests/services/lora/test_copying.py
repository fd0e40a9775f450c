"""Copies that are whole, or are refused."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from fluxtui.domain.errors import StorageError, WeightsError
from fluxtui.services.lora.copying import copied, hashed
from fluxtui.services.threads import Stopped

CONTENT = bytes(range(256)) * 20_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


def copy(source: Path, target: Path, size: int = len(CONTENT), stop: threading.Event | None = None) -> str:
    with source.open("rb") as file:
        return copied(file, target, size, source.name, lambda done, total: None, stop or threading.Event())


def test_a_copy_is_hashed_on_the_way(source: Path, tmp_path: Path) -> None:
    assert copy(source, tmp_path / "target") == hashlib.sha256(CONTENT).hexdigest()
    assert (tmp_path / "target").read_bytes() == CONTENT


def test_progress_is_told_from_nothing_to_all(source: Path) -> None:
    seen: list[tuple[int, int]] = []
    with source.open("rb") as file:
        file.seek(7)
        hashed(file, len(CONTENT), "a", lambda done, total: seen.append((done, total)), threading.Event())
    assert seen == [(0, len(CONTENT)), (4 << 20, len(CONTENT)), (len(CONTENT), len(CONTENT))]


@pytest.mark.parametrize("difference", [-1, 1])
def test_a_file_that_changed_its_size_is_refused(difference: int, source: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="source has changed while it was read"):
        copy(source, tmp_path / "target", len(CONTENT) + difference)


def test_the_work_ends_early(source: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        copy(source, tmp_path / "target", stop=stop)
    assert (tmp_path / "target").stat().st_size == 0


def test_a_full_disk_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, *, buffering: int) -> BinaryIO:
        return open("/dev/full", "wb", buffering=buffering)

    monkeypatch.setattr("fluxtui.services.lora.copying.create_anew", full)
    with pytest.raises(StorageError, match="the disk is full"):
        copy(source, tmp_path / "target")


def test_a_target_that_cannot_be_written_is_told(source: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        copy(source, tmp_path)
