"""What a line of the queue says about a job, in words and numbers. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from rich.text import Text

from fluxtui.controllers.jobs.rows import LOOKING, SIGNS, state_word
from fluxtui.domain.durations import elapsed, progress_text
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.widgets.plain import cell
from fluxtui.widgets.table import LateRow, Row

QUEUE_LIMIT = 100
"""How many generations the queue shows; the jobs place has all of them."""

BAR_CELLS = 5


def queued_generations(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Return the newest generations of all profiles, newest first, and every active one."""
    own = [job for job in jobs if job.kind is JobKind.GENERATION]
    own.sort(key=lambda job: job.created_at, reverse=True)
    return tuple(job for index, job in enumerate(own) if index < QUEUE_LIMIT or job.is_active)


def queue_row(job: Job, now: datetime) -> Row:
    """Return a job as a line of the queue."""
    return LateRow(job.id, partial(_cells, job, now))


def _cells(job: Job, now: datetime) -> dict[str, str | Text]:
    return {
        "state": cell(state_text(job), SIGNS[job.state][1]),
        "elapsed": cell(elapsed_text(job, now), "dim"),
        "seed": cell("" if job.seed is None else job.seed, "dim"),
        "profile": cell(job.profile, "dim"),
        "title": title_text(job),
    }


def state_text(job: Job) -> str:
    """Return the state in a word, or as a bar while the service tells the progress."""
    if job.is_active and job.cancel_asked_at is not None:
        return f"{SIGNS[JobState.CANCELLED][0]} stopping"
    if job.is_looked_for:
        return LOOKING
    if job.state is JobState.RUNNING and job.progress is not None:
        return progress_text(job.progress, BAR_CELLS)
    return f"{SIGNS[job.state][0]} {state_word(job.state)}"


def title_text(job: Job) -> str:
    """Return the title, behind how far an upload is or how many wait before it where that is known."""
    status = (job.remote_status or "") if job.is_active else ""
    told = status if job.state is JobState.DRAFT else status.partition(", ")[2]
    return f"{told} · {job.title}" if told else job.title


def elapsed_text(job: Job, now: datetime) -> str:
    """Return how long the service has worked on it, or took."""
    end = job.finished_at or (now if job.is_active else None)
    return elapsed(job.submitted_at, end) if job.submitted_at is not None and end is not None else ""


def followed(jobs: Sequence[Job]) -> Job | None:
    """Return the job to show by itself: the picture that came in last, else the one that will be first.

    `jobs` are newest first.
    """
    done = [job for job in jobs if job.state is JobState.DONE and job.picture]
    if done:
        return max(done, key=lambda job: job.finished_at or job.updated_at)
    active = [job for job in jobs if job.is_active]
    return active[-1] if active else next(iter(jobs), None)
