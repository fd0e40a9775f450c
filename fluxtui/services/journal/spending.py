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
        never accepted. What is in doubt, or was given up or sent again out of doubt, counts as spent.
        """
        # Better to spend too little than too much.
        sql = (
            "SELECT total(coalesce(cost_credits, CASE WHEN NOT maybe_billed"
            " AND state IN (SELECT value FROM json_each(?)) THEN 0 ELSE estimate_credits END))"
            " FROM jobs WHERE coalesce(submitted_at, created_at) >= ?"
        )
        return await self._sum(sql, json_text(tuple(UNBILLED_STATES)), utc_text(start))

    async def possible_since(self, start: datetime) -> float:
        """Return that part of `since`, in credits, of which it is not known whether it was charged."""
        sql = (
            "SELECT total(estimate_credits) FROM jobs"
            " WHERE maybe_billed AND coalesce(submitted_at, created_at) >= ?"
        )
        return await self._sum(sql, utc_text(start))

    async def _sum(self, sql: str, *values: str) -> float:
        def work(connection: sqlite3.Connection) -> float:
            return float(connection.execute(sql, values).fetchone()[0])

        return await self._database.read(work)
