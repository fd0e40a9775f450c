"""What was spent, reckoned from the jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime

from fluxtui.domain.jobs import UNBILLED_STATES, JobState
from fluxtui.domain.money import MOST_CREDITS
from fluxtui.domain.spending import SpendingRow, SpendingView, Spent
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import json_text, utc_text


def _possible(column: str) -> str:
    # A text, which no number is compared with, is above all numbers, so it is left out as well.
    return f"CASE WHEN {column} BETWEEN 0 AND {MOST_CREDITS:.1f} THEN {column} END"


def cost_of(table: str = "jobs") -> str:
    """Return the SQL for the true cost in credits, NULL where it is not known."""
    return f"({_possible(f'{table}.cost_credits')})"


def estimate_of(table: str = "jobs") -> str:
    """Return the SQL for the estimate in credits, NULL for one that cannot be."""
    return f"({_possible(f'{table}.estimate_credits')})"


SpentSince = Callable[[datetime], Spent]
"""Returns what counts against a budget since an aware time."""
Guard = Callable[[SpentSince], None]
"""Looks at what is spent, within the transaction that adds jobs, and raises if these are too many."""

_FREE_STATES = tuple(UNBILLED_STATES - {JobState.DRAFT})
"""States in which nothing is charged, now or later."""
# What is in doubt, or was left in doubt, counts: better to spend too little than too much.
_MAY_COST = "(maybe_billed OR state NOT IN (SELECT value FROM json_each(:free)))"
_SUMS = (
    f"total({cost_of()}) AS sure,"
    f" total(CASE WHEN {cost_of()} IS NULL AND {_MAY_COST} THEN {estimate_of()} END) AS possible"
)
# A draft will be charged when it is sent, so it counts now, whenever it was made.
_SINCE = "(coalesce(submitted_at, created_at) >= :start OR state = 'draft')"
_DAY = "date(coalesce(submitted_at, CASE state WHEN 'draft' THEN :now ELSE created_at END), 'localtime')"
_NAME_OF_FINETUNE = "coalesce(finetune_id, 'named ' || finetune_name)"
_GROUPS = {
    SpendingView.DAY: (_DAY, _DAY, "key DESC"),
    SpendingView.FINETUNE: (
        f"coalesce(profile || '/' || {_NAME_OF_FINETUNE}, '')",
        "coalesce(max(finetune_name), max(finetune_id), '')",
        "sure + possible DESC, key",
    ),
    SpendingView.ENDPOINT: ("endpoint", "endpoint", "sure + possible DESC, key"),
}
"""For each view: what makes a group, its name for people, and the order."""


class SpendingStore:
    """Sums over the table of jobs. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, start: datetime) -> float:
        """Return the credits spent on jobs submitted at or after an aware time.

        The true cost counts where it is known, else the estimate, except for jobs that the service
        never accepted, those in the queue among them. What is in doubt, or was given up or sent again out
        of doubt, counts as spent.
        """
        sql = (
            f"SELECT {_SUMS} FROM jobs"  # noqa: S608
            " WHERE state <> 'draft' AND coalesce(submitted_at, created_at) >= :start"
        )

        def work(connection: sqlite3.Connection) -> Spent:
            return _spent(connection.execute(sql, _values(start)).fetchone())

        return (await self._database.read(work)).total

    async def possible_since(self, start: datetime) -> float:
        """Return that part of `since`, in credits, that is in doubt or was left in doubt."""
        sql = (
            f"SELECT total({estimate_of()}) FROM jobs"  # noqa: S608
            " WHERE maybe_billed AND coalesce(submitted_at, created_at) >= :start"
        )

        def work(connection: sqlite3.Connection) -> float:
            return float(connection.execute(sql, {"start": utc_text(start)}).fetchone()[0])

        return await self._database.read(work)

    async def committed(self, starts: Sequence[datetime]) -> tuple[Spent, ...]:
        """Return what counts against a budget since each of some aware times, all from one state.

        That is `since` with the estimates of what is queued, whenever it was made.
        """
        return await self._database.read(
            lambda connection: tuple(committed_since(connection, start) for start in starts)
        )

    async def history(self, view: SpendingView, start: datetime, now: datetime) -> tuple[SpendingRow, ...]:
        """Return the sums since an aware time: newest day first, or what cost most first.

        Jobs that were refused, or cancelled before anything was sent, are left out. What is queued counts
        as of the day of `now`. Days are those of the local time.
        """
        key, label, order = _GROUPS[view]
        # All parts are texts of this module.
        sql = (
            f"SELECT {key} AS key, {label} AS label, count(*) AS jobs,"  # noqa: S608
            f" total(kind = 'training') AS trainings, total(picture IS NOT NULL) AS pictures, {_SUMS}"
            f" FROM jobs WHERE {_SINCE} AND ({cost_of()} IS NOT NULL OR {_MAY_COST})"
            f" GROUP BY 1 ORDER BY {order}"
        )
        values = _values(start) | {"now": utc_text(now)}

        def work(connection: sqlite3.Connection) -> tuple[SpendingRow, ...]:
            return tuple(_row(row) for row in connection.execute(sql, values))

        return await self._database.read(work)


def committed_since(connection: sqlite3.Connection, start: datetime) -> Spent:
    """Return what counts against a budget since an aware time, within the running transaction."""
    sql = f"SELECT {_SUMS} FROM jobs WHERE {_SINCE}"  # noqa: S608
    return _spent(connection.execute(sql, _values(start)).fetchone())


def _values(start: datetime) -> dict[str, str]:
    return {"start": utc_text(start), "free": json_text(_FREE_STATES)}


def _spent(row: sqlite3.Row) -> Spent:
    return Spent(float(row["sure"]), float(row["possible"]))


def _row(row: sqlite3.Row) -> SpendingRow:
    return SpendingRow(
        key=str(row["key"]),
        label=str(row["label"]),
        jobs=int(row["jobs"]),
        trainings=int(row["trainings"]),
        pictures=int(row["pictures"]),
        spent=_spent(row),
    )
