"""Small things to remember under a key: drafts of forms, the last choices."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fluxtui.domain.json_text import read_json
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import json_text, utc_text

_log = logging.getLogger(__name__)


class NoteStore:
    """Values that JSON can hold, by key. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, key: str, default: Any = None) -> Any:
        """Return the value under a key, or `default` where there is none that JSON can hold."""

        def work(connection: sqlite3.Connection) -> Any:
            row = connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
            return default if row is None else _value(row, default)

        return await self._database.read(work)

    async def set(self, key: str, value: Any) -> None:
        """Remember a value under a key, in place of any other; the same one again writes nothing."""
        values = (key, json_text(value), utc_text(self._clock()))
        sql = (
            "INSERT INTO notes (key, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
            " SET value = excluded.value, updated_at = excluded.updated_at WHERE value IS NOT excluded.value"
        )
        await self._database.write(lambda connection: connection.execute(sql, values).rowcount, quiet=True)

    async def add(self, key: str, value: Any) -> bool:
        """Remember a value under a key that has none, and return whether it had none."""
        values = (key, json_text(value), utc_text(self._clock()))
        sql = "INSERT OR IGNORE INTO notes (key, value, updated_at) VALUES (?, ?, ?)"
        return await self._database.write(
            lambda connection: connection.execute(sql, values).rowcount == 1, quiet=True
        )

    async def beginning(self, prefix: str) -> dict[str, Any]:
        """Return the values under all keys that begin with a prefix, by the rest of their keys.

        One that cannot be understood is None.
        """
        sql = (
            "SELECT substr(key, length(?1) + 1) AS rest, value FROM notes"
            " WHERE substr(key, 1, length(?1)) = ?1"
        )

        def work(connection: sqlite3.Connection) -> dict[str, Any]:
            return {str(row["rest"]): _value(row, None) for row in connection.execute(sql, (prefix,))}

        return await self._database.read(work)

    async def remove(self, key: str) -> bool:
        """Forget the value under a key, and return whether there was one."""
        sql = "DELETE FROM notes WHERE key = ?"
        return await self._database.write(
            lambda connection: connection.execute(sql, (key,)).rowcount == 1, quiet=True
        )


def _value(row: sqlite3.Row, default: Any) -> Any:
    try:
        return read_json(row["value"])
    except (ValueError, TypeError, RecursionError):
        _log.warning("a note of the journal is not understood")
        return default
