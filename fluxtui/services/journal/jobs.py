"""Jobs in the journal: every change of state is checked and written with its event in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from fluxtui.domain.jobs import (
    ACTIVE_STATES,
    IN_FLIGHT_STATES,
    IllegalTransition,
    Job,
    JobEvent,
    JobKind,
    JobState,
)
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.job_changes import change_job, find_job, move_job, require_job, write_event
from fluxtui.services.journal.rows import insert, json_text, utc_text
from fluxtui.services.journal.spending import Guard, committed_since

_LONGEST_LEASE = timedelta(minutes=1)
"""No lease lasts longer; one that lies further ahead was written before the clock was set back."""

# From one state in the index to the next, so that it takes no longer for a hundred thousand jobs.
_ODD_STATES = (
    "WITH RECURSIVE there(state) AS (SELECT min(state) FROM jobs UNION ALL"
    " SELECT (SELECT min(state) FROM jobs WHERE state > there.state) FROM there WHERE there.state IS NOT NULL"
    " LIMIT 1000)"
    " SELECT state FROM there WHERE state NOT IN (SELECT value FROM json_each(?2))"
)
"""The SQL for states that there are not, but in the journal."""
_ACTIVE = (
    "SELECT * FROM jobs WHERE state IN (SELECT value FROM json_each(?1)"  # noqa: S608
    f" UNION ALL SELECT state FROM ({_ODD_STATES})) ORDER BY number"
)


class JobStore:
    """The table of jobs and their stories. Every method raises `StorageError` if the journal fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._active: tuple[int, tuple[Job, ...]] | None = None
        """The active jobs of a version of the journal: they are asked for several times for each change."""
        self._known: dict[str, tuple[int, Job]] = {}
        """The active jobs that were read last, with what tells whether their row is another one by now."""

    async def add(self, jobs: Sequence[Job], *, guard: Guard | None = None) -> None:
        """Write new jobs, all or none.

        `guard` is asked first, in the same transaction, so that no other program can spend in between;
        what it raises is raised here, and nothing is written.
        """

        def work(connection: sqlite3.Connection) -> None:
            if guard is not None:
                guard(partial(committed_since, connection))
            for job in jobs:
                insert(connection, "jobs", job)
                write_event(connection, job, self._clock(), "")

        await self._database.write(work)

    async def get(self, job_id: str) -> Job | None:
        """Return a job, or None if there is none with this id."""
        return await self._database.read(lambda connection: find_job(connection, job_id))

    async def move(self, job_id: str, to: JobState, *, note: str = "", **changes: Any) -> Job:
        """Bring a job to another state, with any fields that change with it, and return it.

        The time of submission and of the end are set by the state. `note` goes into the job's story.

        Raises:
            IllegalTransition: that state may not follow, for instance because another program was faster.
            StorageError: there is no such job, or the journal could not be written.
        """
        return await self._database.write(
            lambda connection: move_job(connection, self._clock(), job_id, to, note, changes)
        )

    async def begin(
        self, job_id: str, *, limit: int, endpoint_limit: int | None, **changes: Any
    ) -> Job | None:
        """Bring a draft to submitting if that leaves the service within its limits.

        The limits are checked in the same transaction, so they hold for all programs on the journal together.

        Args:
            job_id: the draft.
            limit: jobs of its profile that may be in flight.
            endpoint_limit: the same for its endpoint, or None for any number.
            changes: fields that change with it.

        Returns:
            The job as it is then: submitting, or cancelled where the user has asked for that; None if there
            is no room, or it waits for its training.

        Raises:
            IllegalTransition: it is no draft any more.
        """

        def work(connection: sqlite3.Connection) -> Job | None:
            job = require_job(connection, job_id)
            is_draft = job.state is JobState.DRAFT
            if is_draft and job.cancel_asked_at is not None:
                note = "cancelled before it was sent"
                return move_job(connection, self._clock(), job_id, JobState.CANCELLED, note, changes)
            if job.waits or (is_draft and _is_full(connection, job, limit, endpoint_limit)):
                return None
            return move_job(connection, self._clock(), job_id, JobState.SUBMITTING, "", changes)

        return await self._database.write(work)

    async def settle(
        self, job_id: str, training_id: str, to: JobState, *, note: str, **changes: Any
    ) -> Job | None:
        """End the waiting of a draft for a training, with the fields that change with it.

        Args:
            job_id: the draft.
            training_id: what it is thought to wait for.
            to: draft, to be sent like any other then, or cancelled.
            note: goes into its story.
            changes: fields that change with it.

        Returns:
            The job, or None where it does not wait for that any more, as another program was faster.
        """

        def work(connection: sqlite3.Connection) -> Job | None:
            job, now = require_job(connection, job_id), self._clock()
            if not job.waits or job.after != training_id:
                return None
            if to is not JobState.DRAFT:
                return move_job(connection, now, job_id, to, note, changes)
            freed = change_job(connection, now, job, {**changes, "after": None})
            write_event(connection, freed, now, note)
            return freed

        return await self._database.write(work)

    async def wait_for_another(self, training_id: str, new_id: str) -> tuple[Job, ...]:
        """Let all drafts that wait for one training wait for another, and return them."""
        sql = "SELECT * FROM jobs WHERE after = ? AND state = ? ORDER BY number"

        def work(connection: sqlite3.Connection) -> tuple[Job, ...]:
            rows = connection.execute(sql, (training_id, JobState.DRAFT)).fetchall()
            jobs, now = self._database.unreadable.read(Job, rows), self._clock()
            return tuple(change_job(connection, now, job, {"after": new_id}) for job in jobs)

        return await self._database.write(work)

    async def arrange(self, profile: str, order: Callable[[Sequence[Job]], Sequence[str]]) -> tuple[Job, ...]:
        """Give drafts of a profile places in the queue.

        Args:
            profile: whose drafts.
            order: gets the active jobs of the profile, oldest first, and returns the ids of those drafts that
                shall have the places 1, 2 ...; all others lose theirs.

        Returns:
            The jobs whose place is another now.
        """
        sql = (
            "SELECT * FROM jobs WHERE profile = ? AND state IN (SELECT value FROM json_each(?))"
            " ORDER BY number"
        )

        def work(connection: sqlite3.Connection) -> tuple[Job, ...]:
            rows = connection.execute(sql, (profile, json_text(tuple(ACTIVE_STATES)))).fetchall()
            jobs = list(self._database.unreadable.read(Job, rows))
            places = {job_id: place for place, job_id in enumerate(order(jobs), 1)}
            drafts = [job for job in jobs if job.state is JobState.DRAFT]
            moved = [job for job in drafts if job.position != places.get(job.id)]
            now = self._clock()
            return tuple(change_job(connection, now, job, {"position": places.get(job.id)}) for job in moved)

        return await self._database.write(work)

    async def ask_to_cancel(self, job_id: str) -> Job:
        """Write down that the user wants an active job cancelled; its driver acts on it, wherever it runs."""

        def work(connection: sqlite3.Connection) -> Job:
            job, now = require_job(connection, job_id), self._clock()
            if job.state not in ACTIVE_STATES or job.cancel_asked_at is not None:
                return job
            asked = change_job(connection, now, job, {"cancel_asked_at": now})
            write_event(connection, asked, now, "asked to cancel")
            return asked

        return await self._database.write(work)

    async def note_cancelling(self, job_id: str, answer: str) -> Job:
        """Write down what the service said to the wish to cancel a job."""

        def work(connection: sqlite3.Connection) -> Job:
            job, now = require_job(connection, job_id), self._clock()
            told = change_job(connection, now, job, {"cancel_answer": answer})
            write_event(connection, told, now, answer)
            return told

        return await self._database.write(work)

    async def update(self, job_id: str, **changes: Any) -> Job:
        """Change fields other than the state, and return the job; nothing is written if nothing differs."""
        return await self._database.write(
            lambda connection: change_job(connection, self._clock(), require_job(connection, job_id), changes)
        )

    async def name_picture(self, job_id: str, path: str) -> Job | None:
        """Write down where the picture of a job is about to be put, unless that place is another job's.

        Checked in the same transaction, so that programs which choose a name at the same moment never both
        have it: whose picture a file is can be told after a crash.

        Args:
            job_id: collecting.
            path: relative to the data directory.

        Returns:
            The job, or None if another one has that place.

        Raises:
            IllegalTransition: it is not collecting any more; another program has finished it.
        """
        sql = (
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = ?1 AND picture = ?2 AND id <> ?3)"
            " OR EXISTS (SELECT 1 FROM pictures WHERE path = ?2 OR moving_to = ?2)"
        )

        def work(connection: sqlite3.Connection) -> Job | None:
            job = require_job(connection, job_id)
            if job.state is not JobState.COLLECTING:
                raise IllegalTransition(job_id, job.state, JobState.DONE)
            if connection.execute(sql, (JobState.COLLECTING, path, job_id)).fetchone()[0]:
                return None
            return change_job(connection, self._clock(), job, {"picture": path})

        return await self._database.write(work)

    async def active(self) -> tuple[Job, ...]:
        """Return the jobs that the program has still something to do for, oldest first.

        Rows in a state that there is not are read as well, so that they are told as unreadable.
        """
        version = await self._database.version()
        if self._active is None or self._active[0] != version:
            self._active = version, await self._database.read(self._read_active)
        return self._active[1]

    def _read_active(self, connection: sqlite3.Connection) -> tuple[Job, ...]:
        """Read the active jobs; to understand a row takes ten times as long as to see that it is the same."""
        known: dict[str, tuple[int, Job]] = {}
        values = (json_text(tuple(ACTIVE_STATES)), json_text(tuple(JobState)))
        for row in connection.execute(_ACTIVE, values):
            mark, before = hash(tuple(row)), self._known.get(row["id"])
            if before is not None and before[0] == mark:
                known[row["id"]] = before
            else:
                for job in self._database.unreadable.read(Job, (row,)):
                    known[job.id] = mark, job
        self._known = known
        return tuple(job for _, job in known.values())

    async def in_states(self, states: Collection[JobState]) -> tuple[Job, ...]:
        """Return the jobs in any of some states, oldest first."""
        sql = "SELECT * FROM jobs WHERE state IN (SELECT value FROM json_each(?)) ORDER BY number"
        return await self._select(sql, (json_text(tuple(states)),))

    async def ended_since(self, moment: datetime) -> tuple[Job, ...]:
        """Return the jobs that ended or fell in doubt after an aware time, oldest first."""
        sql = (
            "SELECT * FROM jobs WHERE state NOT IN (SELECT value FROM json_each(?))"
            " AND coalesce(finished_at, updated_at) > ? ORDER BY number"
        )
        return await self._select(sql, (json_text(tuple(ACTIVE_STATES)), utc_text(moment)))

    async def done(self, kind: JobKind, provider: str, endpoint: str, limit: int = 50) -> tuple[Job, ...]:
        """Return the newest jobs of a kind that an endpoint of a service has finished, newest first."""
        sql = (
            "SELECT * FROM jobs WHERE kind = ? AND provider = ? AND endpoint = ? AND state = ?"
            " ORDER BY number DESC LIMIT ?"
        )
        return await self._select(sql, (kind, provider, endpoint, JobState.DONE, limit))

    async def of_batch(self, batch: str) -> tuple[Job, ...]:
        """Return the jobs of a batch, oldest first."""
        return await self._select("SELECT * FROM jobs WHERE batch = ? ORDER BY number", (batch,))

    async def recent(self, limit: int = 200, *, before: str | None = None) -> tuple[Job, ...]:
        """Return the newest jobs, newest first, or those that came before the job with an id."""
        sql = (
            "SELECT * FROM jobs WHERE ?1 IS NULL OR number < (SELECT number FROM jobs WHERE id = ?1)"
            " ORDER BY number DESC LIMIT ?2"
        )
        return await self._select(sql, (before, limit))

    async def story(self, job_id: str) -> tuple[JobEvent, ...]:
        """Return what happened to a job, oldest first."""

        def work(connection: sqlite3.Connection) -> tuple[JobEvent, ...]:
            rows = connection.execute("SELECT * FROM events WHERE job_id = ? ORDER BY number", (job_id,))
            return tuple(self._database.unreadable.read(JobEvent, rows))

        return await self._database.read(work)

    async def claim(self, job_id: str, owner: str, seconds: float) -> bool:
        """Take or renew the lease on a job for some seconds.

        Returns:
            Whether `owner` holds it now: False while the lease of another owner has not run out. One that
            lies further ahead than a lease can is taken for run out: the clock was set back after it was
            written.
        """
        now = self._clock()
        values = {
            "id": job_id,
            "owner": owner,
            "now": utc_text(now),
            "until": utc_text(now + timedelta(seconds=seconds)),
            "longest": utc_text(now + max(_LONGEST_LEASE, timedelta(seconds=seconds))),
        }
        sql = (
            "UPDATE jobs SET lease_owner = :owner, lease_until = :until WHERE id = :id"
            " AND (lease_owner IS NULL OR lease_owner = :owner"
            " OR lease_until <= :now OR lease_until > :longest)"
        )
        return await self._database.write(
            lambda connection: connection.execute(sql, values).rowcount == 1, quiet=True
        )

    async def release(self, owner: str) -> None:
        """Give back all leases of an owner."""
        sql = "UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = ?"
        await self._database.write(lambda connection: connection.execute(sql, (owner,)).rowcount, quiet=True)

    async def _select(self, sql: str, values: tuple[Any, ...]) -> tuple[Job, ...]:
        return await self._database.read(
            lambda connection: tuple(self._database.unreadable.read(Job, connection.execute(sql, values)))
        )


def _is_full(connection: sqlite3.Connection, job: Job, limit: int, endpoint_limit: int | None) -> bool:
    sql = (
        "SELECT count(*), total(endpoint = ?) FROM jobs"
        " WHERE profile = ? AND state IN (SELECT value FROM json_each(?))"
    )
    values = (job.endpoint, job.profile, json_text(tuple(IN_FLIGHT_STATES)))
    in_flight, at_endpoint = connection.execute(sql, values).fetchone()
    return in_flight >= limit or (endpoint_limit is not None and at_endpoint >= endpoint_limit)
