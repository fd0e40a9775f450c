"""Sends a job, once: written down before, and whatever comes back is written down at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from fluxtui.domain.errors import (
    DatasetError,
    FluxError,
    InvalidInput,
    Moderated,
    NetworkDown,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    OutOfCredits,
    PictureError,
    RateLimited,
    Refused,
    ServiceError,
    StorageError,
    WeightsError,
)
from fluxtui.domain.jobs import IllegalTransition, Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.providers.base import Accepted, PreparedRequest, Provider
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.credits import pause_for_credits
from fluxtui.services.jobs.materials import materials_of
from fluxtui.services.jobs.pacing import trouble_waits
from fluxtui.services.jobs.queue import SubmissionPace
from fluxtui.services.jobs.reporting import transfer_reported
from fluxtui.services.jobs.requests import request_of
from fluxtui.services.jobs.responses import kept_response
from fluxtui.services.jobs.unexpected import unexpected_fault
from fluxtui.system.dataclass import dataclass

_log = logging.getLogger(__name__)

_SURELY_NOT_SENT = (NetworkDown, RateLimited)
_SURELY_REFUSED = (
    Refused,
    NotAuthenticated,
    NotPermitted,
    NotFound,
    Moderated,
    InvalidInput,
    StorageError,
    DatasetError,
    PictureError,
    WeightsError,
)


class _CancelledByUser(Exception):
    """The user does not want the draft any more."""


@dataclass(frozen=True)
class PreparedJob:
    """A draft that only has to be ordered, and where."""

    provider: Provider
    prepared: PreparedRequest


class Submission:
    """Brings a draft to the service.

    Args:
        context: what jobs work with.
        pace: of the profile; told of every "not now".
    """

    def __init__(self, context: JobContext, pace: SubmissionPace) -> None:
        self._context = context
        self._pace = pace

    async def prepare(self, job: Job) -> PreparedJob | Job:
        """Do all that a draft needs before it is billed; may be broken off at any moment.

        Returns:
            What `order` wants, or the job where that is not to be ordered now: refused, cancelled, or a draft
            still, which is tried again later.
        """
        try:
            provider = await self._context.gateway.provider(job.profile)
            return PreparedJob(provider, await self._prepared(job, provider))
        except _CancelledByUser:
            return await self._cancelled(job)
        except ServiceError as error:
            return await self._unprepared(job, error)
        except FluxError as error:
            return await self._refused(job, error)

    async def order(self, job: Job, ready: PreparedJob) -> Job:
        """Send a draft and return it as it is then: waiting, refused, in doubt, or a draft still or again.

        It stays a draft where the service has no room for it, programs on the same journal taken together.

        Raises:
            StorageError: it could not be written down that it is about to be sent; it was not sent.
        """
        limit, endpoint_limit = ready.provider.active_limit, ready.prepared.request.info.active_limit
        try:
            begun = await self._context.begin(job, limit=limit, endpoint_limit=endpoint_limit)
        except IllegalTransition:
            # Cancelled a moment ago, here or in another program.
            return await self._context.journal.jobs.get(job.id) or job
        if begun is None or begun.state is not JobState.SUBMITTING:
            return begun or job
        return await self._sent(begun, ready)

    async def _sent(self, job: Job, ready: PreparedJob) -> Job:
        try:
            async with transfer_reported(self._context, job, "sending") as progress:
                accepted = await ready.provider.order(ready.prepared, progress)
        except _SURELY_NOT_SENT as error:
            return await self._back_in_queue(job, error)
        except OutOfCredits as error:
            return await self._unpaid(job, error)
        except _SURELY_REFUSED as error:
            return await self._refused(job, error)
        except FluxError as error:
            title, reason = error.title, error.sentence()
            return await self._noted(job, lambda: self._in_doubt(job, title, reason))
        except Exception as error:
            reason = unexpected_fault(f"job {job.id}", error).sentence()
            return await self._noted(job, lambda: self._in_doubt(job, "In doubt", reason))
        except BaseException:
            await self._in_doubt(job, "In doubt", "The program ended before the service's answer came.")
            raise
        self._pace.recover()
        return await self._accepted(job, accepted)

    async def _prepared(self, job: Job, provider: Provider) -> PreparedRequest:
        """Do what the request needs and costs nothing, such as uploads; a crash meanwhile loses nothing.

        Raises `_CancelledByUser` as soon as the user does not want the job any more.
        """
        request = await asyncio.to_thread(request_of, job, provider, self._context.storage)
        async with transfer_reported(self._context, job, "uploading") as progress:
            materials = await materials_of(
                job, request, self._context.journal, self._context.storage, progress
            )
            preparing = asyncio.ensure_future(provider.prepare(request, materials))
            watching = asyncio.ensure_future(self._until_unwanted(job))
            try:
                await asyncio.wait({preparing, watching}, return_when=asyncio.FIRST_COMPLETED)
                if not preparing.done():
                    raise _CancelledByUser
                return preparing.result()
            finally:
                for task in (preparing, watching):
                    task.cancel()
                await asyncio.gather(preparing, watching, return_exceptions=True)

    async def _until_unwanted(self, job: Job) -> None:
        while True:
            await asyncio.sleep(self._context.pacing.watch)
            try:
                current = await self._context.journal.jobs.get(job.id)
            except StorageError:
                # Whether it is wanted is asked once more when it begins, in the same transaction.
                continue
            if current is None or current.cancel_asked_at is not None:
                return

    async def _cancelled(self, job: Job) -> Job:
        note = "cancelled before it was sent"
        return await self._noted(
            job, lambda: self._context.move(job, JobState.CANCELLED, note=note, remote_status=None)
        )

    async def _unprepared(self, job: Job, error: ServiceError) -> Job:
        """Try again later what may pass; nothing that is billed has been sent."""
        if isinstance(error, OutOfCredits):
            return await self._unpaid(job, error)
        if not error.retryable:
            return await self._refused(job, error)
        wait = self._pace.slow_down(error.retry_after if isinstance(error, RateLimited) else None)
        status = f"{error.title}, trying again"
        _log.info("job %s: %s; nothing was sent; next try in %.0f s", job.id, error.title, wait)
        return await self._noted(job, lambda: self._context.update(job, remote_status=status))

    async def _accepted(self, job: Job, accepted: Accepted) -> Job:
        return await self._noted(
            job,
            lambda: self._context.move(
                job,
                JobState.WAITING,
                remote_id=accepted.remote_id,
                polling_url=accepted.polling_url,
                addresses=dict(accepted.addresses) or None,
                cost_credits=accepted.cost_credits,
                response=kept_response(job, "submission", accepted.answer),
                remote_status=None,
                error_title=None,
                error=None,
            ),
        )

    async def _back_in_queue(self, job: Job, error: FluxError) -> Job:
        wait = self._pace.slow_down(error.retry_after if isinstance(error, RateLimited) else None)
        return await self._noted(
            job,
            lambda: self._context.move(
                job,
                JobState.DRAFT,
                note=f"{error.title}; nothing was sent; next try in {wait:.0f} s",
                remote_status=f"{error.title}, trying again",
            ),
        )

    async def _unpaid(self, job: Job, error: OutOfCredits) -> Job:
        """Keep the job in its queue, and hold the queue: the other jobs would only meet the same."""
        fields = {"remote_status": error.title, "error_title": error.title, "error": error.sentence()}

        async def note() -> Job:
            await pause_for_credits(self._context, job)
            if job.state is JobState.DRAFT:
                return await self._context.update(job, **fields)
            note = f"{error.title}; nothing was billed; the queue is paused"
            return await self._context.move(job, JobState.DRAFT, note=note, **fields)

        return await self._noted(job, note)

    async def _refused(self, job: Job, error: FluxError) -> Job:
        message = error.sentence()
        return await self._noted(job, lambda: self._context.end(job, JobState.REFUSED, error.title, message))

    async def _in_doubt(self, job: Job, title: str, reason: str) -> Job:
        what = "training" if job.kind is JobKind.TRAINING else "generation"
        message = f"{reason} If the service took this {what}, it costs {show_credits(job.estimate_credits)}."
        return await self._context.end(job, JobState.IN_DOUBT, title, message)

    async def _noted(self, job: Job, write: Callable[[], Awaitable[Job]]) -> Job:
        """Write down what came of a job, however often it takes: once sent, that is known only here."""
        waits = trouble_waits(self._context.pacing)
        while True:
            try:
                return await write()
            except StorageError as error:
                await self._context.tell_trouble(job, error)
            await asyncio.sleep(waits.next())


async def found_submitting(context: JobContext, job: Job) -> Job:
    """Put a job in doubt whose driver ended between sending it and writing down the answer."""
    message = (
        "The program ended while this was being sent, so it is not known whether the service took it. "
        f"If so, it costs {show_credits(job.estimate_credits)}."
    )
    return await context.end(job, JobState.IN_DOUBT, "In doubt", message)
