"""What became of several jobs, in one sentence for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural

BAD_STATES = frozenset(
    {JobState.IN_DOUBT, JobState.REFUSED, JobState.FAILED, JobState.MODERATED, JobState.EXPIRED}
)
"""States in which a job has not ended as its user wished; one taken back by the user is none of them."""

_PAID = frozenset({JobState.FAILED, JobState.MODERATED, JobState.EXPIRED})


def outcome_of(jobs: Iterable[Job]) -> str:
    """Return how jobs ended: `'6 pictures, 1 training finished; 1 expired ($0.07 paid)'`.

    Active ones among `jobs` are passed over. Returns `''` where there is nothing to tell.
    """
    ended = [job for job in jobs if not job.is_active]
    done = Counter(job.kind for job in ended if job.state is JobState.DONE)
    came_in = []
    if pictures := done[JobKind.GENERATION]:
        came_in.append(plural(pictures, "picture"))
    if trainings := done[JobKind.TRAINING]:
        came_in.append(f"{plural(trainings, 'training')} finished")
    others = [
        _count_of(state, [job for job in ended if job.state is state])
        for state in JobState
        if state is not JobState.DONE and any(job.state is state for job in ended)
    ]
    return "; ".join(part for part in (", ".join(came_in), ", ".join(others)) if part)


def _count_of(state: JobState, jobs: list[Job]) -> str:
    money = show_credits(sum(job.credits for job in jobs))
    if state in _PAID:
        return f"{len(jobs):,} {state} ({money} paid)"
    if state is JobState.IN_DOUBT:
        return f"{len(jobs):,} in doubt ({money} if accepted)"
    return f"{len(jobs):,} {state}"
