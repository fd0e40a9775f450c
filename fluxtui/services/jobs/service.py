"""What can be done with jobs: submit, watch, cancel, repeat, and settle those in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import LOST_STATES, NOT_LOOKED_FOR, TERMINAL_STATES, JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import NO_TROUBLE, JobContext
from fluxtui.services.jobs.ids import new_id
from fluxtui.services.jobs.pacing import Pacing
from fluxtui.services.jobs.queue import Paces, place_in_queue
from fluxtui.services.jobs.queues import Queues
from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job, JobEvent
    from fluxtui.services.budget import BudgetService
    from fluxtui.services.jobs.changes import Listener
    from fluxtui.services.jobs.gateway import Gateway
    from fluxtui.services.jobs.queue import Reposition
    from fluxtui.services.jobs.queues import QueueState
    from fluxtui.services.jobs.runner import Runner
    from fluxtui.services.journal import Journal
    from fluxtui.services.storage import StorageService


class JobService:
    """The journal's jobs and their runner.

    Args:
        journal: open.
        storage: prepared.
        gateway: gives the service of each profile.
        owner: names this runner on its leases; must differ for every start of every program.
        clock: tells the time, as an aware UTC datetime.
        pacing: how often services and journal are looked at.
        budget: what every order must fit into; None for no limits.
    """

    def __init__(
        self,
        journal: Journal,
        storage: StorageService,
        gateway: Gateway,
        *,
        owner: str,
        clock: Callable[[], datetime] = utc_now,
        pacing: Pacing | None = None,
        budget: BudgetService | None = None,
    ) -> None:
        self._context = JobContext(journal, storage, gateway, pacing or Pacing(), clock)
        self._paces = Paces(self._context.pacing)
        self._queues = Queues(self._context, self._paces)
        self._owner = owner
        self._pacing = self._context.pacing
        self._budget = budget

    async def run(self) -> None:
        """Drive all active jobs, those found in the journal too, until cancelled.

        When cancelled, requests on their way are waited for within bounds, and no job stays claimed.
        """
        # What drives jobs is not needed to list them, and takes a while to import.
        await asyncio.to_thread(import_module, "fluxtui.services.jobs.runner")
        await self._runner.run()

    @cached_property
    def _runner(self) -> Runner:
        from fluxtui.services.jobs.runner import Runner

        return Runner(self._context, self._owner, self._paces)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on the event loop with every `Change`; the returned function ends that."""
        return self._context.changes.subscribe(listener)

    def wake(self) -> None:
        """Look at the journal now instead of within a second."""
        self._runner.wake()

    def drives(self, job_id: str) -> bool:
        """Tell whether a job is being driven by this program now."""
        return self._runner.drives(job_id)

    async def submit(self, jobs: Sequence[Job]) -> None:
        """Write drafts into the journal, all or none, from where the runner sends them.

        Raises:
            OverBudget: together they do not fit into a budget; nothing was written.
        """
        guard = self._budget.guard(jobs) if self._budget else None
        await self._context.journal.jobs.add(jobs, guard=guard)
        for job in jobs:
            self._context.tell(job)
        await self._queues.tell_if_paused({job.profile for job in jobs})
        self.wake()

    async def check_budget(self, wanted: float, count: int = 1) -> None:
        """Refuse an order early that `submit` would refuse.

        Args:
            wanted: credits of the whole order, as estimated.
            count: how many jobs it has.

        Raises:
            OverBudget: with the figures.
        """
        if self._budget:
            await self._budget.check(wanted, count)

    async def queue_state(self, profile: str) -> QueueState:
        """Return how the queue of a profile stands, all programs taken together. Raises `StorageError`."""
        return await self._queues.state(profile)

    async def queues(self, profile: str) -> tuple[QueueState, ...]:
        """Return the queue of a profile, then those of all others that have jobs. Raises `StorageError`."""
        return await self._queues.all([profile])

    async def pause(self, profile: str) -> bool:
        """Send nothing more of a profile, from any program, and return whether it was not paused before.

        What was sent goes on and is collected.
        """
        return await self._queues.pause(profile)

    async def resume(self, profile: str) -> bool:
        """Let a queue go on, whatever held it, and return whether it was paused."""
        resumed = await self._queues.resume(profile)
        self.wake()
        return resumed

    async def move_up(self, job_id: str) -> Job:
        """Send a queued job one place earlier. Raises `InvalidInput` if it is not in the queue."""
        return await self._placed(job_id, lambda place: place - 1)

    async def move_down(self, job_id: str) -> Job:
        """Send a queued job one place later. Raises `InvalidInput` if it is not in the queue."""
        return await self._placed(job_id, lambda place: place + 1)

    async def to_top(self, job_id: str) -> Job:
        """Send a queued job before all others. Raises `InvalidInput` if it is not in the queue."""
        return await self._placed(job_id, lambda _: 0)

    async def _placed(self, job_id: str, wished: Reposition) -> Job:
        return await place_in_queue(self._context, await self._existing(job_id), wished)

    async def cancel(self, job_id: str) -> Job:
        """Take a job out of the queue, or ask its service to stop it, and return it as it is now.

        What was sent stays active until the service tells how it ended; `Job.cancel_asked_at` tells of the
        wish, which is kept in the journal and passed on by whatever program drives the job.

        Raises:
            InvalidInput: it has been sent, and the service offers no way to call it back.
        """
        jobs = self._context.journal.jobs
        job = await self._existing(job_id)
        # A name of its own: a draft that our own runner is about to send must not be cancelled either.
        canceller = f"{self._owner} cancelling"
        if job.state is JobState.DRAFT and await jobs.claim(job_id, canceller, self._pacing.lease):
            try:
                job = await self._existing(job_id)
                if job.state is JobState.DRAFT:
                    cancelled = await self._context.move(
                        job, JobState.CANCELLED, note="cancelled before it was sent", remote_status=None
                    )
                    self.wake()
                    return cancelled
            finally:
                await jobs.release(canceller)
        if not job.is_active:
            raise InvalidInput(f"The job is {job.state} already; there is nothing to cancel.")
        if job.state is not JobState.DRAFT:
            await self._check_cancelling(job)
        asked = await jobs.ask_to_cancel(job_id)
        self._context.tell(asked)
        self._runner.nudge(job_id)
        return asked

    async def stop_looking(self, job_id: str) -> Job:
        """End a job whose result is being looked for as expired, and return it; it can be looked for again
        later.

        Raises:
            InvalidInput: nothing is being looked for.
        """
        from fluxtui.services.jobs.following import LOOK_AGAIN

        job = await self._existing(job_id)
        if not job.is_looked_for:
            raise InvalidInput(f"The job is {job.state}; nothing is being looked for.")
        ended = await self._without_weights(job)
        if ended is None:
            message = f"It was not looked for any longer; it cost {job.price_words}. {LOOK_AGAIN}"
            ended = await self._context.end(job, JobState.EXPIRED, NOT_LOOKED_FOR, message)
        self._runner.nudge(job_id)
        return ended

    async def _without_weights(self, job: Job) -> Job | None:
        """Finish a training whose finetune can be used without its file; None where there is none."""
        if job.kind is not JobKind.TRAINING:
            return None
        known = await self._context.journal.finetunes.all(job.profile)
        finetune = next((each for each in known if each.job_id == job.id and each.is_usable), None)
        if finetune is None:
            return None
        remark = "(its weights were not looked for any longer; w in Models fetches them)"
        fields = {**NO_TROUBLE, "finetune_id": finetune.id, "finetune_name": finetune.name, "progress": 1.0}
        note = f"finetune {finetune.name} {remark}"
        done = await self._context.move(job, JobState.DONE, note=note, **fields)
        self._context.changes.publish(Change("finetunes", done))
        return done

    async def _check_cancelling(self, job: Job) -> None:
        provider = await self._context.gateway.provider(job.profile)
        if not provider.abilities.cancels or job.state is JobState.COLLECTING:
            raise InvalidInput(
                "It has been sent, and the service cannot call a job back; it is charged "
                f"{show_credits(job.credits)} and will be collected."
            )

    async def retry(self, job_id: str) -> Job:
        """Submit a new job with the same recipe as one that has ended, and return the new one.

        Raises:
            InvalidInput: the job is still active or in doubt.
            OverBudget: it does not fit into a budget.
        """
        job = await self._existing(job_id)
        if job.state not in TERMINAL_STATES:
            raise InvalidInput(f"The job is {job.state}; only one that has ended can be sent again.")
        return await self._submit_again(job)

    async def resend(self, job_id: str) -> Job:
        """Send a job in doubt again as a new one, and close the doubtful one; both may be charged.

        What waits for the doubtful one waits for the new one then.

        Raises:
            InvalidInput: the job is not in doubt.
            OverBudget: it does not fit into a budget beside the doubtful one, which stays as it is.
        """
        job = await self._doubtful(job_id)
        new = await self._submit_again(job)
        for waiting in await self._context.journal.jobs.wait_for_another(job.id, new.id):
            self._context.tell(waiting)
        await self._closed(job, "Sent again", f"sent again as {new.id}; may have been charged")
        return new

    async def give_up(self, job_id: str) -> Job:
        """Close a job in doubt without sending it again. Raises `InvalidInput` if it is not in doubt."""
        job = await self._doubtful(job_id)
        given_up = await self._closed(job, "Given up", "given up; may have been charged")
        self.wake()
        return given_up

    async def _closed(self, job: Job, title: str, note: str) -> Job:
        price = show_credits(job.estimate_credits)
        message = f"The service may have made and charged it ({price}); it is not looked for any longer."
        reason = {"error_title": title, "error": message, "remote_status": None}
        return await self._context.move(job, JobState.CANCELLED, note=note, **reason)

    async def look_again(self, job_id: str) -> Job:
        """Look for a job in doubt, or for a result that was paid for and is not here; costs nothing.

        A job that failed or expired is collecting then, like any whose result is ready, however long ago it
        ended. One in doubt is waiting if it was found, else still in doubt.

        What can be found differs between services (`Abilities.finds`). Where several tasks may be it, the
        oldest is taken: the user has asked for it. What the runner looks for by itself must be the only one.

        Raises:
            InvalidInput: there is nothing to look for.
            ServiceError: the service cannot be asked.
        """
        from fluxtui.services.jobs.doubt import adopt, candidates_for

        job = await self._existing(job_id)
        if job.state in LOST_STATES:
            return await self._collect_again(job)
        job = await self._doubtful(job_id)
        candidates = await candidates_for(self._context, job)
        if not candidates:
            return job
        adopted = await adopt(self._context, job, candidates[0])
        self.wake()
        return adopted

    async def _collect_again(self, job: Job) -> Job:
        if not job.may_be_looked_for:
            raise InvalidInput("The service never gave this job an id, so it cannot be asked for it.")
        note = "looked for again; nothing more is paid"
        fields = {**NO_TROUBLE, "cancel_asked_at": None, "cancel_answer": None}
        looked_for = await self._context.move(job, JobState.COLLECTING, note=note, **fields)
        self.wake()
        return looked_for

    async def get(self, job_id: str) -> Job | None:
        """Return a job, or None if there is none with this id. Raises `StorageError`."""
        return await self._context.journal.jobs.get(job_id)

    async def newest(self, limit: int) -> tuple[Job, ...]:
        """Return the newest jobs, newest first, then every older active one. Raises `StorageError`."""
        recent = await self._context.journal.jobs.recent(limit)
        known = {job.id for job in recent}
        older = [job for job in await self._context.journal.jobs.active() if job.id not in known]
        return (*recent, *sorted(older, key=lambda job: job.created_at, reverse=True))

    async def ended_since(self, moment: datetime) -> tuple[Job, ...]:
        """Return the jobs that ended or fell in doubt after an aware time, oldest first.

        Raises `StorageError`.
        """
        return await self._context.journal.jobs.ended_since(moment)

    async def story(self, job_id: str) -> tuple[JobEvent, ...]:
        """Return what happened to a job, oldest first. Raises `StorageError`."""
        return await self._context.journal.jobs.story(job_id)

    async def log(self, job_id: str) -> str:
        """Return what a job's task printed, or `''` where nothing is known. Raises `StorageError`."""
        return await self._context.journal.logs.get(job_id)

    @property
    def unreadable(self) -> int:
        """How many rows of the journal, of whatever kind, were met that cannot be understood."""
        return len(self._context.journal.unreadable.all)

    async def _existing(self, job_id: str) -> Job:
        job = await self._context.journal.jobs.get(job_id)
        if job is None:
            raise InvalidInput("This job is not in the journal any more.")
        return job

    async def _doubtful(self, job_id: str) -> Job:
        job = await self._existing(job_id)
        if job.state is not JobState.IN_DOUBT:
            raise InvalidInput(f"The job is {job.state}, not in doubt.")
        return job

    async def _submit_again(self, job: Job) -> Job:
        new = job.again(new_id(), self._context.clock())
        await self.submit([new])
        return new
