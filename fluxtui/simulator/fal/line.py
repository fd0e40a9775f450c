"""The line in which the jobs of one account wait: so many run at a time, first come, first served.

Source: fal.ai documentation on concurrency, read 2026-11: jobs over the limit are not refused, they stay
IN_QUEUE.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from math import floor

from fluxtui.simulator.fal.jobs import FalJob
from fluxtui.simulator.fal.outcomes import NO_START

_STRANGERS = 2
"""How many jobs of other accounts stand before a new one."""


def advance(jobs: Sequence[FalJob], now: float, at_once: int) -> list[FalJob]:
    """Start every job of one account (in order of acceptance) whose turn has come; return those changed.

    What has started keeps its times, so the outcome does not depend on how often this is called.
    """
    waiting = [job for job in jobs if job.ended_at is None]
    if not waiting:
        return []
    ends = heapq.nlargest(
        at_once, (job.ended_at for job in jobs if job.started_at is not None and job.ended_at is not None)
    )
    heapq.heapify(ends)
    changed = []
    for job in waiting:
        start = job.accepted_at + job.wait
        if len(ends) == at_once:
            start = max(start, ends[0])
        if job.start_timeout is not None and start > job.accepted_at + job.start_timeout:
            if now >= job.accepted_at + job.start_timeout:
                job.end(job.accepted_at + job.start_timeout, NO_START)
                changed.append(job)
            continue
        if start <= now:
            job.begin(start)
            changed.append(job)
        end = start + job.run
        if len(ends) == at_once:
            heapq.heapreplace(ends, end)
        else:
            heapq.heappush(ends, end)
    return changed


def position_of(job: FalJob, jobs: Sequence[FalJob], now: float) -> int:
    """Return how many jobs stand before a waiting one: strangers' at first, or the account's own."""
    ahead = 0
    for other in jobs:
        if other is job:
            break
        ahead += other.ended_at is None
    waited = (now - job.accepted_at) / job.wait if job.wait else 1.0
    strangers = floor((1 - min(1.0, max(0.0, waited))) * _STRANGERS + 0.999)
    return max(ahead, strangers)
