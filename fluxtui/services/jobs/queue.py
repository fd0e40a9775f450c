"""Which drafts may be sent now: within the service's limits, in order, and fair between kinds of work."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Container, Sequence

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.services.jobs.pacing import Pacing, Waits

IN_FLIGHT = frozenset({JobState.SUBMITTING, JobState.WAITING, JobState.RUNNING})
"""States in which a job counts as an active task at the service."""


def next_up(
    jobs: Sequence[Job], begun: Container[str], limit: int, endpoint_limit: Callable[[str], int | None]
) -> list[Job]:
    """Return the drafts among the jobs of one profile that can be sent now.

    The kind of which fewer are in flight comes first, so that a long queue of generations does not keep a
    training waiting, nor the other way round; within a kind the order is that of `jobs`.

    Args:
        jobs: all active jobs of the profile, oldest first.
        begun: ids of drafts that are already on their way.
        limit: tasks that may be in flight for the profile.
        endpoint_limit: tasks that may be in flight for an endpoint by its id, or None.
    """
    flying = [job for job in jobs if job.state in IN_FLIGHT or _is_begun(job, begun)]
    kinds = Counter(job.kind for job in flying)
    endpoints = Counter(job.endpoint for job in flying)
    queues: dict[JobKind, deque[Job]] = {kind: deque() for kind in JobKind}
    for job in jobs:
        if job.state is JobState.DRAFT and not _is_begun(job, begun):
            queues[job.kind].append(job)
    chosen: list[Job] = []
    while len(flying) + len(chosen) < limit:
        for queue in queues.values():
            while queue and _is_full(endpoints[queue[0].endpoint], endpoint_limit(queue[0].endpoint)):
                queue.popleft()
        heads = [queue[0] for queue in queues.values() if queue]
        if not heads:
            break
        job = min(heads, key=lambda head: (kinds[head.kind], head.created_at))
        queues[job.kind].popleft()
        kinds[job.kind] += 1
        endpoints[job.endpoint] += 1
        chosen.append(job)
    return chosen


def _is_begun(job: Job, begun: Container[str]) -> bool:
    return job.state is JobState.DRAFT and job.id in begun


def _is_full(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit


class SubmissionPace:
    """How fast one profile may send: at once while all goes well, one at a time after a "not now"."""

    def __init__(self, pacing: Pacing) -> None:
        self._waits = Waits(pacing.first_trouble, pacing.slowest_training, 2.0)
        self._not_before = 0.0
        self._is_slowed = False

    @property
    def is_resting(self) -> bool:
        """Whether nothing is to be sent for now."""
        return asyncio.get_running_loop().time() < self._not_before

    @property
    def at_once(self) -> int | None:
        """How many may be sent at the same time; None for any number."""
        return 1 if self._is_slowed else None

    def slow_down(self, at_least: float | None = None) -> float:
        """Rest, longer each time, at least as long as the service wishes; return for how many seconds."""
        now = asyncio.get_running_loop().time()
        if self._is_slowed and now < self._not_before:
            # One of several that were on their way together: they all met the same obstacle.
            self._not_before = max(self._not_before, now + (at_least or 0.0))
        else:
            self._not_before = now + self._waits.next(at_least or 0.0)
        self._is_slowed = True
        return self._not_before - now

    def recover(self) -> None:
        """Send at full speed again: the service took one."""
        self._waits.reset()
        self._not_before = 0.0
        self._is_slowed = False
