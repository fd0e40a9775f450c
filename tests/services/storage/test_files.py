from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.services.storage.files import (
    check_room,
    make_private_directory,
    move_to_new_name,
    storage_fault,
    write_atomic,
)
from fluxtui.system.ordinary_files import NotAFile, open_ordinary


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_missing_directories_are_made_private(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c"
    make_private_directory(path)
    assert [mode(directory) for directory in (path, path.parent, path.parent.parent)] == [0o700] * 3


def test_a_directory_that_exists_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_private_directory(tmp_path)
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("below", ["", "more", "more/and more"])
def test_a_file_is_no_directory(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be used as a directory"):
        make_private_directory(tmp_path / "file" / below)


def test_a_directory_without_permission_is_told(ordinary_user: Path) -> None:
    ordinary_user.chmod(0o500)
    with pytest.raises(StorageError, match="no permission"):
        make_private_directory(ordinary_user / "new")
    with pytest.raises(StorageError, match="no permission"):
        write_atomic(ordinary_user / "file", b"")
    ordinary_user.chmod(0o000)
    with pytest.raises(StorageError, match="no permission"):
        make_private_directory(ordinary_user / "new" / "newer")


def test_a_written_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    path.chmod(0o666)
    write_atomic(path, b"after")
    assert path.read_bytes() == b"after"
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    directory = tmp_path / "directory"
    directory.mkdir()
    (directory / "inside").touch()
    with pytest.raises(StorageError, match="could not be written"):
        write_atomic(directory, b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["directory"], "no temporary file is left"


def test_a_link_is_replaced_and_its_target_untouched(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert target.read_bytes() == b"precious"
    assert not link.is_symlink()


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomic(path, b"data")
    assert path.read_bytes() == b"data"


@pytest.mark.parametrize("taken_by", ["file", "directory", "dangling link"])
def test_a_taken_name_is_not_given_again(tmp_path: Path, taken_by: str) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"new")
    if taken_by == "file":
        target.write_bytes(b"old")
    elif taken_by == "directory":
        target.mkdir()
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = target.lstat()
    assert not move_to_new_name(source, target)
    assert source.read_bytes() == b"new"
    assert target.lstat().st_ino == before.st_ino


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without hard links, as on a USB stick."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("no_links")
def test_a_name_is_given_back_when_the_move_fails(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move_to_new_name(tmp_path / "missing", tmp_path / "target")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("links", [True, False])
def test_of_many_files_one_gets_the_name(tmp_path: Path, request: pytest.FixtureRequest, links: bool) -> None:
    if not links:
        request.getfixturevalue("no_links")
    sources = [tmp_path / f"source {number}" for number in range(20)]
    for source in sources:
        source.write_text(source.name)
    target = tmp_path / "target"
    with ThreadPoolExecutor(8) as pool:
        moved = list(pool.map(lambda source: move_to_new_name(source, target), sources))
    assert moved.count(True) == 1
    winner = sources[moved.index(True)]
    assert target.read_text() == winner.name
    assert [source for source in sources if not source.exists()] == [winner]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "no permission"),
        (errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG)),
    ],
)
def test_failures_of_the_disk_are_sentences(number: int, words: str) -> None:
    error = storage_fault(OSError(number, os.strerror(number)), Path("/x\x1b[31m"), "could not be written")
    assert words in error.sentence()
    assert error.message.startswith("/x could not be written")


def test_a_full_disk_is_told() -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OSError, match="space") as caught, full.open("wb", buffering=0) as file:
        file.write(b"data")
    assert "disk is full" in storage_fault(caught.value, full, "could not be written").message


def test_only_ordinary_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with open_ordinary(tmp_path / "a") as file:
        assert file.read() == b"abc"
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(NotAFile):
            open_ordinary(path)
    with pytest.raises(FileNotFoundError):
        open_ordinary(tmp_path / "nowhere")
    with pytest.raises(OSError, match="no file name"):
        open_ordinary(Path("a\0b"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files can be listed on Linux only")
def test_nothing_stays_open_of_what_is_no_file(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(NotAFile):
        open_ordinary(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_room_is_asked_for_before_writing(tmp_path: Path) -> None:
    check_room(tmp_path, 1)
    with pytest.raises(StorageError, match="do not fit on the disk") as caught:
        check_room(tmp_path, 10**18)
    assert "Make room" in caught.value.next_step
    with pytest.raises(StorageError, match="cannot be used"):
        check_room(tmp_path / "nowhere", 1)


def test_a_file_that_is_mounted_by_itself_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(source: Path, target: Path) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(target))

    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(StorageError) as caught:
        write_atomic(tmp_path / "config.toml", b"x")
    assert "mounted by itself" in caught.value.message
    assert "Mount the directory" in caught.value.sentence()
    assert list(tmp_path.iterdir()) == []
