"""Jobs as rows of a table: the words, signs and colours for a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from fluxtui.domain.durations import clock_text, elapsed, progress_text, relative_time
from fluxtui.domain.jobs import NOT_LOOKED_FOR, UNBILLED_STATES, Job, JobKind, JobState
from fluxtui.domain.money import show_credits

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


LOOKING = "↻ looking"
"""In place of the state of a job whose result is not where it should be."""


def state_word(state: JobState) -> str:
    """Return the word for a state."""
    return WORDS.get(state, state.value)


def state_text(job: Job) -> str:
    """Return sign and word for where a job stands; one that is to be cancelled says so."""
    if is_cancelling(job):
        return f"{SIGNS[JobState.CANCELLED][0]} cancelling"
    if job.waits:
        return f"{SIGNS[job.state][0]} waits"
    if job.is_looked_for:
        return LOOKING
    if job.state is JobState.EXPIRED and job.error_title == NOT_LOOKED_FOR:
        return f"{SIGNS[JobState.CANCELLED][0]} left there"
    return f"{SIGNS[job.state][0]} {state_word(job.state)}"


def is_cancelling(job: Job) -> bool:
    """Tell whether it is wished that a job be cancelled, and it has not ended yet."""
    return job.is_active and job.cancel_asked_at is not None


def ordered(jobs: Iterable[Job], places: Mapping[str, int] = MappingProxyType({})) -> tuple[Job, ...]:
    """Return jobs as a person looks for them, newest first but for the queue, which is in its order.

    Doubtful ones come first, then those at the service, the queued ones, those that wait for a training, and
    the rest.

    Args:
        jobs: in any order.
        places: in the queue, by job id, from 1 on.
    """
    return tuple(sorted(jobs, key=lambda job: (_rank(job, places), -job.created_at.timestamp(), job.id)))


def places_of(orders: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return the place of each job in its queue, from 1 on, by job id."""
    return {job_id: place for order in orders for place, job_id in enumerate(order, 1)}


def _rank(job: Job, places: Mapping[str, int]) -> tuple[int, int]:
    if job.state is JobState.IN_DOUBT:
        return (0, 0)
    if job.waits:
        return (3, 0)
    if job.state is JobState.DRAFT:
        return (2, places.get(job.id, 0))
    return (1 if job.is_active else 4, 0)


def kind_word(job: Job) -> str:
    """Return `training` or `picture`."""
    return "training" if job.kind is JobKind.TRAINING else "picture"


def title_cell(job: Job) -> str:
    """Return what a job makes: the finetune that is trained, or the prompt and what it is made with."""
    if job.kind is JobKind.TRAINING:
        return f"training of {job.finetune_name or job.title}"
    return f"{job.title} · {job.finetune_name or job.endpoint}"


def progress_cell(job: Job, now: datetime, place: int | None = None) -> str:
    """Return how far an active job is, or how long a finished one took.

    Args:
        job: any job.
        now: the present, aware.
        place: of a queued job in its queue, if known.
    """
    if not job.is_active:
        return elapsed(job.submitted_at, job.finished_at) if job.submitted_at and job.finished_at else ""
    if job.waits:
        return job.remote_status or "for training"
    if job.submitted_at is None:
        return job.remote_status or ("in the queue" if place is None else f"no. {place} in line")
    if job.is_looked_for and job.next_try_at is not None:
        return f"at {clock_text(job.next_try_at, now)}"
    took = elapsed(job.submitted_at, now)
    return f"{progress_text(job.progress, 0).strip()} {took}" if job.progress is not None else took


def cost_cell(job: Job) -> str:
    """Return what a job cost: `~` before an estimate, `?` behind what may have been charged or not.

    Empty where nothing was accepted; a job that was cancelled while it ran may have cost something.
    """
    if job.maybe_billed:
        return f"{show_credits(job.estimate_credits)}?"
    if job.state is JobState.CANCELLED and job.cost_credits:
        return show_credits(job.cost_credits)
    if job.state in UNBILLED_STATES:
        return "" if job.state is not JobState.DRAFT else f"~{show_credits(job.estimate_credits)}"
    return ("~" if job.cost_credits is None else "") + show_credits(job.credits)


def age_cell(job: Job, now: datetime) -> str:
    """Return how long ago a job was made."""
    return relative_time(job.created_at, now)
