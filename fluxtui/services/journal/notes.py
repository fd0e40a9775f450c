"""Small things to remember under a key: drafts of forms, the last choices."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import json_text, utc_text


class NoteStore:
    """Values that JSON can hold, by key. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def get(self, key: str, default: Any = None) -> Any:
        """Return the value under a key, or `default`."""

        def work(connection: sqlite3.Connection) -> Any:
            row = connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
            return default if row is None else json.loads(row["value"])

        return await self._database.read(work)

    async def set(self, key: str, value: Any) -> None:
        """Remember a value under a key, in place of any other."""
        values = (key, json_text(value), utc_text(self._clock()))
        sql = "REPLACE INTO notes (key, value, updated_at) VALUES (?, ?, ?)"
        await self._database.write(lambda connection: connection.execute(sql, values).rowcount, quiet=True)

    async def remove(self, key: str) -> None:
        """Forget the value under a key, if there is one."""
        sql = "DELETE FROM notes WHERE key = ?"
        await self._database.write(lambda connection: connection.execute(sql, (key,)).rowcount, quiet=True)
