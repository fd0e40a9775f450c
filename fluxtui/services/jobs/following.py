"""Follows a job at the service until its result is saved, or it is known that there will be none.

What was paid for ends by time or by the service's own word, not by a number of answers: see `search_time.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from math import inf
from typing import Any

from fluxtui.domain.errors import (
    FluxError,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotThere,
    RateLimited,
    ResultExpired,
    ServiceError,
    UnexpectedAnswer,
    UnreadableResult,
    WeightsError,
)
from fluxtui.domain.jobs import IllegalTransition, Job, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.text import plural
from fluxtui.providers.base import CancelAnswer, Phase, Provider, RemoteStatus, RemoteTask
from fluxtui.services.jobs.context import NO_TROUBLE, JobContext
from fluxtui.services.jobs.delivery import Delivery
from fluxtui.services.jobs.finetunes import save_finetune
from fluxtui.services.jobs.pacing import poll_waits, trouble_waits
from fluxtui.services.jobs.requests import task_of
from fluxtui.services.jobs.responses import kept_response
from fluxtui.services.jobs.results import finish_saved_picture, save_picture
from fluxtui.services.jobs.rhythm import KEPT, PollRhythm
from fluxtui.services.jobs.search_time import Absence, SearchTime, TimeLeft
from fluxtui.services.jobs.unexpected import unexpected_fault

_KEY_TROUBLE = (NotAuthenticated, NotPermitted)

LOOK_AGAIN = "l in Jobs looks for it again, which costs nothing."
"""What a user can do about a result that was paid for and is not here."""


class Following:
    """Asks for one accepted job and collects its result; patient with everything that may pass.

    Args:
        context: what jobs work with.
        job: waiting, running or collecting.
    """

    def __init__(self, context: JobContext, job: Job) -> None:
        self._context = context
        self._job = job
        self._usual = (job.provider, job.endpoint)
        is_training = job.kind is JobKind.TRAINING
        usual = None if is_training else context.usual_seconds.of(self._usual)
        self._rhythm = PollRhythm(context.pacing, poll_waits(context.pacing, training=is_training), usual)
        self._unready_at: float | None = None
        self._began: float | None = None
        """When it was ordered, on the event loop's clock; None where it was found in the journal."""
        self._trouble = trouble_waits(context.pacing)
        self._delivery = Delivery(context)
        self._search_time: SearchTime | None = None
        self._until: datetime | None = None
        self._slowest = 0.0
        self._left: float | None = None
        self._unreadable = ""
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
            self._began = asyncio.get_running_loop().time()
            await self._learn()
            await self._rest(self._rhythm.next(0.0))
        while True:
            try:
                await self._advance()
                self._trouble.reset()
                wait = self._rhythm.next(self._elapsed)
            except IllegalTransition:
                # Another driver brought the job further while this one was held up.
                raise
            except Exception as error:
                trouble = (
                    error if isinstance(error, FluxError) else unexpected_fault(f"job {self._job.id}", error)
                )
                wait = self._wait_after(trouble)
                self._job = await self._context.tell_trouble(self._job, trouble, wait=wait, until=self._until)
            if not self._job.is_active:
                return self._job
            await self._rest(wait)

    async def _learn(self) -> None:
        """Look once how long the pictures of this endpoint took before this program was started."""
        usual, job = self._context.usual_seconds, self._job
        if job.kind is not JobKind.GENERATION or not usual.is_new(self._usual):
            return
        for done in reversed(await self._context.journal.jobs.done(job.kind, *self._usual, limit=KEPT)):
            if done.submitted_at is not None and done.finished_at is not None:
                seconds = (done.finished_at - done.submitted_at).total_seconds()
                usual.remember(self._usual, seconds)
        self._rhythm = self._rhythm.knowing(usual.of(self._usual))

    @property
    def _elapsed(self) -> float:
        """Seconds since it was ordered; as long as can be where that was before."""
        return inf if self._began is None else asyncio.get_running_loop().time() - self._began

    async def _rest(self, seconds: float) -> None:
        # Not wait_for: before Python 3.12 it can swallow our cancellation.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        # Not before: the wish may have come while the service was asked.
        self._nudged.clear()

    def _wait_after(self, error: FluxError) -> float:
        pacing = self._context.pacing
        wished = error.retry_after if isinstance(error, RateLimited) else None
        least = pacing.key_trouble if isinstance(error, _KEY_TROUBLE) else 0.0
        # A service may wish for hours where the result is gone in minutes.
        wait = self._trouble.next(max(min(wished or 0.0, pacing.longest_wish), least), self._slowest)
        return wait if self._left is None else min(wait, max(self._left, pacing.first_trouble))

    async def _advance(self) -> None:
        self._until, self._slowest, self._left = None, 0.0, None
        current = await self._context.journal.jobs.get(self._job.id)
        if current is not None and not current.is_active:
            # The user has stopped the looking, here or in another program.
            self._job = current
            return
        if self._delivery.is_complete:
            self._job = await save_picture(self._context, self._job, None, self._delivery)
            return
        if self._job.state is JobState.COLLECTING:
            finished = await finish_saved_picture(self._context, self._job)
            if finished is not None:
                self._job = finished
                return
        provider = await self._context.gateway.provider(self._job.profile)
        if self._search_time is None:
            self._search_time = SearchTime(
                self._context.pacing, provider.abilities.keeping, self._context.clock
            )
        await self._cancel_if_wished(provider)
        status = await self._asked(provider)
        await self._keep_log(status)
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
            case Phase.ERASED:
                await self._expired("The service says that it has erased the result")
            case Phase.FAILED if status.unsure:
                await self._doubtfully_failed(status)
            case Phase.FAILED:
                await self._failed(JobState.FAILED, "Failed at the service", status)
            case Phase.MODERATED:
                await self._failed(JobState.MODERATED, "Moderated", status)
            case Phase.CANCELLED:
                await self._cancelled(status)

    async def _show(self, state: JobState, status: RemoteStatus) -> None:
        job = self._job
        self._looked_for.reset()
        self._unready_at = self._elapsed
        fields = {
            **NO_TROUBLE,
            "remote_status": _word(status),
            "progress": job.progress if status.progress is None else status.progress,
            "missing_since": None,
        }
        if state is JobState.WAITING and job.state is JobState.COLLECTING:
            state = JobState.RUNNING
        if state is job.state:
            self._job = await self._context.update(job, **fields)
        else:
            self._job = await self._context.move(job, state, note=_word(status), **fields)

    async def _collect(self, status: RemoteStatus) -> None:
        if self._began is not None and self._job.kind is JobKind.GENERATION:
            self._context.usual_seconds.note(self._usual, self._elapsed, unready_at=self._unready_at)
            self._began = None
        await self._note_ready(status)
        try:
            if self._job.kind is JobKind.TRAINING:
                self._job = await save_finetune(self._context, self._job, status)
            else:
                self._job = await save_picture(self._context, self._job, status, self._delivery)
        except UnreadableResult as error:
            if self._delivery.facts is not None:
                await self._without_the_rest(error)
            else:
                await self._unread(error)
        except (ResultExpired, NotThere, UnexpectedAnswer) as error:
            await self._not_at_its_address(error, status)
        except WeightsError as error:
            await self._bad_weights(error, status)
        except ServiceError as error:
            if self._delivery.facts is None:
                raise
            await self._without_the_rest(error)

    async def _note_ready(self, status: RemoteStatus) -> None:
        """Write down that the result is there, its cost and what the service said, before it is fetched."""
        job, now = self._job, self._context.clock()
        known = {"ready_at": job.ready_at if _has_been(job.ready_at, now) else now, "missing_since": None}
        fields: dict[str, Any] = (
            known | {"response": kept_response(job, "result", status.answer)} | _cost(status)
        )
        if job.state is JobState.COLLECTING:
            self._job = await self._context.update(job, **fields)
            return
        fields |= {"remote_status": "collecting", "progress": 1.0}
        self._job = await self._context.move(job, JobState.COLLECTING, note=status.word, **fields)

    async def _unread(self, error: UnreadableResult) -> None:
        """Fetch again what cannot be read: the same bytes for a while are what the service has."""
        same = error.sha256 == self._unreadable
        self._unreadable = error.sha256
        left = self._looked_for.time_left(self._job, Absence.MORE if same else Absence.RESULT)
        if not left.is_over:
            self._look_until(left)
            raise error
        message = f"{error.message} It cost {self._job.price_words}; nothing more is paid for it."
        self._job = await self._context.end(self._job, JobState.FAILED, error.title, message)

    async def _not_at_its_address(self, error: ServiceError, status: RemoteStatus) -> None:
        if self._delivery.facts is not None:
            await self._without_the_rest(error)
            return
        left = self._looked_for.time_left(self._job, Absence.RESULT)
        if left.is_over:
            await self._lost(status, error)
            return
        self._look_until(left, self._looked_for.slowest())
        what = "weights are" if self._job.kind is JobKind.TRAINING else "picture is"
        raise NotThere(f"{error.message} The {what} paid for and looked for, each time at a new address.")

    async def _bad_weights(self, error: WeightsError, status: RemoteStatus) -> None:
        """Fetch bad weights again for a while, then keep the finetune without them."""
        left = self._looked_for.time_left(self._job, Absence.WORD)
        if not left.is_over:
            self._look_until(left, self._looked_for.slowest())
            raise error
        remark = f"(its weights are not here: {error.message} w in Models fetches them again)"
        self._job = await save_finetune(self._context, self._job, status, without_weights=remark)

    async def _lost(self, status: RemoteStatus, error: ServiceError) -> None:
        """End a job whose result cannot be had any more; a finetune may be of use without its file."""
        if self._job.kind is JobKind.TRAINING and status.finetune_id is not None:
            remark = f"(its weights are not here: {error.message} w in Models fetches them again)"
            self._job = await save_finetune(self._context, self._job, status, without_weights=remark)
            return
        what = "weights" if self._job.kind is JobKind.TRAINING else "picture"
        await self._expired(f"The {what} could not be had for as long as the service keeps such things")

    async def _without_the_rest(self, error: ServiceError) -> None:
        """Save the picture that is here; further ones of the same task are waited for only for a while."""
        if not self._looked_for.time_left(self._job, Absence.MORE).is_over:
            raise error
        self._delivery.give_up_more(error.message)
        self._job = await save_picture(self._context, self._job, None, self._delivery)

    async def _missing(self) -> None:
        what = "training and no finetune of it" if self._job.kind is JobKind.TRAINING else "generation"
        if self._job.ready_at is None and not _has_been(self._job.missing_since, self._context.clock()):
            since = self._context.clock()
            self._job = await self._context.update(self._job, missing_since=since)
        left = self._looked_for.time_left(self._job, Absence.TASK)
        if left.is_over:
            await self._expired(f"The service no longer knows this {what}")
            return
        self._look_until(left, self._looked_for.slowest())
        raise NotThere(
            f"The service says that it does not know this {what}, although it accepted it. It is asked again."
        )

    async def _doubtfully_failed(self, status: RemoteStatus) -> None:
        """Believe a failure that may be a passing fault once it has been told for a while."""
        left = self._looked_for.time_left(self._job, Absence.WORD)
        if left.is_over:
            await self._failed(JobState.FAILED, "Nothing to collect", status)
            return
        self._look_until(left)
        raise NotThere(f"{status.message or 'The service does not hand out the result.'} It is asked again.")

    def _look_until(self, left: TimeLeft, slowest: float = 0.0) -> None:
        """Note until when something is looked for, and how rarely at most; the last look is not later."""
        self._until, self._slowest, self._left = left.until, slowest, left.seconds

    @property
    def _looked_for(self) -> SearchTime:
        if self._search_time is None:
            raise RuntimeError("the service has not been asked yet")
        return self._search_time

    async def _expired(self, what: str) -> None:
        message = f"{what}; it cost {self._job.price_words}. {LOOK_AGAIN}"
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
            maybe_billed=not (queued or known),
            response=kept_response(self._job, "result", status.answer),
            **{**NO_TROUBLE, **self._why_cancelled(status, money)},
            **_cost(status),
        )

    def _why_cancelled(self, status: RemoteStatus, money: str) -> dict[str, Any]:
        """Return why a job was cancelled, as fields of it, where it was not by a wish from here."""
        if self._job.cancel_asked_at is not None:
            return {}
        said = f": {status.message}" if status.message else ""
        message = f"It was cancelled at the service, not from here; {money}{said}"
        return {"error_title": "Cancelled at the service", "error": f"{message.rstrip('.')}."}


def _cost(status: RemoteStatus) -> dict[str, float]:
    """Return the true cost as a field of the job, where the service has told it."""
    return {} if status.cost_credits is None else {"cost_credits": status.cost_credits}


def _has_been(moment: datetime | None, now: datetime) -> bool:
    """Tell whether a time is known and past: one yet to come was written by a clock since set back."""
    return moment is not None and moment <= now


def _word(status: RemoteStatus) -> str:
    if status.queue_position is None:
        return status.word
    return f"{status.word}, {plural(status.queue_position, 'job')} before it"
