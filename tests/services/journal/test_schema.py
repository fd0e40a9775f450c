from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import Job
from fluxtui.services.journal import Journal
from fluxtui.services.journal.schema import APPLICATION_ID, MIGRATIONS, migrate

LATER = (
    *MIGRATIONS,
    "ALTER TABLE jobs ADD COLUMN colour TEXT;\nCREATE INDEX jobs_by_colour ON jobs (colour);",
    "CREATE TABLE tags (name TEXT PRIMARY KEY);\nINSERT INTO tags VALUES ('semi;colon');",
)


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def schema_of(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}


def number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


@pytest.mark.parametrize("version", range(len(LATER) + 1))
def test_every_earlier_version_becomes_the_newest(tmp_path: Path, version: int) -> None:
    fresh = connect(tmp_path / "fresh")
    migrate(fresh, LATER)
    old = connect(tmp_path / "old")
    migrate(old, LATER[:version])
    assert number(old, "user_version") == version
    assert migrate(old, LATER) == len(LATER)
    assert schema_of(old) == schema_of(fresh)
    assert number(old, "user_version") == len(LATER)
    assert number(old, "application_id") == APPLICATION_ID
    assert [row[0] for row in old.execute("SELECT name FROM tags")] == ["semi;colon"]
    fresh.close()
    old.close()


async def test_jobs_survive_a_migration(path: Path, make_job: Callable[..., Job]) -> None:
    async with Journal(path) as journal:
        await journal.jobs.add([make_job()])
    connection = connect(path)
    migrate(connection, LATER)
    assert connection.execute("SELECT id, colour FROM jobs").fetchall() == [("job", None)]
    connection.close()


def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    connection = connect(tmp_path / "journal")
    migrate(connection, MIGRATIONS)
    before = schema_of(connection)
    with pytest.raises(sqlite3.Error):
        migrate(connection, (*MIGRATIONS, "CREATE TABLE extra (a);\nCREATE TABLE jobs (a);"))
    assert schema_of(connection) == before
    assert number(connection, "user_version") == len(MIGRATIONS)
    assert not connection.in_transaction
    connection.close()


async def test_a_newer_journal_is_left_alone(path: Path) -> None:
    connection = connect(path)
    migrate(connection, LATER)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="newer FluxTUI") as caught:
        await Journal(path).open()
    assert "Update" in caught.value.next_step
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "made_by", ["CREATE TABLE theirs (a)", "PRAGMA application_id = 77", "PRAGMA user_version = 1"]
)
async def test_a_database_of_another_program_is_left_alone(path: Path, made_by: str) -> None:
    connection = connect(path)
    connection.execute(made_by)
    connection.execute("VACUUM")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        await Journal(path).open()
    assert path.read_bytes() == before
