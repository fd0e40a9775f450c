"""The journal's tables, as an ordered row of migrations; `user_version` counts those already applied."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache

from fluxtui.domain.errors import StorageError

APPLICATION_ID = 0x464C5558
"""Marks a SQLite file as a journal of this program (`FLUX`), in the file's own header."""

_FIRST = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    profile TEXT NOT NULL,
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    title TEXT NOT NULL,
    parameters TEXT NOT NULL,
    batch TEXT,
    remote_id TEXT,
    polling_url TEXT,
    estimate_credits REAL NOT NULL,
    cost_credits REAL,
    progress REAL,
    remote_status TEXT,
    error_title TEXT,
    error TEXT,
    finetune_id TEXT,
    finetune_name TEXT,
    dataset TEXT,
    seed INTEGER,
    picture TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    submitted_at TEXT,
    finished_at TEXT,
    lease_owner TEXT,
    lease_until TEXT
);
CREATE INDEX jobs_by_state ON jobs (state, number);
CREATE INDEX jobs_by_day ON jobs (coalesce(submitted_at, created_at));
CREATE INDEX jobs_by_lease ON jobs (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX events_by_job ON events (job_id, number);

CREATE TABLE pictures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    path TEXT NOT NULL UNIQUE,
    format TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    prompt TEXT NOT NULL,
    seed INTEGER,
    endpoint TEXT NOT NULL,
    finetune_name TEXT,
    parameters TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX pictures_by_job ON pictures (job_id);

CREATE TABLE finetunes (
    profile TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    trigger_word TEXT,
    mode TEXT,
    finetune_type TEXT,
    lora_rank INTEGER,
    iterations INTEGER,
    learning_rate REAL,
    priority TEXT,
    captioning INTEGER,
    created_at TEXT,
    refreshed_at TEXT,
    job_id TEXT,
    dataset TEXT,
    favourite INTEGER NOT NULL,
    raw TEXT NOT NULL,
    PRIMARY KEY (profile, id)
);

CREATE TABLE notes (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
"""

_SECOND = """
ALTER TABLE jobs ADD COLUMN maybe_billed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN response TEXT;
ALTER TABLE jobs ADD COLUMN position INTEGER;
UPDATE jobs SET maybe_billed = 1
    WHERE state = 'in doubt'
    OR state = 'cancelled' AND id IN (SELECT job_id FROM events WHERE state = 'in doubt');
CREATE INDEX jobs_maybe_billed ON jobs (coalesce(submitted_at, created_at)) WHERE maybe_billed;
"""

_THIRD = """
ALTER TABLE jobs ADD COLUMN addresses TEXT;
ALTER TABLE jobs ADD COLUMN finetune_profile TEXT;
ALTER TABLE jobs ADD COLUMN cancel_asked_at TEXT;
ALTER TABLE jobs ADD COLUMN cancel_answer TEXT;
ALTER TABLE finetunes ADD COLUMN base TEXT;
ALTER TABLE finetunes ADD COLUMN weights TEXT;
ALTER TABLE finetunes ADD COLUMN weights_url TEXT;
ALTER TABLE finetunes ADD COLUMN endpoint TEXT;

CREATE TABLE logs (
    job_id TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    text TEXT NOT NULL
);

CREATE TABLE uploads (
    profile TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    url TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (profile, sha256)
);
"""

_FOURTH = """
ALTER TABLE jobs ADD COLUMN after TEXT;
ALTER TABLE jobs ADD COLUMN running_at TEXT;
UPDATE jobs SET running_at = (SELECT min(at) FROM events WHERE job_id = jobs.id AND state = 'running');
"""

# A picture's marks, and where its file is: `home` is where a picture in the trash was before, `moving_to`
# where its file is being moved to, empty while it is being deleted. The wide indexes answer the gallery's
# filters without reading the rows, which are long.
_FIFTH = """
ALTER TABLE pictures ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pictures ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE pictures ADD COLUMN trashed_at TEXT;
ALTER TABLE pictures ADD COLUMN home TEXT;
ALTER TABLE pictures ADD COLUMN moving_to TEXT;
CREATE INDEX pictures_in_gallery ON pictures
    (number, trashed_at, created_at, endpoint, finetune_name, starred, rating, width, height, seed, job_id)
    WHERE trashed_at IS NULL;
CREATE INDEX pictures_in_trash ON pictures (number) WHERE trashed_at IS NOT NULL;
CREATE INDEX pictures_moving ON pictures (moving_to) WHERE moving_to IS NOT NULL;
CREATE INDEX jobs_of_pictures ON jobs (id, profile, cost_credits, estimate_credits);

CREATE TABLE picture_tags (
    picture INTEGER NOT NULL REFERENCES pictures (number) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (tag, picture)
);
CREATE INDEX picture_tags_by_picture ON picture_tags (picture, tag);
"""

_SIXTH = """
ALTER TABLE jobs ADD COLUMN ready_at TEXT;
ALTER TABLE jobs ADD COLUMN missing_since TEXT;
ALTER TABLE jobs ADD COLUMN clock_ahead REAL;
ALTER TABLE jobs ADD COLUMN next_try_at TEXT;
ALTER TABLE jobs ADD COLUMN tries_until TEXT;
UPDATE jobs SET ready_at = (SELECT min(at) FROM events WHERE job_id = jobs.id AND state = 'collecting');
"""

# How long an endpoint takes is learnt from its last jobs, which are few among all.
_SEVENTH = """
CREATE INDEX jobs_by_endpoint ON jobs (kind, provider, endpoint, state, number);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH)
"""Each script leads from the version that is its index to the next; a released one is never edited."""


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> int:
    """Bring a database to the newest version in one transaction, and return that version.

    Safe when several programs open a new or old journal at the same moment: the version is read again
    once the database is locked for writing.

    Raises:
        StorageError: the file belongs to another program, or to a newer version of this one.
        sqlite3.Error: the database cannot be read or written; nothing was changed.
    """
    target = len(migrations)
    # One state is looked at, not one before and one after another program has made the tables.
    connection.execute("BEGIN")
    try:
        version = _version_of(connection, target)
    finally:
        connection.rollback()
    if version == target:
        return target
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in migrations[_version_of(connection, target) :]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {target}")
        connection.execute("COMMIT")
    finally:
        connection.rollback()
    return target


def missing_parts(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return what a journal of the newest version has and this one has not: `jobs`, `jobs.title`."""
    return tuple(sorted(_whole(len(MIGRATIONS)) - _parts(connection)))


def version_by_parts(connection: sqlite3.Connection) -> int:
    """Return the newest version of which a journal has all tables and columns, or 0 where there is none."""
    parts = _parts(connection)
    versions = range(len(MIGRATIONS), 0, -1)
    return next((version for version in versions if _whole(version) <= parts), 0)


@cache
def _whole(version: int) -> frozenset[str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, MIGRATIONS[:version])
        return _parts(connection)


def _parts(connection: sqlite3.Connection) -> frozenset[str]:
    columns = connection.execute(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'"
    ).fetchall()
    return frozenset({str(row[0]) for row in columns} | {f"{row[0]}.{row[1]}" for row in columns})


def _version_of(connection: sqlite3.Connection, target: int) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if mark != APPLICATION_ID and (mark or version or tables):
        raise StorageError(
            "The journal's file is a database of another program; it was not touched.",
            next_step="Choose another data directory, or move that file out of it.",
        )
    if version > target:
        raise StorageError(
            f"The journal was written by a newer FluxTUI (format {version}, this one knows {target}).",
            next_step="Update FluxTUI, or choose another data directory.",
        )
    return version


def _statements(script: str) -> Iterator[str]:
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
