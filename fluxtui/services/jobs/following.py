"""Follows a job at the service until its result is saved, or it is known that there will be none."""

from __future__ import annotations

import asyncio
import contextlib

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
from fluxtui.domain.text import plural
from fluxtui.providers.base import CancelAnswer, Phase, Provider, RemoteStatus, RemoteTask
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.delivery import Delivery
from fluxtui.services.jobs.finetunes import save_finetune
from fluxtui.services.jobs.pacing import poll_waits, trouble_waits
from fluxtui.services.jobs.requests import task_of
from fluxtui.services.jobs.responses import kept_response
from fluxtui.services.jobs.results import finish_saved_picture, save_picture

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
        self._log = ""
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Ask now rather than when it is time: the user has a wish."""
        self._nudged.set()

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
            await self._rest(self._waits.next())
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
            await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        self._nudged.clear()
        # Not wait_for: before Python 3.12 it can swallow our cancellation.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nudged.wait()

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
        provider = await self._context.gateway.provider(self._job.profile)
        await self._cancel_if_wished(provider)
        status = await self._asked(provider)
        await self._keep_log(status)
        if status.phase is not Phase.MISSING:
            self._missing_answers = 0
        await self._act_on(status)

    @property
    def _task(self) -> RemoteTask:
        return task_of(self._job)

    async def _cancel_if_wished(self, provider: Provider) -> None:
        """Pass on the wish to cancel once it is there, in whatever program it was said."""
        current = await self._context.journal.jobs.get(self._job.id)
        wished = current is not None and current.cancel_asked_at is not None and current.cancel_answer is None
        if not wished or not provider.abilities.cancels or self._job.state is JobState.COLLECTING:
            return
        answer = await provider.cancel(self._task)
        self._job = await self._context.journal.jobs.note_cancelling(self._job.id, answer.value)
        self._context.tell(self._job)

    async def _asked(self, provider: Provider) -> RemoteStatus:
        try:
            return await provider.status(self._task)
        except NotFound as error:
            return RemoteStatus(Phase.MISSING, error.title)

    async def _keep_log(self, status: RemoteStatus) -> None:
        if status.log and status.log != self._log:
            self._log = status.log
            await self._context.log(self._job, status.log)

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
            case Phase.CANCELLED:
                await self._cancelled(status)

    async def _show(self, state: JobState, status: RemoteStatus) -> None:
        job = self._job
        fields = {
            "remote_status": _word(status),
            "progress": job.progress if status.progress is None else status.progress,
            "error_title": None,
            "error": None,
        }
        if state is JobState.WAITING and job.state is JobState.COLLECTING:
            state = JobState.RUNNING
        if state is job.state:
            self._job = await self._context.update(job, **fields)
        else:
            self._job = await self._context.move(job, state, note=_word(status), **fields)

    async def _collect(self, status: RemoteStatus) -> None:
        if self._job.state is not JobState.COLLECTING:
            self._job = await self._context.move(
                self._job,
                JobState.COLLECTING,
                note=status.word,
                remote_status="collecting",
                progress=1.0,
                response=kept_response(self._job, "result", status.answer),
                **_cost(status),
            )
        try:
            if self._job.kind is JobKind.TRAINING:
                may_wait = self._failed_deliveries < _DELIVERY_TRIES - 1
                self._job = await save_finetune(self._context, self._job, status, patient=may_wait)
            else:
                self._job = await save_picture(self._context, self._job, status, self._delivery)
        except ResultExpired:
            # The address may have aged while we were away; the service gives a fresh one if it can.
            self._failed_deliveries += 1
            if self._failed_deliveries >= _DELIVERY_TRIES:
                what = "weights" if self._job.kind is JobKind.TRAINING else "picture"
                await self._expired(f"The address of the {what} has expired")
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
        self._job = await self._context.end(
            self._job, state, title, message, response=response, **_cost(status)
        )

    async def _cancelled(self, status: RemoteStatus) -> None:
        """End a job that the service has stopped; whether it was billed is told as far as it is known."""
        if self._job.state is JobState.COLLECTING:
            await self._failed(JobState.FAILED, "Stopped at the service", status)
            return
        queued = status.unbilled or self._job.cancel_answer == CancelAnswer.GONE.value
        known = status.cost_credits is not None
        money = (
            f"it cost {show_credits(status.cost_credits or 0.0)}"
            if known
            else "nothing was billed"
            if queued
            else "what it had used may be billed"
        )
        self._job = await self._context.move(
            self._job,
            JobState.CANCELLED,
            note=f"{status.word}; {money}",
            remote_status=None,
            maybe_billed=not (queued or known),
            response=kept_response(self._job, "result", status.answer),
            **_cost(status),
        )


def _cost(status: RemoteStatus) -> dict[str, float]:
    """Return the true cost as a field of the job, where the service has told it."""
    return {} if status.cost_credits is None else {"cost_credits": status.cost_credits}


def _word(status: RemoteStatus) -> str:
    if status.queue_position is None:
        return status.word
    return f"{status.word}, {plural(status.queue_position, 'job')} before it"
