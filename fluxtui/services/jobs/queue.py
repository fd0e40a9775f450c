"""Which drafts may be sent now: within the service's limits, in order, and fair between kinds of work."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import IN_FLIGHT_STATES, JobKind, JobState
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.pacing import Waits

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job
    from fluxtui.services.jobs.context import JobContext
    from fluxtui.services.jobs.pacing import Pacing


def next_up(
    jobs: Sequence[Job], begun: Container[str], limit: int, endpoint_limit: Callable[[str], int | None]
) -> list[Job]:
    """Return the drafts among the jobs of one profile that can be sent now.

    Those that the user gave a place come first, in that order. Of the others, the kind of which fewer are in
    flight comes first, so that a long queue of generations does not keep a training waiting, nor the other
    way round; within a kind the order is that of `jobs`. What waits for its training is not among them.

    Args:
        jobs: all active jobs of the profile, oldest first.
        begun: ids of drafts that are already on their way.
        limit: tasks that may be in flight for the profile.
        endpoint_limit: tasks that may be in flight for an endpoint by its id, or None.
    """
    flying = [job for job in jobs if job.state in IN_FLIGHT_STATES or _is_begun(job, begun)]
    kinds = Counter(job.kind for job in flying)
    endpoints = Counter(job.endpoint for job in flying)
    drafts = [
        job for job in jobs if job.state is JobState.DRAFT and not job.waits and not _is_begun(job, begun)
    ]
    placed = deque(sorted((job for job in drafts if job.position is not None), key=_place))
    kept = {
        kind: deque(job for job in drafts if job.position is None and job.kind is kind) for kind in JobKind
    }
    chosen: list[Job] = []
    while len(flying) + len(chosen) < limit:
        for queue in (placed, *kept.values()):
            while queue and _is_full(endpoints[queue[0].endpoint], endpoint_limit(queue[0].endpoint)):
                queue.popleft()
        queues = [placed] if placed else [queue for queue in kept.values() if queue]
        if not queues:
            break
        job = min(queues, key=lambda queue: (kinds[queue[0].kind], queue[0].created_at)).popleft()
        kinds[job.kind] += 1
        endpoints[job.endpoint] += 1
        chosen.append(job)
    return chosen


def queue_order(jobs: Sequence[Job]) -> list[Job]:
    """Return the drafts among the active jobs of one profile in the order in which they will be sent."""
    return next_up(jobs, (), 2 * len(jobs), lambda _: None)


def _place(job: Job) -> int:
    return job.position or 0


def _is_begun(job: Job, begun: Container[str]) -> bool:
    return job.state is JobState.DRAFT and job.id in begun


def _is_full(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit


class SubmissionPace:
    """How fast one profile may send: at once while all goes well, one at a time after a "not now"."""

    def __init__(self, pacing: Pacing) -> None:
        self._waits = Waits(pacing.first_trouble, pacing.slowest_training, 2.0)
        self._longest_rest = pacing.longest_rest
        self._not_before = 0.0
        self._is_slowed = False

    @property
    def is_resting(self) -> bool:
        """Whether nothing is to be sent for now."""
        return asyncio.get_running_loop().time() < self._not_before

    @property
    def rest(self) -> float:
        """Seconds until something may be sent."""
        return max(0.0, self._not_before - asyncio.get_running_loop().time())

    @property
    def at_once(self) -> int | None:
        """How many may be sent at the same time; None for any number."""
        return 1 if self._is_slowed else None

    def slow_down(self, at_least: float | None = None) -> float:
        """Rest, longer each time, as the service wishes within bounds; return for how many seconds."""
        now = asyncio.get_running_loop().time()
        at_least = min(at_least or 0.0, self._longest_rest)
        if self._is_slowed and now < self._not_before:
            # One of several that were on their way together: they all met the same obstacle.
            self._not_before = max(self._not_before, now + at_least)
        else:
            self._not_before = now + self._waits.next(at_least)
        self._is_slowed = True
        return self._not_before - now

    def recover(self) -> None:
        """Send at full speed again: the service took one."""
        self._waits.reset()
        self._not_before = 0.0
        self._is_slowed = False


class Paces:
    """How fast each profile may send from here, and how many tasks its service takes.

    Attributes:
        limits: tasks at a time by profile, of those whose service was asked for here.
    """

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._paces: dict[str, SubmissionPace] = {}
        self.limits: dict[str, int] = {}

    def of(self, profile: str) -> SubmissionPace:
        """Return the pace of a profile."""
        return self._paces.setdefault(profile, SubmissionPace(self._pacing))


Reposition = Callable[[int], int]
"""From the present index in the queue to the wished one."""


async def place_in_queue(context: JobContext, job: Job, wished: Reposition) -> Job:
    """Put a draft at another place in the queue of its profile and return it.

    Jobs in front of it, and those that the user has placed before, keep the order that they have now.
    One that has been sent meanwhile is not moved: the job is returned as it is.

    Raises:
        InvalidInput: it is not in the queue.
    """
    found = False

    def order(jobs: Sequence[Job]) -> list[str]:
        nonlocal found
        queue = queue_order(jobs)
        ids = [other.id for other in queue]
        placed = sum(other.position is not None for other in queue)
        if job.id not in ids:
            return ids[:placed]
        found = True
        before = ids.index(job.id)
        after = min(max(wished(before), 0), len(ids) - 1)
        ids.insert(after, ids.pop(before))
        unplaced_before = before >= placed
        return ids[: max(placed + unplaced_before, after + 1)] if after != before else ids[:placed]

    moved = await context.journal.jobs.arrange(job.profile, order)
    if not found:
        raise InvalidInput("It is not in the queue any more; only what was not sent yet can be moved.")
    for other in moved:
        context.changes.publish(Change("jobs", other))
    if moved:
        context.changes.publish(Change("queue"))
    return await context.journal.jobs.get(job.id) or job
