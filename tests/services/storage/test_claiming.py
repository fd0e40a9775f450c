from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fluxtui.domain.errors import UntrustedFile
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.claiming import claim, inspected
from fluxtui.services.storage.ownership import Us

GiveAway = Callable[[Path], None]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> GiveAway:
    """Return a function that makes a file another user's, truly where we are root."""

    def give(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, 54321, 54321, follow_symlinks=False)
            return
        look = os.lstat

        def pretended(name: Path) -> os.stat_result:
            found = look(name)
            fields = list(found)
            fields[stat.ST_UID] += name == path
            return os.stat_result(fields)

        monkeypatch.setattr(os, "lstat", pretended)

    return give


@pytest.fixture(params=[0o000, 0o002, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_missing_directory_is_made_private_with_those_above_it(tmp_path: Path) -> None:
    root = tmp_path / "share" / "fluxtui" / "demo"
    assert claim(root) == ()
    assert {mode(path) for path in (root, root.parent, root.parent.parent)} == {0o700}


def test_one_that_was_left_open_is_closed_and_told_once(tmp_path: Path) -> None:
    storage = StorageService(tmp_path / "data")
    storage.prepare()
    (storage.root / "journal.sqlite3").touch(0o600)
    samples = storage.root / "sample-dataset"
    samples.mkdir()
    (samples / "a.jpg").touch()
    (samples / "a.jpg").chmod(0o666)
    for path in (storage.root, samples, storage.root / "inputs"):
        path.chmod(0o777)
    assert [str(storage.root) in told for told in claim(storage.root)] == [True]
    assert {mode(path) for path in (storage.root, samples, storage.root / "inputs")} == {0o700}
    assert mode(samples / "a.jpg") == 0o600
    assert claim(storage.root) == ()


@pytest.mark.parametrize(("bits", "name"), [(0o777, "somebody's.txt"), (0o1777, "inputs"), (0o1777, "")])
def test_a_directory_that_is_none_of_ours_is_refused_and_keeps_its_mode(
    tmp_path: Path, bits: int, name: str
) -> None:
    """As root, `--data-dir /tmp` would else close /tmp for everybody."""
    (tmp_path / name).mkdir(exist_ok=True)
    tmp_path.chmod(bits)
    with pytest.raises(UntrustedFile) as caught:
        claim(tmp_path)
    assert mode(tmp_path) == bits
    assert ("chmod" in caught.value.next_step) == (bits == 0o777)


def test_one_that_is_only_readable_for_others_stays_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert claim(tmp_path) == ()
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("deep", ["inputs/a.png", "pictures/2026-11-30/b.png", "journal.sqlite3-wal"])
def test_one_that_was_open_with_something_of_another_in_it_is_refused(
    tmp_path: Path, give_away: GiveAway, deep: str
) -> None:
    path = tmp_path / deep
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    tmp_path.chmod(0o777)
    give_away(path)
    for _ in range(2):
        with pytest.raises(UntrustedFile) as caught:
            claim(tmp_path)
        assert f"chown {os.geteuid()} {path}" in caught.value.next_step
        assert mode(tmp_path) == 0o777, "the next start has to look through all of it again"


@pytest.mark.parametrize("deep", ["loras/x.safetensors", "wildcards/colours.txt", "demo/journal.sqlite3"])
def test_a_file_that_decides_and_was_open_to_others_is_refused(tmp_path: Path, deep: str) -> None:
    path = tmp_path / deep
    path.parent.mkdir(parents=True)
    path.touch()
    path.chmod(0o666)
    tmp_path.chmod(0o777)
    with pytest.raises(UntrustedFile) as caught:
        claim(tmp_path)
    assert caught.value.next_step.endswith(f"chmod go-w {path}")
    path.chmod(0o600)
    assert len(claim(tmp_path)) == 1


def test_one_of_another_is_refused_before_anything_is_made_in_it(tmp_path: Path, give_away: GiveAway) -> None:
    root = tmp_path / "theirs"
    root.mkdir()
    give_away(root)
    with pytest.raises(UntrustedFile, match=r"belongs to another user .*: nothing of it was read"):
        StorageService(root).prepare()
    assert list(root.iterdir()) == []


def test_one_below_a_directory_that_everybody_can_change_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(UntrustedFile):
        claim(tmp_path / "open" / "data")
    assert list((tmp_path / "open").iterdir()) == []
    (tmp_path / "open").chmod(0o1777)
    assert claim(tmp_path / "open" / "data") == ()


def test_what_root_has_left_in_it_is_harmless_but_for_the_journal(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").touch(0o600)
    (tmp_path / "export").mkdir()
    later = Us(os.geteuid() + 1, lambda _: False, frozenset({0, os.geteuid()}))
    found = inspected(tmp_path, later).refused
    assert {finding.path.name for finding in found if finding.path.is_relative_to(tmp_path)} == {
        tmp_path.name,
        "journal.sqlite3",
    }


def test_where_nothing_can_be_told_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o777)
    for room in ("claiming", "ownership"):
        monkeypatch.setattr(f"fluxtui.services.storage.{room}.knows_owners", lambda _: False)
    assert claim(tmp_path) == ()
    found = inspected(tmp_path)
    assert not found.is_certain
    assert mode(tmp_path) == 0o777


def test_looking_changes_nothing(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    found = inspected(tmp_path)
    assert (found.refused, found.loose) == ((), (tmp_path.resolve(),))
    assert mode(tmp_path) == 0o777
