"""Jobs that wait for a training: let go with its finetune when it is done, cancelled when it made none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from fluxtui.domain.endpoint import GenerationEndpoint
from fluxtui.domain.errors import FluxError, InvalidInput, StorageError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.uses import Offer, finetune_value, why_not
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.journal.rows import UnreadableRow

NO_FINETUNE = "No finetune"
"""The title of the reason why such a job was cancelled."""

_log = logging.getLogger(__name__)


class Waiting:
    """Settles what becomes of the drafts that wait for a training; nothing is sent or paid here.

    Any number of programs may do so on one journal: each step is one transaction that only the first makes.
    """

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._not_before: dict[str, float] = {}

    async def settled(self, active: Sequence[Job]) -> tuple[Job, ...]:
        """Settle the waiting ones among the active jobs whose training has ended.

        Returns:
            The active jobs that can go on now: all but those that wait still or wait no longer in vain.

        Raises:
            StorageError: the journal cannot be used.
        """
        going_on = {job.id for job in active}
        settled = []
        for job in active:
            if not job.waits:
                settled.append(job)
            elif job.cancel_asked_at is not None:
                await self._end(job, "Cancelled before it was sent.")
            elif job.after not in going_on and self._is_due(job):
                freed = await self._settled(job)
                settled += [freed] if freed is not None else []
        return tuple(settled)

    def _is_due(self, job: Job) -> bool:
        return self._not_before.get(job.id, 0.0) <= asyncio.get_running_loop().time()

    async def _settled(self, job: Job) -> Job | None:
        """Return the job where it can go on now, else None."""
        try:
            training = await self._context.journal.jobs.get(str(job.after))
        except UnreadableRow:
            # It may be done: the runner tells of it, and the job waits for somebody.
            return None
        if training is not None and (training.is_active or training.state is JobState.IN_DOUBT):
            return None
        if training is None or training.state is not JobState.DONE:
            await self._end(job, "The training ended without a finetune; nothing was paid for this picture.")
            return None
        try:
            return await self._freed(job, training)
        except FluxError as error:
            if isinstance(error, StorageError) and not isinstance(error, UnreadableRow):
                raise
            # Such as a key that is missing now: nothing is lost by waiting for it.
            self._not_before[job.id] = asyncio.get_running_loop().time() + self._context.pacing.key_trouble
            await self._context.tell_trouble(job, error)
            return None

    async def _freed(self, job: Job, training: Job) -> Job | None:
        journal = self._context.journal
        finetune = await journal.finetunes.get(training.profile, training.finetune_id or "")
        if finetune is None or not finetune.is_usable:
            await self._end(job, "The finetune is not there any more; nothing was paid for this picture.")
            return None
        provider = await self._context.gateway.provider(job.profile)
        try:
            endpoint = provider.endpoint(job.endpoint)
            parameters = _completed(job, endpoint, provider.id, finetune)
        except InvalidInput as error:
            await self._end(job, f"{error.sentence()} Nothing was paid for this picture.")
            return None
        freed = await journal.jobs.settle(
            job.id,
            training.id,
            JobState.DRAFT,
            note=f"the training of {finetune.name} is done",
            parameters=parameters,
            finetune_id=finetune.id,
            finetune_name=finetune.name,
            finetune_profile=finetune.profile if finetune.profile != job.profile else None,
            remote_status=None,
            error_title=None,
            error=None,
        )
        if freed is not None:
            self._context.tell(freed)
        return freed

    async def _end(self, job: Job, reason: str) -> None:
        reasons = {"error_title": NO_FINETUNE, "error": reason, "remote_status": None}
        ended = await self._context.journal.jobs.settle(
            job.id, str(job.after), JobState.CANCELLED, note=reason, **reasons
        )
        if ended is not None:
            self._context.tell(ended)


def _completed(job: Job, endpoint: type, provider_id: str, finetune: Finetune) -> dict[str, object]:
    """Return the recipe of a job with its finetune in it. Raises `InvalidInput` where that does not fit."""
    if not issubclass(endpoint, GenerationEndpoint):
        raise InvalidInput(f"{job.endpoint} does not generate pictures.")
    offer = Offer(job.profile, provider_id, endpoint)
    if reason := why_not(offer, finetune):
        raise InvalidInput(f"{finetune.name} {reason}.")
    return endpoint.checked({**job.parameters, "finetune_id": finetune_value(offer, finetune)}).used()
