from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluxtui.system.private_files import (
    create_anew,
    create_new,
    knows_owners,
    make_directory,
    new_temporary,
    open_lasting,
    temporary_directory,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True, params=[0o000, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def test_everything_is_private_whatever_the_umask_is(tmp_path: Path) -> None:
    make_directory(tmp_path / "a" / "b")
    create_new(tmp_path / "new").close()
    create_anew(tmp_path / "anew").close()
    os.close(open_lasting(tmp_path / "lasting"))
    files = [tmp_path / name for name in ("new", "anew", "lasting")] + [new_temporary(tmp_path)]
    assert {mode(file) for file in files} == {0o600}
    with temporary_directory(tmp_path, prefix=".x-") as name:
        assert {mode(path) for path in (Path(name), tmp_path / "a", tmp_path / "a" / "b")} == {0o700}


@pytest.mark.parametrize("leads_to", ["precious", "nowhere"])
def test_no_link_is_followed(tmp_path: Path, leads_to: str) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    link = tmp_path / "link"
    link.symlink_to(leads_to)
    with pytest.raises(FileExistsError):
        create_new(link)
    with pytest.raises(OSError, match="symbolic links"):
        open_lasting(link)
    with create_anew(link) as file:
        file.write(b"ours")
    assert not link.is_symlink()
    assert link.read_bytes() == b"ours"
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()


def test_who_has_the_old_file_open_does_not_see_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    path.chmod(0o666)
    with path.open("r+b") as theirs:
        with create_anew(path) as ours:
            ours.write(b"secret")
        assert theirs.read() == b"before"
    assert mode(path) == 0o600


def test_what_is_no_file_is_not_taken_away(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "directory").mkdir()
    for name in ("pipe", "directory"):
        with pytest.raises(FileExistsError, match="no file"):
            create_anew(tmp_path / name)
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "directory"}


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    descriptor = open_lasting(tmp_path / "pipe")
    try:
        assert stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    finally:
        os.close(descriptor)


def test_a_file_system_tells_whether_it_knows_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert knows_owners(tmp_path)
    assert knows_owners(tmp_path / "missing")
    assert list(tmp_path.iterdir()) == [], "nothing is left of the trial"
    look = os.fstat

    def without_modes(descriptor: int) -> os.stat_result:
        fields = list(look(descriptor))
        fields[stat.ST_MODE] = int(fields[stat.ST_MODE]) | 0o777
        return os.stat_result(fields)

    monkeypatch.setattr(os, "fstat", without_modes)
    assert not knows_owners(tmp_path)


def test_less_than_was_asked_for_is_no_sign_of_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A default access list of an attacker can take permissions away, so that must not count."""
    look = os.fstat

    def with_less(descriptor: int) -> os.stat_result:
        fields = list(look(descriptor))
        fields[stat.ST_MODE] = int(fields[stat.ST_MODE]) & ~0o777
        return os.stat_result(fields)

    monkeypatch.setattr(os, "fstat", with_less)
    assert knows_owners(tmp_path)
