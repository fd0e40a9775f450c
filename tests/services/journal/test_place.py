"""Whose the journal is, before SQLite has it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from fluxtui.domain.errors import StorageError, UntrustedFile
from fluxtui.services.journal import Journal
from fluxtui.services.journal.place import check, check_opened, settled
from fluxtui.services.journal.repair import repair_journal


async def opened(path: Path) -> None:
    async with Journal(path):
        pass


async def test_a_journal_that_others_can_write_is_refused_with_what_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    await opened(path)
    path.chmod(0o666)
    before = path.read_bytes()
    with pytest.raises(UntrustedFile) as caught:
        await opened(path)
    assert caught.value.next_step.endswith(f"chmod go-w {path}")
    with pytest.raises(UntrustedFile):
        repair_journal(path)
    assert path.read_bytes() == before
    path.chmod(0o600)
    await opened(path)


@pytest.mark.parametrize("companion", ["-wal", "-shm", "-journal"])
async def test_a_log_that_others_can_write_is_refused(tmp_path: Path, companion: str) -> None:
    path = tmp_path / "journal.sqlite3"
    await opened(path)
    beside = Path(f"{path}{companion}")
    beside.touch()
    beside.chmod(0o666)
    with pytest.raises(UntrustedFile, match=f"sqlite3{companion} can be changed by everybody"):
        await opened(path)


def test_a_journal_of_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.touch(0o600)
    fields = list(path.stat())
    fields[stat.ST_UID] += 1
    with pytest.raises(UntrustedFile, match="belongs to"):
        check(os.stat_result(fields), path)


async def test_a_link_that_leads_nowhere_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.symlink_to("elsewhere")
    with pytest.raises(StorageError, match="a link that leads nowhere"):
        await opened(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["journal.sqlite3"]


async def test_a_link_to_a_journal_of_ours_is_followed_and_its_place_judged(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    await opened(elsewhere / "real")
    path = tmp_path / "journal.sqlite3"
    path.symlink_to(elsewhere / "real")
    await opened(path)
    elsewhere.chmod(0o777)
    with pytest.raises(UntrustedFile, match="elsewhere can be changed"):
        await opened(path)


async def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    os.mkfifo(path, 0o600)
    with pytest.raises(StorageError, match="is no file"):
        await opened(path)


def test_a_journal_that_is_exchanged_while_it_is_opened_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    identity = settled(path)
    path.rename(tmp_path / "aside")
    path.touch(0o600)
    with path.open("rb"), pytest.raises(UntrustedFile, match="exchanged"):
        check_opened(identity, path)
    with (tmp_path / "aside").open("rb"):
        check_opened(identity, path)


def test_without_a_list_of_open_files_the_name_has_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluxtui.services.journal.place._OPEN_FILES", tmp_path / "missing")
    path = tmp_path / "journal.sqlite3"
    identity = settled(path)
    check_opened(identity, path)
    path.rename(tmp_path / "aside")
    path.touch(0o600)
    with pytest.raises(UntrustedFile, match="exchanged"):
        check_opened(identity, path)
