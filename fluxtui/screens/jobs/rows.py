"""Jobs as rows of a table: the words, signs and colours for a state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fluxtui.domain.jobs import UNBILLED_STATES, Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.widgets.progress import elapsed, progress_text, relative_time

SIGNS: dict[JobState, tuple[str, str]] = {
    JobState.DRAFT: ("○", ""),
    JobState.SUBMITTING: ("↑", ""),
    JobState.WAITING: ("◔", ""),
    JobState.RUNNING: ("◑", ""),
    JobState.COLLECTING: ("↓", ""),
    JobState.DONE: ("✓", "green"),
    JobState.IN_DOUBT: ("?", "bold yellow"),
    JobState.REFUSED: ("✗", "red"),
    JobState.FAILED: ("✗", "red"),
    JobState.MODERATED: ("✗", "red"),
    JobState.EXPIRED: ("✗", "red"),
    JobState.CANCELLED: ("–", "dim"),
}
"""A sign and a style for each state; the word stands beside it, so colour is never the only sign."""

WORDS: dict[JobState, str] = {JobState.DRAFT: "queued", JobState.SUBMITTING: "sending"}
"""States whose name says less to people than another word."""


def state_word(state: JobState) -> str:
    """Return the word for a state."""
    return WORDS.get(state, state.value)


def ordered(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """Return jobs as a person looks for them: doubtful first, then active, then the rest, newest first."""
    return tuple(sorted(jobs, key=lambda job: (_rank(job), -job.created_at.timestamp(), job.id)))


def _rank(job: Job) -> int:
    if job.state is JobState.IN_DOUBT:
        return 0
    return 1 if job.is_active else 2


def kind_word(job: Job) -> str:
    """Return `training` or `picture`."""
    return "training" if job.kind is JobKind.TRAINING else "picture"


def title_cell(job: Job) -> str:
    """Return what a job makes: the finetune that is trained, or the prompt and what it is made with."""
    if job.kind is JobKind.TRAINING:
        return f"training of {job.finetune_name or job.title}"
    return f"{job.title} · {job.finetune_name or job.endpoint}"


def progress_cell(job: Job, now: datetime) -> str:
    """Return how far an active job is, or how long a finished one took."""
    if not job.is_active:
        return elapsed(job.submitted_at, job.finished_at) if job.submitted_at and job.finished_at else ""
    if job.submitted_at is None:
        return job.remote_status or "in the queue"
    took = elapsed(job.submitted_at, now)
    return f"{progress_text(job.progress, 0).strip()} {took}" if job.progress is not None else took


def cost_cell(job: Job) -> str:
    """Return what a job cost, `~` before an estimate, nothing where nothing was accepted."""
    if job.state in UNBILLED_STATES:
        return "" if job.state is not JobState.DRAFT else f"~{show_credits(job.estimate_credits)}"
    return ("~" if job.cost_credits is None else "") + show_credits(job.credits)


def age_cell(job: Job, now: datetime) -> str:
    """Return how long ago a job was made."""
    return relative_time(job.created_at, now)
