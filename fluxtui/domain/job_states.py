"""The states of jobs, and the transitions that are allowed between them, as data."""

from __future__ import annotations

from enum import StrEnum

from fluxtui.domain.errors import FluxError


class JobKind(StrEnum):
    """What a job pays for."""

    TRAINING = "training"
    GENERATION = "generation"


class JobState(StrEnum):
    """Where a job stands."""

    DRAFT = "draft"
    SUBMITTING = "submitting"
    WAITING = "waiting"
    RUNNING = "running"
    COLLECTING = "collecting"
    DONE = "done"
    IN_DOUBT = "in doubt"
    REFUSED = "refused"
    FAILED = "failed"
    MODERATED = "moderated"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.DRAFT: frozenset({JobState.SUBMITTING, JobState.CANCELLED, JobState.REFUSED}),
    # Back to draft is only for a request that surely was not accepted (refused connection, 429).
    JobState.SUBMITTING: frozenset(
        {JobState.DRAFT, JobState.WAITING, JobState.IN_DOUBT, JobState.REFUSED, JobState.CANCELLED}
    ),
    # Never back to draft: what may have been accepted is only sent again as a new job, by the user.
    JobState.IN_DOUBT: frozenset({JobState.WAITING, JobState.CANCELLED}),
    JobState.WAITING: frozenset(
        {
            JobState.RUNNING,
            JobState.COLLECTING,
            JobState.FAILED,
            JobState.MODERATED,
            JobState.EXPIRED,
            JobState.CANCELLED,
        }
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.WAITING,
            JobState.COLLECTING,
            JobState.FAILED,
            JobState.MODERATED,
            JobState.EXPIRED,
            JobState.CANCELLED,
        }
    ),
    JobState.COLLECTING: frozenset({JobState.RUNNING, JobState.DONE, JobState.FAILED, JobState.EXPIRED}),
    JobState.DONE: frozenset(),
    JobState.REFUSED: frozenset(),
    # Looked for again by the user: it was paid for, and the service may have it after all.
    JobState.FAILED: frozenset({JobState.COLLECTING}),
    JobState.MODERATED: frozenset(),
    JobState.EXPIRED: frozenset({JobState.COLLECTING}),
    JobState.CANCELLED: frozenset(),
}
"""Every state with those that may follow it; anything else is a fault of the program."""

QUEUED_STATES = frozenset({JobState.DRAFT})
REMOTE_STATES = frozenset({JobState.SUBMITTING, JobState.WAITING, JobState.RUNNING, JobState.COLLECTING})
IN_FLIGHT_STATES = frozenset({JobState.SUBMITTING, JobState.WAITING, JobState.RUNNING})
"""States in which a job counts as an active task at the service."""
ACTIVE_STATES = QUEUED_STATES | REMOTE_STATES
TERMINAL_STATES = frozenset(
    {
        JobState.DONE,
        JobState.REFUSED,
        JobState.FAILED,
        JobState.MODERATED,
        JobState.EXPIRED,
        JobState.CANCELLED,
    }
)
"""States that a job does not leave by itself; what it asked for can be sent again as a new one."""


NOT_LOOKED_FOR = "Not looked for"
"""The title of the reason where the user ended the looking for a result, which may be there all the same."""

LOST_STATES = frozenset({JobState.FAILED, JobState.EXPIRED})
"""States in which something was paid for and nothing came of it."""


def may_follow(state: JobState, following: JobState) -> bool:
    """Tell whether a job in `state` may go to `following`."""
    return following in TRANSITIONS[state]


class IllegalTransition(FluxError):
    """A job was asked to go to a state that cannot follow the one it is in; nothing was changed."""

    title = "Not possible now"

    def __init__(self, job_id: str, state: JobState, following: JobState) -> None:
        super().__init__(f"The job {job_id} is {state}, so it cannot become {following}.")
        self.job_id = job_id
        self.state = state
        self.following = following


UNBILLED_STATES = frozenset({JobState.DRAFT, JobState.REFUSED, JobState.CANCELLED})
"""States in which nothing was accepted by the service, so nothing is counted as spent.

A job that was cancelled out of doubt is the exception: its `maybe_billed` stays, and its estimate counts.
"""
