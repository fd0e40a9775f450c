"""What every step of a job works with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fluxtui.domain.errors import FluxError, StorageError
from fluxtui.services.jobs.changes import Change, Changes
from fluxtui.services.jobs.rhythm import UsualSeconds
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job, JobState
    from fluxtui.services.jobs.gateway import Gateway
    from fluxtui.services.jobs.pacing import Pacing
    from fluxtui.services.journal import Journal
    from fluxtui.services.lora import LoraService
    from fluxtui.services.storage import StorageService

_log = logging.getLogger(__name__)

_CLOCKS_DIFFER = 60.0
"""Seconds from which on a clock is wrong rather than read at another moment."""

NO_TROUBLE: Mapping[str, Any] = MappingProxyType(
    {"remote_status": None, "error_title": None, "error": None, "next_try_at": None, "tries_until": None}
)
"""The fields of a job that goes well."""


@dataclass(frozen=True)
class JobContext:
    """Journal, storage, services and pace, and the one way to change a job so that listeners hear of it."""

    journal: Journal
    storage: StorageService
    gateway: Gateway
    pacing: Pacing
    clock: Callable[[], datetime]
    changes: Changes = field(default_factory=Changes)
    usual_seconds: UsualSeconds = field(default_factory=UsualSeconds)

    @cached_property
    def loras(self) -> LoraService:
        """Checks and keeps LoRAs."""
        from fluxtui.services.lora import LoraService

        return LoraService(self.storage, self.journal)

    async def move(self, job: Job, to: JobState, *, note: str = "", **fields: Any) -> Job:
        """Bring a job to another state and tell of it. Raises `IllegalTransition` and `StorageError`."""
        moved = await self.journal.jobs.move(job.id, to, note=note, **fields)
        self.tell(moved)
        return moved

    async def begin(self, job: Job, *, limit: int, endpoint_limit: int | None) -> Job | None:
        """Bring a draft to submitting if there is room for it, see `JobStore.begin`, and tell of it."""
        ahead = (await self.gateway.api(job.profile)).clock_ahead
        fields = {**NO_TROUBLE, "clock_ahead": ahead if abs(ahead) > _CLOCKS_DIFFER else None}
        begun = await self.journal.jobs.begin(job.id, limit=limit, endpoint_limit=endpoint_limit, **fields)
        if begun is not None:
            self.tell(begun)
        return begun

    async def update(self, job: Job, **fields: Any) -> Job:
        """Change fields of a job other than its state and tell of it, if they differ."""
        if all(getattr(job, name) == value for name, value in fields.items()):
            return job
        updated = await self.journal.jobs.update(job.id, **fields)
        self.tell(updated)
        return updated

    async def tell_trouble(
        self, job: Job, error: FluxError, *, wait: float | None = None, until: datetime | None = None
    ) -> Job:
        """Say on the job why it does not go on for now, and return it; it is tried again.

        One that another driver has ended meanwhile is returned as it is.

        Args:
            job: active.
            error: what happened.
            wait: seconds to the next try, where that is known.
            until: when it ends all the same, where it does.
        """
        _log.info("job %s: %s, trying again", job.id, error.title)
        if isinstance(error, StorageError):
            self.changes.warn(error.title, error.sentence(), job)
        fields = {
            "remote_status": f"{error.title}, trying again",
            "error_title": error.title,
            "error": error.sentence(),
            "next_try_at": None if wait is None else self.clock() + timedelta(seconds=wait),
            "tries_until": until,
        }
        try:
            current = await self.journal.jobs.get(job.id) or job
            return await self.update(current, **fields) if current.is_active else current
        except StorageError:
            # The journal itself may be the trouble: then only those who listen can be told.
            self.tell(job.model_copy(update=fields))
            return job

    async def log(self, job: Job, text: str) -> None:
        """Keep what a task has printed, and tell of it."""
        await self.journal.logs.put(job.id, text)
        self.changes.publish(Change("log", job))

    async def end(self, job: Job, to: JobState, title: str, message: str, **fields: Any) -> Job:
        """Bring a job to an end that is not the hoped-for one, with the reason."""
        reason = {"error_title": title, "error": message, "remote_status": None}
        return await self.move(job, to, note=message, **reason, **fields)

    def tell(self, job: Job) -> None:
        """Tell listeners that a job changed, and if so that it ended."""
        self.changes.publish(Change("jobs", job))
        if not job.is_active:
            self.changes.publish(Change("finished", job))
