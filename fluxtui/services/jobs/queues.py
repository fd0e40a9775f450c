"""The queues of the profiles as the user sees and steers them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field
from typing import TYPE_CHECKING

from fluxtui.domain.jobs import IN_FLIGHT_STATES
from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.pauses import Pause, PauseReason, Pauses
from fluxtui.services.jobs.queue import Paces, queue_order
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.services.jobs.context import JobContext


@dataclass(frozen=True)
class QueueState:
    """What waits and flies for one profile, all programs on the journal taken together.

    Attributes:
        profile: whose queue.
        in_flight: tasks that are active at the service.
        limit: how many of them it takes at most; None until something was sent from here.
        order: ids of the jobs in the queue, in the order in which they will be sent.
        pause: why nothing is sent, or None.
        rest: seconds until this program tries again, after the service said "not now".
    """

    profile: str
    in_flight: int = 0
    limit: int | None = None
    order: tuple[str, ...] = ()
    pause: Pause | None = None
    rest: float = field(default=0.0, compare=False)


class Queues:
    """Reads, pauses and resumes the queues.

    Args:
        context: what jobs work with.
        paces: how fast it is sent from here.
    """

    def __init__(self, context: JobContext, paces: Paces) -> None:
        self._context = context
        self._paces = paces
        self._pauses = Pauses(context.journal)

    async def state(self, profile: str) -> QueueState:
        """Return how the queue of a profile stands now. Raises `StorageError`."""
        jobs = [job for job in await self._context.journal.jobs.active() if job.profile == profile]
        return QueueState(
            profile,
            in_flight=sum(job.state in IN_FLIGHT_STATES for job in jobs),
            limit=self._paces.limits.get(profile),
            order=tuple(job.id for job in queue_order(jobs)),
            pause=await self._pauses.get(profile),
            rest=self._paces.of(profile).rest,
        )

    async def all(self, profiles: Collection[str]) -> tuple[QueueState, ...]:
        """Return how the queues of some profiles stand, and of all others that have jobs. Like `state`."""
        busy = {job.profile for job in await self._context.journal.jobs.active()}
        names = dict.fromkeys((*profiles, *sorted(busy)))
        return tuple([await self.state(name) for name in names])

    async def pause(self, profile: str) -> bool:
        """Send nothing more of a profile, in any program, until it is resumed; return whether that is new."""
        pause = Pause(reason=PauseReason.USER, since=self._context.clock())
        begun = await self._pauses.begin(profile, pause)
        if begun:
            self._context.changes.publish(Change("queue"))
        return begun

    async def resume(self, profile: str) -> bool:
        """Send again from the queue of a profile, whatever held it, and return whether it was paused."""
        ended = await self._pauses.end(profile)
        self._paces.of(profile).recover()
        if ended:
            self._context.changes.publish(Change("queue"))
        return ended

    async def tell_if_paused(self, profiles: Collection[str]) -> None:
        """Tell listeners which of some profiles are paused, since jobs that were added to them wait."""
        for profile, pause in (await self._pauses.all()).items():
            if profile in profiles:
                notice = f"It waits: the queue of {profile} is held ({pause.reason})."
                self._context.changes.publish(Change("queue", title="Queue paused", notice=notice))
