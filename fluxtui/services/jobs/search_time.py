"""For how long what was paid for is looked for: by time alone, never by a number of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from fluxtui.domain.jobs import Job, JobKind
from fluxtui.providers.base import Keeping
from fluxtui.services.jobs.pacing import Pacing
from fluxtui.system.dataclass import dataclass

LEAST = timedelta(minutes=1)
"""An unbroken series of bad answers lasts at least so long before it is believed."""

OWN_LOOK = timedelta(minutes=15)
"""Times in the journal count only after a program has looked for so long itself: clocks are set."""

DOUBTFUL_WORD = timedelta(minutes=12)
"""For how long a service may say something of a finished task that may still turn out to be wrong."""

_SLOWEST_LOOK = 900.0
_LOOKS = 10


class Absence(StrEnum):
    """What is not there: the task, its result, a word on it that can be believed, or a further picture."""

    TASK = "task"
    RESULT = "result"
    WORD = "word"
    MORE = "more"


@dataclass(frozen=True)
class TimeLeft:
    """How long something will be looked for: seconds still, and when that ends by the clock on the wall."""

    seconds: float
    until: datetime

    @property
    def is_over(self) -> bool:
        """Whether the service cannot have it any more."""
        return self.seconds <= 0


class SearchTime:
    """Measures how long what one job paid for has been away, and says how long it is looked for.

    Within this program time is that of the event loop, which nobody sets. The times in the journal join
    several programs, and are believed only once this one has looked for a while itself.

    Args:
        pacing: how fast this patience passes.
        keeping: what the service says of how long it keeps things.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(self, pacing: Pacing, keeping: Keeping, clock: Callable[[], datetime]) -> None:
        self._factor, self._keeping, self._clock = pacing.search_factor, keeping, clock
        self._series: float | None = None
        self._first: dict[Absence, float] = {}

    def reset(self) -> None:
        """Begin anew: the service has just told of the task, or handed out the result."""
        self._series = None
        self._first.pop(Absence.TASK, None)
        self._first.pop(Absence.WORD, None)

    def time_left(self, job: Job, absence: Absence) -> TimeLeft:
        """Take notice of an answer by which something is away, and say how long it is looked for.

        Args:
            job: as it is in the journal.
            absence: what is away.
        """
        now = asyncio.get_running_loop().time()
        if self._series is None:
            self._series = now
        if absence is Absence.TASK and job.ready_at is not None:
            # It was there: what counts is how long the result of it is kept.
            absence = Absence.RESULT
        here = now - self._first.setdefault(absence, now)
        limit, since = self._limit(job, absence), self._since(job, absence)
        seconds = limit - here
        if since is not None:
            # A time that is yet to come was written before the clock was set back.
            passed = max((self._clock() - since).total_seconds(), 0.0)
            seconds = min(seconds, max(limit - passed, min(limit, self._scaled(OWN_LOOK)) - here))
        seconds = max(seconds, min(limit, self._scaled(LEAST)) - (now - self._series))
        return TimeLeft(seconds, self._clock() + timedelta(seconds=max(seconds, 0.0)))

    def slowest(self) -> float:
        """Return the longest wait in seconds until the next look: the rarer, the longer something is away."""
        if self._series is None:
            return 0.0
        away = asyncio.get_running_loop().time() - self._series
        return min(_SLOWEST_LOOK, away / _LOOKS)

    def _limit(self, job: Job, absence: Absence) -> float:
        training, keeping = job.kind is JobKind.TRAINING, self._keeping
        if absence is Absence.WORD:
            return self._scaled(DOUBTFUL_WORD)
        if absence is Absence.MORE:
            return self._scaled(LEAST)
        if absence is Absence.RESULT or job.ready_at is not None:
            return self._scaled(keeping.weights if training else keeping.pictures)
        return self._scaled(keeping.trainings if training else keeping.generations)

    def _since(self, job: Job, absence: Absence) -> datetime | None:
        if absence in (Absence.WORD, Absence.MORE):
            return None
        return job.ready_at if absence is Absence.RESULT else job.missing_since

    def _scaled(self, span: timedelta) -> float:
        return span.total_seconds() * self._factor
