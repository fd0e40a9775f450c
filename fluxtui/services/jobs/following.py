"""Follows a job at the service until its result is saved, or it is known that there will be none."""

from __future__ import annotations

import asyncio

from fluxtui.domain.errors import (
    FluxError,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RateLimited,
    ResultExpired,
    UnexpectedAnswer,
)
from fluxtui.domain.jobs import IllegalTransition, Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.providers.base import Phase, RemoteStatus, RemoteTask
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.delivery import Delivery
from fluxtui.services.jobs.pacing import poll_waits, trouble_waits
from fluxtui.services.jobs.responses import kept_response
from fluxtui.services.jobs.results import finish_saved_picture, save_finetune, save_picture

_KEY_TROUBLE = (NotAuthenticated, NotPermitted)
_DELIVERY_TRIES = 2


class Following:
    """Asks for one accepted job and collects its result; patient with everything that may pass.

    Args:
        context: what jobs work with.
        job: waiting, running or collecting.
    """

    def __init__(self, context: JobContext, job: Job) -> None:
        self._context = context
        self._job = job
        self._waits = poll_waits(context.pacing, training=job.kind is JobKind.TRAINING)
        self._trouble = trouble_waits(context.pacing)
        self._delivery = Delivery(context)
        self._missing_answers = 0
        self._failed_deliveries = 0

    async def follow(self, *, at_once: bool) -> Job:
        """Return the job when it has ended.

        Args:
            at_once: ask before waiting: the job was found in the journal, and its result may expire.
        """
        try:
            return await self._follow(at_once=at_once)
        finally:
            self._delivery.leave(self._job)

    async def _follow(self, *, at_once: bool) -> Job:
        if not at_once:
            await asyncio.sleep(self._waits.next())
        while True:
            try:
                await self._advance()
                self._trouble.reset()
                wait = self._waits.next()
            except IllegalTransition:
                # Another driver brought the job further while this one was held up.
                raise
            except FluxError as error:
                self._job = await self._context.tell_trouble(self._job, error)
                wait = self._wait_after(error)
            if not self._job.is_active:
                return self._job
            await asyncio.sleep(wait)

    def _wait_after(self, error: FluxError) -> float:
        wished = error.retry_after if isinstance(error, RateLimited) else None
        least = self._context.pacing.key_trouble if isinstance(error, _KEY_TROUBLE) else 0.0
        return self._trouble.next(max(wished or 0.0, least))

    async def _advance(self) -> None:
        if self._delivery.facts is not None:
            self._job = await save_picture(self._context, self._job, None, self._delivery)
            return
        if self._job.state is JobState.COLLECTING:
            finished = await finish_saved_picture(self._context, self._job)
            if finished is not None:
                self._job = finished
                return
        status = await self._asked()
        if status.phase is not Phase.MISSING:
            self._missing_answers = 0
        await self._act_on(status)

    async def _asked(self) -> RemoteStatus:
        job = self._job
        provider = await self._context.gateway.provider(job.profile)
        task = RemoteTask(job.kind, job.endpoint, job.remote_id or "", job.polling_url)
        try:
            return await provider.status(task)
        except NotFound as error:
            return RemoteStatus(Phase.MISSING, error.title)

    async def _act_on(self, status: RemoteStatus) -> None:
        match status.phase:
            case Phase.QUEUED:
                await self._show(JobState.WAITING, status)
            case Phase.RUNNING:
                await self._show(JobState.RUNNING, status)
            case Phase.READY:
                await self._collect(status)
            case Phase.MISSING:
                await self._missing()
            case Phase.FAILED:
                await self._failed(JobState.FAILED, "Failed at the service", status)
            case Phase.MODERATED:
                await self._failed(JobState.MODERATED, "Moderated", status)

    async def _show(self, state: JobState, status: RemoteStatus) -> None:
        job = self._job
        fields = {
            "remote_status": status.word,
            "progress": job.progress if status.progress is None else status.progress,
            "error_title": None,
            "error": None,
        }
        if state is JobState.WAITING and job.state is JobState.COLLECTING:
            state = JobState.RUNNING
        if state is job.state:
            self._job = await self._context.update(job, **fields)
        else:
            self._job = await self._context.move(job, state, note=status.word, **fields)

    async def _collect(self, status: RemoteStatus) -> None:
        if self._job.state is not JobState.COLLECTING:
            self._job = await self._context.move(
                self._job,
                JobState.COLLECTING,
                note=status.word,
                remote_status="collecting",
                progress=1.0,
                response=kept_response(self._job, "result", status.answer),
            )
        if self._job.kind is JobKind.TRAINING:
            self._job = await save_finetune(self._context, self._job)
            return
        try:
            self._job = await save_picture(self._context, self._job, status, self._delivery)
        except ResultExpired:
            # The address may have aged while we were away; the service gives a fresh one if it can.
            self._failed_deliveries += 1
            if self._failed_deliveries >= _DELIVERY_TRIES:
                await self._expired("The address of the picture has expired")
        except UnexpectedAnswer as error:
            self._failed_deliveries += not error.retryable
            if self._failed_deliveries < _DELIVERY_TRIES:
                raise
            message = f"{error.sentence()} It cost {show_credits(self._job.credits)}."
            self._job = await self._context.end(self._job, JobState.FAILED, error.title, message)

    async def _missing(self) -> None:
        self._missing_answers += 1
        if self._missing_answers < self._context.pacing.missing_answers:
            return
        what = "training and no finetune of it" if self._job.kind is JobKind.TRAINING else "generation"
        await self._expired(f"The service no longer knows this {what}")

    async def _expired(self, what: str) -> None:
        message = f"{what}, so nothing can be saved; it cost {show_credits(self._job.credits)}."
        self._job = await self._context.end(self._job, JobState.EXPIRED, ResultExpired.title, message)

    async def _failed(self, state: JobState, title: str, status: RemoteStatus) -> None:
        reason = status.message or "The service gives no reason."
        message = f"{status.word}: {reason} It was accepted at {show_credits(self._job.credits)}."
        if self._job.state is JobState.COLLECTING:
            state = JobState.FAILED
        response = kept_response(self._job, "result", status.answer)
        self._job = await self._context.end(self._job, state, title, message, response=response)
