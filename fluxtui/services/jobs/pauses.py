"""Queues that are held: by the user, or until the account has credits again. Kept in the journal."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    from fluxtui.services.journal import Journal

_log = logging.getLogger(__name__)

_KEY = "queue paused: "


class PauseReason(StrEnum):
    """Why nothing is sent from a queue."""

    USER = "paused by you"
    CREDITS = "out of credits"


class Pause(BaseModel):
    """Nothing of a profile is sent; what was sent before goes on.

    Attributes:
        reason: who or what holds the queue.
        since: when it began, aware.
        price: credits that the account could not pay.
        balance: credits that were left then, once the service has told.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    reason: PauseReason
    since: datetime
    price: float = 0.0
    balance: float | None = None

    def is_over(self, balance: float, price: float) -> bool:
        """Tell whether a queue out of credits can go on by itself.

        It can when the account has more than it had, or the next job costs less, and it is enough for that.

        Args:
            balance: the credits that the account has now.
            price: of the next job in credits.
        """
        if self.reason is not PauseReason.CREDITS or balance < price:
            return False
        return price < self.price or (self.balance is not None and balance > self.balance)


class Pauses:
    """The pauses of all profiles, the same for every program on the journal. All may raise `StorageError`."""

    def __init__(self, journal: Journal) -> None:
        self._notes = journal.notes

    async def all(self) -> dict[str, Pause]:
        """Return the pauses by profile. One that is not understood holds the queue as the user's would."""
        found = {}
        for profile, value in (await self._notes.beginning(_KEY)).items():
            try:
                found[profile] = Pause.model_validate(value)
            except ValidationError:
                _log.warning("what the journal holds about the queue of %r is not understood", profile)
                found[profile] = Pause(reason=PauseReason.USER, since=utc_now())
        return found

    async def get(self, profile: str) -> Pause | None:
        """Return the pause of a profile, or None if its queue goes on."""
        return (await self.all()).get(profile)

    async def begin(self, profile: str, pause: Pause) -> bool:
        """Pause the queue of a profile, and return whether it was not paused before."""
        return await self._notes.add(_KEY + profile, pause.model_dump(mode="json"))

    async def replace(self, profile: str, pause: Pause) -> None:
        """Put a pause in the place of another."""
        await self._notes.set(_KEY + profile, pause.model_dump(mode="json"))

    async def end(self, profile: str) -> bool:
        """Let the queue of a profile go on, and return whether it was paused."""
        return await self._notes.remove(_KEY + profile)
