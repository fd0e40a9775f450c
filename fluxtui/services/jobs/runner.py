"""Watches the journal and gives every active job a driver: one task each, one driver per job anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any, TypeVar

from fluxtui.domain.errors import FluxError, InvalidInput, JournalGone, StorageError
from fluxtui.domain.jobs import REMOTE_STATES, IllegalTransition, Job, JobState
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.credits import CreditWatch
from fluxtui.services.jobs.doubt import DoubtWatch
from fluxtui.services.jobs.following import Following
from fluxtui.services.jobs.pauses import Pauses
from fluxtui.services.jobs.queue import Paces, next_up
from fluxtui.services.jobs.submission import Submission, found_submitting
from fluxtui.services.jobs.unexpected import unexpected_fault
from fluxtui.services.jobs.waiting import Waiting
from fluxtui.services.journal.rows import UnreadableRow

_log = logging.getLogger(__name__)

_KEEPING_SECONDS = 2.0
"""How long it is believed that pictures can be kept, before that is tried again."""

R = TypeVar("R")


class Runner:
    """Drives all active jobs of a journal, together with any other runners on it.

    Args:
        context: what jobs work with.
        owner: names this runner on its leases; no other runner, now or later, may have the same.
        paces: how fast it sends; read by whoever shows the queues.
    """

    def __init__(self, context: JobContext, owner: str, paces: Paces) -> None:
        self._context = context
        self._owner = owner
        self._drivers: dict[str, asyncio.Task[None]] = {}
        self._followed: dict[str, Following] = {}
        self._not_before: dict[str, float] = {}
        self._paces = paces
        self._pauses = Pauses(context.journal)
        self._credits = CreditWatch(context)
        self._doubt = DoubtWatch(context, owner)
        self._waiting = Waiting(context)
        self._wake = asyncio.Event()
        self._version: int | None = None
        self._keeps_until = 0.0
        self._unreadable = 0

    def wake(self) -> None:
        """Look at the journal now."""
        self._wake.set()

    def nudge(self, job_id: str) -> None:
        """Let the driver of a job, if that is here, look at it now."""
        following = self._followed.get(job_id)
        if following is not None:
            following.nudge()
        self.wake()

    def drives(self, job_id: str) -> bool:
        """Tell whether a job is being driven here now."""
        return job_id in self._drivers

    async def run(self) -> None:
        """Drive jobs until cancelled; then finish what is on its way and give every job back."""
        renewing = asyncio.create_task(self._renew(), name="job leases")
        try:
            while not renewing.done():
                self._wake.clear()
                await self._look_safely()
                # Not wait_for: before Python 3.12 it can swallow our cancellation.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._context.pacing.watch):
                        await self._wake.wait()
            # It only ends by failing, and without leases nothing may be driven: this raises what happened.
            renewing.result()
        finally:
            await self._stop(renewing)

    async def _stop(self, renewing: asyncio.Task[None]) -> None:
        await asyncio.gather(self._credits.stop(), self._doubt.stop())
        drivers = list(self._drivers.values())
        for driver in drivers:
            driver.cancel()
        await asyncio.gather(*drivers, return_exceptions=True)
        # Ended before the release: a renewal after it would keep a job from its next driver.
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        try:
            await self._context.journal.jobs.release(self._owner)
        except StorageError as error:
            _log.warning("the leases are not given back, they run out: %s", error.message)

    async def _look_safely(self) -> None:
        try:
            await self._look()
        except StorageError as error:
            _log.warning("the journal cannot be used, trying again: %s", error.message)
            self._context.changes.warn(error.title, error.sentence())

    async def _look(self) -> None:
        version = await self._context.journal.version()
        if version != self._version:
            self._version = version
            self._context.changes.publish(Change("jobs"))
        profiles: dict[str, list[Job]] = defaultdict(list)
        for job in await self._waiting.settled(await self._context.journal.jobs.active()):
            profiles[job.profile].append(job)
            if job.state in REMOTE_STATES:
                await self._take(job)
        self._doubt.look(await self._context.journal.jobs.in_states({JobState.IN_DOUBT}))
        self._tell_unreadable()
        pauses = await self._pauses.all()
        for profile, pause in pauses.items():
            self._credits.look(profile, pause, profiles[profile])
        for profile in profiles.keys() - pauses.keys():
            for job in await self._sendable(profile, profiles[profile]):
                await self._take(job)

    def _tell_unreadable(self) -> None:
        """Tell of rows that cannot be understood: once, and again when more of them are met."""
        found = self._context.journal.unreadable
        if len(found.all) > self._unreadable and (warning := found.warning()) is not None:
            self._unreadable = len(found.all)
            self._context.changes.warn(warning.title, warning.sentence())

    async def _sendable(self, profile: str, jobs: list[Job]) -> list[Job]:
        """Return the drafts of a profile that can be sent now."""
        pace = self._paces.of(profile)
        if pace.is_resting or all(job.state is not JobState.DRAFT for job in jobs):
            return []
        free = [
            job
            for job in jobs
            if job.state is not JobState.DRAFT or self._is_free(job) or self.drives(job.id)
        ]
        try:
            provider = await self._context.gateway.provider(profile)
        except FluxError:
            # The first draft meets the same error, and its story will say so.
            return next_up(free, self._drivers, 1, lambda _: None)
        self._paces.limits[profile] = provider.active_limit

        def endpoint_limit(endpoint_id: str) -> int | None:
            try:
                return provider.endpoint(endpoint_id).info.active_limit
            except InvalidInput:
                return None

        sendable = next_up(free, self._drivers, provider.active_limit, endpoint_limit)
        on_their_way = sum(job.state is JobState.DRAFT and self.drives(job.id) for job in jobs)
        if sendable and not await self._can_keep():
            return []
        return sendable if pace.at_once is None else sendable[: max(pace.at_once - on_their_way, 0)]

    async def _can_keep(self) -> bool:
        """Tell whether what would be ordered now could be kept; where not, say why and order nothing."""
        now = asyncio.get_running_loop().time()
        if now < self._keeps_until:
            return True
        try:
            await asyncio.to_thread(self._context.storage.check_keeping)
        except StorageError as error:
            message = f"{error.message} Nothing is ordered until what comes of it can be kept."
            self._context.changes.warn(error.title, f"{message} {error.next_step}".strip())
            return False
        self._keeps_until = now + _KEEPING_SECONDS
        return True

    def _is_free(self, job: Job) -> bool:
        now = asyncio.get_running_loop().time()
        return not self.drives(job.id) and self._not_before.get(job.id, 0.0) <= now

    def _rest(self, job_id: str, seconds: float) -> None:
        self._not_before[job_id] = asyncio.get_running_loop().time() + seconds

    async def _take(self, job: Job) -> None:
        """Give a job a driver, unless it has one here or elsewhere."""
        if not self._is_free(job):
            return
        pacing = self._context.pacing
        if not await self._context.journal.jobs.claim(job.id, self._owner, pacing.lease):
            self._rest(job.id, pacing.watch)
            return
        driver = asyncio.create_task(self._drive(job.id), name=f"job {job.id}")
        self._drivers[job.id] = driver
        driver.add_done_callback(lambda task: self._ended(job.id, task))

    def _ended(self, job_id: str, task: asyncio.Task[None]) -> None:
        self._drivers.pop(job_id, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._rest(job_id, self._context.pacing.slowest_trouble)
            _log.error("job %s: its driver failed", job_id, exc_info=error)
        self._wake.set()

    async def _drive(self, job_id: str) -> None:
        """Bring a job as far as it goes; one that stays a draft is given back to the queue."""
        try:
            job = await self._context.journal.jobs.get(job_id)
            if job is not None:
                await self._bring_on(job)
        except IllegalTransition as error:
            # Another driver took over while this one was held up; what it wrote is what counts.
            _log.info("job %s: %s", job_id, error.message)
        except UnreadableRow:
            # The journal remembers it, and the next look tells of it.
            self._rest(job_id, self._context.pacing.slowest_trouble)
        except StorageError as error:
            self._rest(job_id, self._context.pacing.first_trouble)
            _log.warning("job %s: %s", job_id, error.message)
            current = await self._context.journal.jobs.get(job_id)
            if current is not None:
                await self._context.tell_trouble(current, error)

        except Exception as error:
            self._rest(job_id, self._context.pacing.slowest_trouble)
            trouble = unexpected_fault(f"job {job_id}", error)
            current = await self._context.journal.jobs.get(job_id)
            if current is not None:
                wait = self._context.pacing.slowest_trouble
                await self._context.tell_trouble(current, trouble, wait=wait)

    async def _bring_on(self, job: Job) -> None:
        found = job.state
        if found is JobState.SUBMITTING:
            await found_submitting(self._context, job)
            return
        if found is JobState.DRAFT:
            submission = Submission(self._context, self._paces.of(job.profile))
            ready = await submission.prepare(job)
            job = ready if isinstance(ready, Job) else await self._unbroken(submission.order(job, ready))
            if job.state is JobState.DRAFT:
                await self._context.journal.jobs.claim(job.id, self._owner, 0)
        if job.state in REMOTE_STATES:
            following = self._followed[job.id] = Following(self._context, job)
            try:
                await following.follow(at_once=found is not JobState.DRAFT)
            finally:
                self._followed.pop(job.id, None)

    async def _unbroken(self, step: Coroutine[Any, Any, R]) -> R:
        """Finish a step even if we are cancelled meanwhile, within bounds: it may be about money."""
        task = asyncio.ensure_future(step)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=self._context.pacing.last_answer)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise

    async def _renew(self) -> None:
        """Give signs of life for all jobs driven here; let go of those that another driver has taken."""
        pacing = self._context.pacing
        while True:
            await asyncio.sleep(pacing.renewal)
            for job_id in tuple(self._drivers):
                if job_id not in self._drivers:
                    # It ended while the ones before it were renewed.
                    continue
                try:
                    held = await self._context.journal.jobs.claim(job_id, self._owner, pacing.lease)
                except StorageError as error:
                    _log.warning("job %s: its lease cannot be renewed: %s", job_id, error.message)
                    if isinstance(error, JournalGone):
                        self._context.changes.warn(error.title, error.sentence())
                    continue
                driver = self._drivers.get(job_id)
                if not held and driver is not None:
                    driver.cancel()
