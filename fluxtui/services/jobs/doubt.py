"""Looks for jobs in doubt among what their service tells of the account; nothing is ever sent for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import IllegalTransition, Job, JobKind, JobState
from fluxtui.domain.text import safe_text
from fluxtui.providers.base import Candidate, Provider, Sought
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.materials import known_addresses
from fluxtui.services.jobs.pacing import Waits
from fluxtui.services.jobs.unexpected import unexpected_fault

_log = logging.getLogger(__name__)

_TIMES_ARE_CUT = timedelta(seconds=2)
_RAREST = 3600.0
"""Seconds between two looks for something that is old by the clock."""
_SHARE_OF_AGE = 1 / 30
"""How long to wait for the next look, as a share of how long a job is in doubt already."""
_JOBS_LOOKED_AT = 2_000
_UNSETTLED = frozenset({JobState.SUBMITTING, JobState.IN_DOUBT})


class DoubtWatch:
    """Looks for doubtful jobs by itself: at once, then ever less often for as long as the service says.

    What was accepted can be missing from the service's list for a while, or until it has ended
    (`Abilities.found_within`), so one look is not enough. When that time is
    over by the clock, an hour lies between two looks.

    Args:
        context: what jobs work with.
        owner: holds the lease on a job while it is looked for, so that one program does.
    """

    def __init__(self, context: JobContext, owner: str) -> None:
        self._context = context
        self._owner = owner
        self._waits: dict[str, Waits] = {}
        self._not_before: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def look(self, doubtful: Sequence[Job]) -> None:
        """Begin to look for those of the jobs in doubt for which it is time."""
        for job in doubtful:
            due = self._not_before.get(job.id, 0.0) <= asyncio.get_running_loop().time()
            if job.id in self._tasks or not due:
                continue
            self._put_off(job)
            task = asyncio.create_task(self._look_for(job), name=f"looking for {job.id}")
            self._tasks[job.id] = task
            task.add_done_callback(partial(self._ended, job.id))

    async def stop(self) -> None:
        """Look no more."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(job_id, None)

    def _put_off(self, job: Job) -> None:
        pacing = self._context.pacing
        waits = self._waits.setdefault(job.id, Waits(pacing.first_search, pacing.slowest_search, 2.0))
        share = self._age(job).total_seconds() * _SHARE_OF_AGE
        # The clock on the wall may be wrong by hours: it makes the looks rarer and never ends them.
        wait = waits.next(at_least=min(share, _RAREST))
        self._not_before[job.id] = asyncio.get_running_loop().time() + wait

    def _age(self, job: Job) -> timedelta:
        return self._context.clock() - (job.submitted_at or job.created_at)

    async def _look_for(self, job: Job) -> None:
        jobs = self._context.journal.jobs
        try:
            provider = await self._context.gateway.provider(job.profile)
            if job.kind not in provider.abilities.finds:
                return
            if self._age(job) > provider.abilities.found_within:
                self._not_before[job.id] = asyncio.get_running_loop().time() + _RAREST
            if not await jobs.claim(job.id, self._owner, self._context.pacing.lease):
                return
            candidates = await candidates_for(self._context, job)
            if len(candidates) == 1 and await _is_sure(self._context, candidates[0], job, provider):
                await adopt(self._context, job, candidates[0])
            else:
                _log.info("job %s: %d tasks may be it, none is surely", job.id, len(candidates))
                await jobs.claim(job.id, self._owner, 0)
        except IllegalTransition:
            _log.info("job %s: settled meanwhile", job.id)
        except FluxError as error:
            _log.info("job %s: cannot be looked for now: %s", job.id, error.message)
        except Exception as error:
            unexpected_fault(f"looking for job {job.id}", error)


async def adopt(context: JobContext, job: Job, found: Candidate) -> Job:
    """Let a job in doubt go on as what was found at the service, and tell of it.

    Raises `IllegalTransition` if it is not in doubt any more.
    """
    adopted = await context.move(
        job,
        JobState.WAITING,
        note=f"found at the service as {safe_text(found.remote_id, limit=120)}",
        remote_id=found.remote_id,
        polling_url=found.polling_url,
        addresses=dict(found.addresses) or None,
        error_title=None,
        error=None,
    )
    what = (
        f"training of {job.finetune_name or job.title}"
        if job.kind is JobKind.TRAINING
        else f"picture “{job.title}”"
    )
    notice = f"The {what} had been accepted; it goes on."
    context.changes.publish(Change("jobs", adopted, "Found at the service", notice))
    return adopted


async def candidates_for(context: JobContext, job: Job) -> list[Candidate]:
    """Return what may have come of a job in doubt, oldest first; none where the service tells nothing of it.

    It agrees with what was sent as far as the service tells, and does not belong to another job. Raises
    `ServiceError` if the service cannot be asked, and other `FluxError`s if the job cannot be read any more.
    """
    provider = await context.gateway.provider(job.profile)
    if job.kind not in provider.abilities.finds:
        return []
    sought = await sought_of(context, job, provider)
    taken = await _taken(context, job)
    candidates = [found for found in await provider.find(sought) if found.remote_id not in taken]
    # Other jobs may have got their answer while the service was asked.
    taken = await _taken(context, job)
    candidates = [found for found in candidates if found.remote_id not in taken]
    return sorted(candidates, key=lambda found: (found.created_at is None, str(found.created_at)))


async def sought_of(context: JobContext, job: Job, provider: Provider) -> Sought:
    """Return a job as its service would know it. Raises `InvalidInput` if it fits no endpoint any more."""
    request = provider.endpoint(job.endpoint).checked(job.parameters)
    archive_url, addresses = await known_addresses(job, request, context.journal, context.storage)
    name = job.finetune_name or job.title
    return Sought(request, name, job.sent_at, archive_url, addresses, job.id)


async def _is_sure(context: JobContext, found: Candidate, job: Job, provider: Provider) -> bool:
    """Tell whether the only task that may be a job's is it: made after it was sent, and by no twin.

    One with exactly its input may seem to have been made before, by clocks that differ; then it must not be
    that of a twin either which was given up or sent again.
    """
    if found.created_at is None or job.sent_at is None or context.journal.unreadable.jobs:
        # It may be the task of a job of which nothing can be read.
        return False
    seems_older = found.created_at < job.sent_at - _TIMES_ARE_CUT
    if seems_older and not found.exact:
        return False
    # Read after the service was asked: the finetune of a twin on its way may be in its list already.
    others = list(await context.journal.jobs.in_states(_UNSETTLED))
    if seems_older:
        recent = await context.journal.jobs.recent(_JOBS_LOOKED_AT)
        others += [other for other in recent if other.state is JobState.CANCELLED and other.maybe_billed]
    for other in others:
        if other.id == job.id or other.profile != job.profile or other.kind is not job.kind:
            continue
        if found.may_be(await sought_of(context, other, provider)):
            return False
    return True


async def _taken(context: JobContext, job: Job) -> set[str]:
    """Return ids that belong to other jobs, or were seen before this one was sent."""
    others = await context.journal.jobs.recent(_JOBS_LOOKED_AT)
    taken = {other.remote_id for other in others if other.remote_id and other.profile == job.profile}
    for finetune in await context.journal.finetunes.all(job.profile):
        seen = finetune.refreshed_at or finetune.created_at
        seen_before = seen is not None and job.submitted_at is not None and seen < job.submitted_at
        if seen_before or finetune.job_id not in {None, job.id}:
            taken.add(finetune.id)
    return taken
