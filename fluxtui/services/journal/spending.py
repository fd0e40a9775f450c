"""What was spent, reckoned from the jobs."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from fluxtui.domain.jobs import UNBILLED_STATES
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import json_text, utc_text


class SpendingStore:
    """Sums over the table of jobs. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, start: datetime) -> float:
        """Return the credits spent on jobs submitted at or after an aware time.

        The true cost counts where it is known, else the estimate, except for jobs that the service
        never accepted.
        """
        # What is in doubt counts as spent: better to spend too little than too much.
        sql = (
            "SELECT total(coalesce(cost_credits,"
            " CASE WHEN state IN (SELECT value FROM json_each(?)) THEN 0 ELSE estimate_credits END))"
            " FROM jobs WHERE coalesce(submitted_at, created_at) >= ?"
        )
        values = (json_text(tuple(UNBILLED_STATES)), utc_text(start))

        def work(connection: sqlite3.Connection) -> float:
            return float(connection.execute(sql, values).fetchone()[0])

        return await self._database.read(work)
