"""Drives the active jobs of a journal until none is left, and tells how each goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from fluxtui.collector.report import Report
from fluxtui.domain.errors import JournalDamaged, JournalGone, StorageError
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.outcome import BAD_STATES
from fluxtui.domain.text import safe_text
from fluxtui.services.jobs.pauses import Pauses
from fluxtui.services.journal.rows import UnreadableRow
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.services.bundle import Services
    from fluxtui.services.jobs import Change

LOOK_SECONDS = 5.0
"""How often the journal is looked at even if nobody says that it changed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Collected:
    """What a collector has seen.

    Attributes:
        ended: jobs that ended or fell in doubt meanwhile, whoever drove them.
        left: jobs that are still active.
        gave_up: whether nothing has changed for too long.
        is_gone: whether the journal was deleted meanwhile, so that nothing is known of what is left.
        unreadable: how many jobs of the journal cannot be understood, so that nobody brings them in.
    """

    ended: tuple[Job, ...]
    left: tuple[Job, ...]
    gave_up: bool = False
    is_gone: bool = False
    unreadable: int = 0

    @property
    def is_good(self) -> bool:
        """Whether nothing is left and nothing ended badly."""
        whole = not self.is_gone and not self.left and not self.unreadable
        return whole and not any(job.state in BAD_STATES for job in self.ended)


async def jobs_to_collect(services: Services) -> tuple[Job, ...]:
    """Return the active jobs that can go on: those in a queue that is held wait for somebody to let it go.

    What waits for a training in doubt, or for one that cannot be read, waits for somebody too. Raises
    `StorageError` if the journal cannot be read.
    """
    held = await Pauses(services.journal).all()
    active = await services.journal.jobs.active()
    doubtful = {job.id for job in await services.journal.jobs.in_states({JobState.IN_DOUBT})}
    doubtful |= {row.key for row in services.journal.unreadable.jobs}
    return tuple(
        job
        for job in active
        if job.state is not JobState.DRAFT or (job.profile not in held and job.after not in doubtful)
    )


class Collector:
    """Drives jobs together with whoever else does, and follows those that others drive.

    Args:
        services: open.
        report: told of every change.
        watch: stay when no job is left, for new ones, as long as the report has a reader.
        idle_limit: seconds without any change after which it is given up; None for never.
    """

    def __init__(
        self, services: Services, report: Report, *, watch: bool = False, idle_limit: float | None = None
    ) -> None:
        self._services = services
        self._report = report
        self._watch = watch
        self._idle_limit = idle_limit
        self._jobs: dict[str, Job] = {}
        self._told: dict[str, tuple[JobState, str | None]] = {}
        self._news = asyncio.Event()
        self._stopping = False
        self._gave_up = False
        self._is_gone = False
        self._changed_at = 0.0

    def stop(self) -> None:
        """End soon: requests on their way are waited for within bounds, and every job is given back."""
        self._stopping = True
        self._news.set()

    async def run(self) -> Collected:
        """Collect, and return what became of the jobs. Raises `StorageError` if the journal is damaged."""
        self._changed_at = asyncio.get_running_loop().time()
        unsubscribe = self._services.jobs.subscribe(self._hear)
        driving = asyncio.create_task(self._services.jobs.run(), name="collecting")
        driving.add_done_callback(lambda _: self._news.set())
        try:
            while not driving.done() and await self._is_needed():
                # Not wait_for: before Python 3.12 it can swallow our cancellation.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._news.wait()
        finally:
            driving.cancel()
            with suppress(asyncio.CancelledError):
                await driving
            unsubscribe()
        if not self._is_gone:
            await self._look()
        jobs = self._jobs.values()
        return Collected(
            tuple(job for job in jobs if not job.is_active),
            tuple(job for job in jobs if job.is_active),
            self._gave_up,
            self._is_gone,
            len(self._services.journal.unreadable.jobs),
        )

    async def _is_needed(self) -> bool:
        self._news.clear()
        if self._stopping:
            return False
        try:
            await self._services.journal.check()
            await self._look()
            going_on = await jobs_to_collect(self._services)
        except JournalGone as error:
            self._tell_gone(error)
            self._is_gone = True
            return False
        except JournalDamaged:
            if not any(self._services.jobs.drives(job_id) for job_id in self._jobs):
                raise
            return True
        except StorageError as error:
            _log.warning("the journal cannot be read, trying again: %s", error.message)
            return True
        if not going_on:
            return self._watch and self._report.has_reader
        quiet = asyncio.get_running_loop().time() - self._changed_at
        if self._idle_limit is not None and quiet >= self._idle_limit:
            self._gave_up = True
            _log.warning("nothing has changed for %.0f hours; the jobs go on at the next start", quiet / 3600)
        return not self._gave_up

    def _tell_gone(self, error: JournalGone) -> None:
        """Say by what name the service knows what was paid for, which is written down nowhere else now."""
        sentences = [error.sentence()]
        for job in self._jobs.values():
            if job.is_active and job.remote_id is not None:
                known = f"“{job.title}” at {job.provider} ({job.profile}): {job.remote_id}, {job.price_words}"
                sentences.append(f"Still at the service: {known}.")
        for sentence in sentences:
            self._report.alarm(sentence)
            _log.error("%s", safe_text(sentence))

    async def _look(self) -> None:
        """Read the active jobs, and those that were active and no longer are."""
        jobs = self._services.journal.jobs
        active = await jobs.active()
        for job in active:
            self._note(job)
        for job_id in self._gone({job.id for job in active}):
            try:
                ended = await jobs.get(job_id)
            except UnreadableRow:
                # The journal remembers it, and the runner tells of it.
                del self._jobs[job_id]
                continue
            if ended is not None:
                self._note(ended)

    def _gone(self, active: Collection[str]) -> list[str]:
        return [job.id for job in self._jobs.values() if job.is_active and job.id not in active]

    def _hear(self, change: Change) -> None:
        if change.job is not None:
            self._note(change.job, heard=True)
        if change.notice:
            tell = self._report.alarm if change.kind == "trouble" else self._report.say
            tell(f"{change.title}: {change.notice}")
        self._news.set()

    def _note(self, job: Job, *, heard: bool = False) -> None:
        known = self._jobs.get(job.id)
        if heard and known is not None and job.is_active and not known.is_active:
            # Said before the journal was read; the times in it do not tell, since clocks are set.
            return
        self._jobs[job.id] = job
        news = (job.state, job.error)
        if self._told.get(job.id) != news:
            self._told[job.id] = news
            self._changed_at = asyncio.get_running_loop().time()
            self._report.tell(job)
