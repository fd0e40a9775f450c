"""Journals that earlier versions of the program wrote: each is read completely by the present one."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fluxtui.domain.jobs import JobState
from fluxtui.services.journal import Journal
from fluxtui.services.journal.schema import MIGRATIONS, migrate

VERSIONS = range(1, len(MIGRATIONS))
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture(params=VERSIONS)
def old_path(request: pytest.FixtureRequest, path: Path) -> Path:
    """A journal that a program of an earlier version has filled; the SQL is a dump of the real file."""
    dump = Path(__file__).with_name(f"version-{request.param}.sql").read_text(encoding="utf-8")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump)
    return path


def test_every_earlier_version_has_its_dump() -> None:
    dumps = {file.name for file in Path(__file__).parent.glob("version-*.sql")}
    assert dumps == {f"version-{version}.sql" for version in VERSIONS}


async def test_nothing_is_lost(old_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(old_path)) as connection:
        tables = ("jobs", "events", "pictures", "finetunes", "notes")
        before = {table: _rows(connection, table) for table in tables}
    async with Journal(old_path) as journal:
        jobs = {job.id: job for job in await journal.jobs.recent()}
        assert (await journal.jobs.story("done"))[-1].state is JobState.DONE
        assert [picture.id for picture in await journal.pictures.recent()] == ["p1"]
        assert [finetune.favourite for finetune in await journal.finetunes.all()] == [True]
        assert await journal.notes.get("draft") == {"prompt": "Fuchs 🦊"}
    assert jobs["done"].finetune_name == "Füchsin"
    assert jobs["queued"].parameters == {"prompt": 'a fox; it\'s "here"', "seed": 7}
    assert (jobs["queued"].position, jobs["queued"].response) == (None, None)
    with contextlib.closing(sqlite3.connect(old_path)) as connection:
        for table, rows in before.items():
            kept = _rows(connection, table)
            assert [row | old for row, old in zip(kept, rows, strict=True)] == kept


async def test_what_was_given_up_out_of_doubt_counts_as_possibly_charged(old_path: Path) -> None:
    async with Journal(old_path) as journal:
        jobs = await journal.jobs.recent()
        assert {job.id for job in jobs if job.maybe_billed} == {"doubtful", "given-up"}
        assert await journal.spending.possible_since(OCTOBER) == 10.0
        assert await journal.spending.since(OCTOBER) == 3.0 + 10.0 + 400.0


def test_an_old_journal_gets_the_schema_of_a_new_one(old_path: Path, tmp_path: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(old_path, isolation_level=None)) as old,
        contextlib.closing(sqlite3.connect(tmp_path / "new", isolation_level=None)) as new,
    ):
        for connection in (old, new):
            assert migrate(connection) == len(MIGRATIONS)
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        assert old.execute(query).fetchall() == new.execute(query).fetchall()


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
