"""Sends a job, once: written down before, and whatever comes back is written down at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, TrainingEndpoint
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
    StorageError,
)
from fluxtui.domain.jobs import IllegalTransition, Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.providers.base import Accepted, Progress, Provider
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.credits import pause_for_credits
from fluxtui.services.jobs.pacing import trouble_waits
from fluxtui.services.jobs.queue import SubmissionPace
from fluxtui.services.jobs.requests import archive_of, request_of
from fluxtui.services.jobs.responses import kept_response

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
)


class Submission:
    """Brings a draft to the service.

    Args:
        context: what jobs work with.
        pace: of the profile; told of every "not now".
    """

    def __init__(self, context: JobContext, pace: SubmissionPace) -> None:
        self._context = context
        self._pace = pace

    async def submit(self, job: Job) -> Job:
        """Send a draft and return it as it is then: waiting, refused, in doubt, or a draft still or again.

        It stays a draft where the service has no room for it, programs on the same journal taken together.

        Raises:
            StorageError: it could not be written down that it is about to be sent; it was not sent.
        """
        try:
            provider = await self._context.gateway.provider(job.profile)
            request = await asyncio.to_thread(request_of, job, provider, self._context.storage)
        except FluxError as error:
            return await self._refused(job, error)
        try:
            begun = await self._context.begin(
                job, limit=provider.active_limit, endpoint_limit=request.info.active_limit
            )
        except IllegalTransition:
            # Cancelled a moment ago, here or in another program.
            return await self._context.journal.jobs.get(job.id) or job
        if begun is None:
            return job
        job = begun
        try:
            accepted = await self._send(job, provider, request)
        except _SURELY_NOT_SENT as error:
            return await self._back_in_queue(job, error)
        except OutOfCredits as error:
            return await self._unpaid(job, error)
        except _SURELY_REFUSED as error:
            return await self._refused(job, error)
        except FluxError as error:
            title, reason = error.title, error.sentence()
            return await self._noted(job, lambda: self._in_doubt(job, title, reason))
        except BaseException:
            await self._in_doubt(job, "In doubt", "The program ended before the service's answer came.")
            raise
        self._pace.recover()
        return await self._accepted(job, accepted)

    async def _send(self, job: Job, provider: Provider, request: Endpoint) -> Accepted:
        if isinstance(request, GenerationEndpoint):
            return await provider.generate(request)
        if not isinstance(request, TrainingEndpoint):
            raise InvalidInput(f"{job.endpoint} neither trains nor generates.")
        archive = await asyncio.to_thread(archive_of, job, self._context.storage)
        async with self._upload_reported(job) as progress:
            return await provider.train(request, archive, progress)

    @asynccontextmanager
    async def _upload_reported(self, job: Job) -> AsyncIterator[Progress]:
        """Write the progress of an upload on its job every now and then, until the upload ends."""
        sent = [0, 0]

        def progress(done: int, total: int) -> None:
            sent[:] = done, total

        async def report() -> None:
            while True:
                await asyncio.sleep(self._context.pacing.watch)
                if sent[1]:
                    with contextlib.suppress(StorageError):
                        await self._context.update(
                            job, remote_status=f"sending, {sent[0] * 100 // sent[1]} %"
                        )

        reporter = asyncio.create_task(report())
        try:
            yield progress
        finally:
            reporter.cancel()
            await asyncio.gather(reporter, return_exceptions=True)

    async def _accepted(self, job: Job, accepted: Accepted) -> Job:
        return await self._noted(
            job,
            lambda: self._context.move(
                job,
                JobState.WAITING,
                remote_id=accepted.remote_id,
                polling_url=accepted.polling_url,
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

        async def note() -> Job:
            await pause_for_credits(self._context, job)
            return await self._context.move(
                job,
                JobState.DRAFT,
                note=f"{error.title}; nothing was billed; the queue is paused",
                remote_status=error.title,
                error_title=error.title,
                error=error.sentence(),
            )

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
