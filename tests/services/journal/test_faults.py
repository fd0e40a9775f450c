from __future__ import annotations

import contextlib
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.journal import Journal
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.faults import set_aside, storage_error


async def refused(path: Path) -> StorageError:
    with pytest.raises(StorageError) as caught:
        await Journal(path, lock_timeout=0.05).open()
    return caught.value


async def open_and_read(path: Path) -> None:
    async with Journal(path) as journal:
        await journal.jobs.recent()


async def test_the_files_are_private(path: Path, journal: Journal, make_job: Callable[..., Job]) -> None:
    await journal.jobs.add([make_job()])
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys((path.name, f"{path.name}-wal", f"{path.name}-shm"), 0o600)


async def test_a_file_that_is_no_journal_is_kept_and_a_way_out_told(path: Path) -> None:
    path.write_bytes(b"Dear diary, " * 400)
    error = await refused(path)
    assert "damaged or is no journal" in error.message
    assert "Nothing was deleted" in error.message
    assert str(path.with_name("journal.damaged-1.sqlite3")) in error.next_step
    assert path.read_bytes() == b"Dear diary, " * 400


async def test_a_journal_damaged_in_the_middle_is_told(
    path: Path, journal: Journal, make_job: Callable[..., Job]
) -> None:
    await journal.jobs.add([make_job(f"{number}", title="x" * 500) for number in range(200)])
    await journal.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        await open_and_read(path)
    assert path.read_bytes() == content


async def test_a_damaged_journal_can_be_set_aside(path: Path, make_job: Callable[..., Job]) -> None:
    path.write_bytes(b"not a database at all" * 300)
    path.with_name(f"{path.name}-wal").write_bytes(b"log")
    path.with_name("journal.damaged-1.sqlite3").write_bytes(b"an earlier one")
    aside = set_aside(path)
    assert aside == path.with_name("journal.damaged-2.sqlite3")
    assert aside.read_bytes() == b"not a database at all" * 300
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"log"
    async with Journal(path) as journal:
        await journal.jobs.add([make_job()])


async def test_a_locked_journal_is_told_and_usable_later(
    path: Path, journal: Journal, make_job: Callable[..., Job]
) -> None:
    async with Journal(path, lock_timeout=0.05) as second:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageError, match="locked by another program"):
                await second.jobs.add([make_job()])
            assert await second.jobs.recent() == (), "reading goes on while another writes"
            holder.execute("ROLLBACK")
        await second.jobs.add([make_job()])
    assert await journal.jobs.get("job") == make_job()


async def test_a_journal_locked_at_the_start_is_told(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert "locked" in (await refused(path)).message


async def test_a_directory_in_its_place_is_told(path: Path) -> None:
    path.mkdir()
    assert "cannot be opened" in (await refused(path)).message


async def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    error = await refused(tmp_path / "missing" / "journal.sqlite3")
    assert "cannot be opened" in error.message


async def test_a_file_without_permission_is_told(ordinary_user: Path) -> None:
    path = ordinary_user / "journal.sqlite3"
    path.touch(0o400)
    assert "Permission denied" in (await refused(path)).message


async def test_a_directory_that_cannot_be_written_is_told(
    ordinary_user: Path, make_job: Callable[..., Job]
) -> None:
    path = ordinary_user / "journal.sqlite3"
    async with Journal(path) as journal:
        await journal.jobs.add([make_job()])
    ordinary_user.chmod(0o500)
    error = await refused(path)
    assert "cannot be" in error.message
    ordinary_user.chmod(0o700)
    async with Journal(path) as journal:
        assert await journal.jobs.get("job") == make_job()


async def test_a_write_to_a_read_only_database_is_told(path: Path) -> None:
    database = Database(path)
    await database.open()
    await database.read(lambda connection: connection.execute("PRAGMA query_only = ON").fetchall())
    with pytest.raises(StorageError, match="read-only"):
        await database.write(lambda connection: connection.execute("DELETE FROM jobs").rowcount)
    await database.close()


async def test_a_full_disk_is_told_and_nothing_is_half_written(
    path: Path, journal: Journal, make_job: Callable[..., Job]
) -> None:
    await journal.jobs.add([make_job("first")])
    database = Database(path)
    await database.open()

    def limit(pages: int) -> Callable[[sqlite3.Connection], object]:
        return lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE jobs SET state = ?", (JobState.SUBMITTING.value,))
        connection.execute("UPDATE jobs SET title = ?", ("x" * 1_000_000,))

    await database.read(limit(1))
    with pytest.raises(StorageError, match="disk is full"):
        await database.write(fill)
    assert await journal.jobs.get("first") == make_job("first")
    await database.read(limit(100_000))
    await database.write(fill)
    job = await journal.jobs.get("first")
    assert job is not None
    assert job.state is JobState.SUBMITTING
    await database.close()


def test_every_failure_has_a_sentence(path: Path) -> None:
    codes = [getattr(sqlite3, name) for name in dir(sqlite3) if name.startswith("SQLITE_IOERR")]
    for code in codes:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = code
        assert "disk" in storage_error(error, path).message
    assert "could not be used" in storage_error(sqlite3.Error("odd"), path).message


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE jobs SET state = 'flying'",
        "UPDATE jobs SET parameters = '{'",
        "UPDATE jobs SET created_at = 'noon'",
    ],
)
async def test_a_row_that_makes_no_sense_is_told(
    path: Path, journal: Journal, make_job: Callable[..., Job], change: str
) -> None:
    await journal.jobs.add([make_job()])
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()
    assert await journal.jobs.recent() == ()
    warning = journal.unreadable.warning()
    assert warning is not None
    assert "cannot be understood: job job" in warning.message
    with pytest.raises(StorageError, match="cannot be understood: job job"):
        await journal.jobs.get("job")


async def test_a_closed_journal_is_a_fault_of_the_program(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(RuntimeError, match="not open"):
        await journal.jobs.recent()
    await journal.open()
    await journal.open()
    assert await journal.jobs.recent() == ()
    await journal.close()
    await journal.close()
    with pytest.raises(RuntimeError, match="not open"):
        await journal.jobs.recent()
