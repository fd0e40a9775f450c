"""Where files were uploaded to, for as long as the services keep them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import utc_text


class UploadStore:
    """Addresses of uploaded files by profile and hash. Every method raises `StorageError` if it fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, profile: str, sha256: str) -> AsyncIterator[None]:
        """Let one at a time of this program look for a file and upload it."""
        lock = self._turns.setdefault((profile, sha256), asyncio.Lock())
        async with lock:
            yield

    async def known(self, profile: str, sha256: str, at_least: timedelta) -> str | None:
        """Return the address of a file that the service will keep for at least so long, or None."""
        sql = "SELECT url FROM uploads WHERE profile = ? AND sha256 = ? AND expires_at > ?"
        values = (profile, sha256, utc_text(self._clock() + at_least))

        def work(connection: sqlite3.Connection) -> str | None:
            row = connection.execute(sql, values).fetchone()
            return None if row is None else str(row["url"])

        return await self._database.read(work)

    async def remember(self, profile: str, sha256: str, url: str, expires_at: datetime) -> None:
        """Keep the address of a file until an aware time, in place of an earlier one; drop what is over."""
        values = (profile, sha256, url, utc_text(expires_at))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM uploads WHERE expires_at <= ?", (utc_text(self._clock()),))
            connection.execute("REPLACE INTO uploads VALUES (?, ?, ?, ?)", values)

        await self._database.write(work, quiet=True)
