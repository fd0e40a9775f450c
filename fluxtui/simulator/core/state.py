"""What the simulator remembers, in SQLite: in memory, or in a directory where it survives a restart."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fluxtui.simulator.core.private_files import make_directory, make_lasting

FILE_NAME = "simulator.sqlite3"
LOCK_SECONDS = 1.0
"""How long to wait for another simulator that is just ending."""
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE TABLE blobs (
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (owner, name)
);
"""

_UPSERT = """
INSERT INTO records VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET document = excluded.document
"""

Record = tuple[str, str, dict[str, Any]]
"""Kind, id and JSON-ready document."""
Blob = tuple[str, str, bytes]
"""Owner, name and content."""


class StateError(Exception):
    """The state on disk cannot be used; the text says why."""


class StateStore:
    """Records and blobs, each call one transaction. Safe to call from any thread; one process at a time."""

    def __init__(self, directory: Path | None) -> None:
        """Open the state in `directory`, made where missing, or in memory. Raises StateError."""
        self._lock = threading.Lock()
        try:
            self._connection = self._opened(directory)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"The simulator's state in {directory} cannot be opened: {error}.") from error

    def _opened(self, directory: Path | None) -> sqlite3.Connection:
        if directory is not None:
            make_directory(directory)
            make_lasting(directory / FILE_NAME)
        place = ":memory:" if directory is None else str(directory / FILE_NAME)
        connection = sqlite3.connect(place, check_same_thread=False, timeout=LOCK_SECONDS)
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")
            elif version != _SCHEMA_VERSION:
                raise StateError(f"The state in {directory} was written by another version of the simulator.")
        except BaseException:
            connection.close()
            raise
        return connection

    def save(self, records: Iterable[Record] = (), blobs: Iterable[Blob] = ()) -> None:
        """Write all of it or, when interrupted, none of it."""
        rows = [(kind, name, json.dumps(document)) for kind, name, document in records]
        with self._lock, self._connection:
            self._connection.executemany(_UPSERT, rows)
            self._connection.executemany("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?)", blobs)

    def records(self, kind: str) -> list[dict[str, Any]]:
        """Return the documents of one kind in the order in which they were first written."""
        query = "SELECT document FROM records WHERE kind = ? ORDER BY rowid"
        with self._lock:
            return [json.loads(row[0]) for row in self._connection.execute(query, (kind,))]

    def blob(self, owner: str, name: str) -> bytes | None:
        """Return one blob, or None."""
        query = "SELECT content FROM blobs WHERE owner = ? AND name = ?"
        with self._lock:
            row = self._connection.execute(query, (owner, name)).fetchone()
        return None if row is None else bytes(row[0])

    def blobs(self, owner: str) -> dict[str, bytes]:
        """Return all blobs of an owner by name, in the order of their names."""
        query = "SELECT name, content FROM blobs WHERE owner = ? ORDER BY name"
        with self._lock:
            return {row[0]: bytes(row[1]) for row in self._connection.execute(query, (owner,))}

    def forget(self, kind: str, record: str) -> None:
        """Delete a record and the blobs that it owns."""
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, record))
            self._connection.execute("DELETE FROM blobs WHERE owner = ?", (record,))

    def forget_blobs(self, owner: str) -> None:
        """Delete the blobs of an owner."""
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM blobs WHERE owner = ?", (owner,))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock, self._connection:
            self._connection.execute("DELETE FROM records")
            self._connection.execute("DELETE FROM blobs")

    def close(self) -> None:
        """Close the file. The store cannot be used afterwards."""
        with self._lock:
            self._connection.close()
