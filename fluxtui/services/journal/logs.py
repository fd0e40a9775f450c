"""What tasks have printed at their service, as far as it was told."""

from __future__ import annotations

import sqlite3

from fluxtui.services.journal.database import Database

LONGEST_LOG = 200_000
"""Characters of one log that are kept: its end, where the present and the reason of a failure are."""


class LogStore:
    """The logs of tasks by job. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, job_id: str, text: str) -> None:
        """Keep the log of a job, in place of what was known of it before."""
        kept = text[-LONGEST_LOG:].encode("utf-8", "replace").decode()
        sql = "REPLACE INTO logs (job_id, text) VALUES (?, ?)"
        await self._database.write(
            lambda connection: connection.execute(sql, (job_id, kept)).rowcount, quiet=True
        )

    async def get(self, job_id: str) -> str:
        """Return the log of a job, or an empty text where none is known."""

        def work(connection: sqlite3.Connection) -> str:
            row = connection.execute("SELECT text FROM logs WHERE job_id = ?", (job_id,)).fetchone()
            return "" if row is None else str(row["text"])

        return await self._database.read(work)
