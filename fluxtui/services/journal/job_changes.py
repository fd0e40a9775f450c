"""Changes of one job within a running transaction, and its story; every change of state is checked."""

from __future__ import annotations

import logging
import sqlite3
from datetime import datetime
from typing import Any

from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import (
    ACTIVE_STATES,
    TERMINAL_STATES,
    IllegalTransition,
    Job,
    JobEvent,
    JobState,
    may_follow,
)
from fluxtui.services.journal.rows import from_row, insert, to_column

_log = logging.getLogger(__name__)

_FIXED = frozenset({"id", "kind", "state", "created_at", "updated_at"})


def find_job(connection: sqlite3.Connection, job_id: str) -> Job | None:
    """Return a job of the running transaction, or None."""
    row = connection.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else from_row(Job, row)


def require_job(connection: sqlite3.Connection, job_id: str) -> Job:
    """Return a job of the running transaction. Raises `StorageError` if there is none."""
    job = find_job(connection, job_id)
    if job is None:
        raise StorageError(f"There is no job {job_id} in the journal.")
    return job


def move_job(
    connection: sqlite3.Connection,
    now: datetime,
    job_id: str,
    to: JobState,
    note: str,
    changes: dict[str, Any],
) -> Job:
    """Bring a job to another state within the running transaction. Raises `IllegalTransition`."""
    job = require_job(connection, job_id)
    if not may_follow(job.state, to):
        raise IllegalTransition(job_id, job.state, to)
    about = _times(job.state, to, now) | _NO_TROUBLE | _doubt(to)
    moved = change_job(connection, now, job, about | changes, state=to)
    write_event(connection, moved, now, note)
    if to not in ACTIVE_STATES:
        connection.execute("UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE id = ?", (job_id,))
    return moved


def change_job(
    connection: sqlite3.Connection,
    now: datetime,
    job: Job,
    changes: dict[str, Any],
    *,
    state: JobState | None = None,
) -> Job:
    """Write changed fields of a job, and its state if one is given, within the running transaction.

    Raises:
        TypeError: a field does not exist in a job of this kind or never changes.
    """
    before = job.values()
    wrong = [name for name in changes if name not in before or name in _FIXED]
    if wrong:
        raise TypeError(f"{job.kind} {job.id}: {', '.join(wrong)} cannot be changed")
    changed = Job.model_validate(before | changes | {"state": state or job.state})
    if changed == job:
        return job
    changed = changed.model_copy(update={"updated_at": now})
    columns = {
        name: to_column(name, value) for name, value in changed.values().items() if value != before[name]
    }
    # The names are those of our own class.
    sql = f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?"  # noqa: S608
    connection.execute(sql, (*columns.values(), job.id))
    return changed


def write_event(connection: sqlite3.Connection, job: Job, at: datetime, note: str) -> None:
    """Add a line to a job's story within the running transaction."""
    insert(connection, "events", JobEvent(job_id=job.id, at=at, state=job.state, note=note))
    _log.info("job %s: %s%s", job.id, job.state, f" ({note})" if note else "")


_NO_TROUBLE: dict[str, Any] = {"next_try_at": None, "tries_until": None}


def _times(before: JobState, to: JobState, now: datetime) -> dict[str, Any]:
    if before in TERMINAL_STATES:
        # Looked for again: how long the service may still have it is reckoned anew.
        return {"finished_at": None, "ready_at": None, "missing_since": None}
    if to is JobState.RUNNING and before is not JobState.COLLECTING:
        return {"running_at": now}
    if to is JobState.SUBMITTING:
        return {"submitted_at": now}
    if to is JobState.DRAFT:
        return {"submitted_at": None}
    return {"finished_at": now} if to in TERMINAL_STATES else {}


def _doubt(to: JobState) -> dict[str, Any]:
    """Return whether the estimate may have been charged; a job given up out of doubt keeps what it was."""
    return {} if to is JobState.CANCELLED else {"maybe_billed": to is JobState.IN_DOUBT}
