"""The order of the queue, as the user changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.queue import queue_order

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
