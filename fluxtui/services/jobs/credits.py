"""Holds a queue whose account ran out of credits, and lets it go on when there are enough again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from fluxtui.domain.errors import FluxError, OutOfCredits
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import show_credits
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.pauses import Pause, PauseReason, Pauses
from fluxtui.services.jobs.queue import queue_order
from fluxtui.services.jobs.unexpected import unexpected_fault

_log = logging.getLogger(__name__)

_MAY_MEET_IT = frozenset({JobState.DRAFT, JobState.SUBMITTING})


async def pause_for_credits(context: JobContext, job: Job) -> None:
    """Pause the queue of a job that the account could not pay; say so if it was not paused yet."""
    pause = Pause(reason=PauseReason.CREDITS, since=context.clock(), price=job.estimate_credits)
    if not await Pauses(context.journal).begin(job.profile, pause):
        return
    provider = await context.gateway.provider(job.profile)
    goes_on = (
        "It goes on by itself when there are credits again."
        if provider.abilities.tells_balance
        else "The service does not tell its balance: F6 Jobs lets the queue go on when there is money again."
    )
    notice = (
        f"The account of {job.profile} cannot pay the next job ({show_credits(job.estimate_credits)}); "
        f"nothing was billed. Its queue is paused and keeps its jobs. {goes_on}"
    )
    context.changes.publish(Change("queue"))
    context.changes.publish(Change("trouble", job, OutOfCredits.title, notice))


class CreditWatch:
    """Asks for the balance of paused profiles now and then, aside from all other work."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._pauses = Pauses(context.journal)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[tuple[str, datetime], float] = {}

    def look(self, profile: str, pause: Pause, jobs: Sequence[Job]) -> None:
        """Ask soon whether a paused profile can go on, if it is time.

        Args:
            profile: paused.
            pause: its pause; one of the user's is left alone.
            jobs: the active jobs of the profile, oldest first.
        """
        # A new pause is looked at immediately: what the account has then is what it must come to exceed.
        is_due = self._not_before.get((profile, pause.since), 0.0) <= asyncio.get_running_loop().time()
        if pause.reason is not PauseReason.CREDITS or profile in self._tasks or not is_due:
            return
        task = asyncio.create_task(self._ask(profile, pause, jobs), name=f"balance of {profile}")
        self._tasks[profile] = task
        task.add_done_callback(lambda _: self._tasks.pop(profile, None))

    async def stop(self) -> None:
        """Ask no more."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, profile: str, pause: Pause, jobs: Sequence[Job]) -> None:
        try:
            await self._settle(profile, pause, jobs)
        except FluxError as error:
            _log.info("the queue of %s stays paused: %s", profile, error.message)
        except Exception as error:
            unexpected_fault(f"the balance of {profile}", error)

    async def _settle(self, profile: str, pause: Pause, jobs: Sequence[Job]) -> None:
        if all(job.state not in _MAY_MEET_IT for job in jobs):
            await self._resume(profile, "")
            return
        now = asyncio.get_running_loop().time()
        self._not_before[profile, pause.since] = now + self._context.pacing.balance
        provider = await self._context.gateway.provider(profile)
        balance = (await provider.account()).balance
        if balance is None:
            # The service does not tell; only the user knows when there is money again.
            return
        queue = queue_order(jobs)
        price = queue[0].estimate_credits if queue else pause.price
        if pause.is_over(balance, price):
            await self._resume(
                profile, f"The account has {show_credits(balance)}: the queue of {profile} goes on."
            )
        elif pause.balance is None and await self._pauses.get(profile) == pause:
            await self._pauses.replace(profile, pause.model_copy(update={"balance": balance}))

    async def _resume(self, profile: str, notice: str) -> None:
        pause = await self._pauses.get(profile)
        if pause and pause.reason is PauseReason.CREDITS and await self._pauses.end(profile):
            self._context.changes.publish(
                Change("queue", title="Queue goes on" if notice else "", notice=notice)
            )
