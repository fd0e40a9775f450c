"""When to ask about a picture: about the time that the last ones of its endpoint were ready, then often."""

from __future__ import annotations

import secrets
from collections import defaultdict, deque
from typing import Final

from fluxtui.services.jobs.pacing import Pacing, Waits

KEPT: Final = 15
"""Of how many last pictures the times are kept; the median of them is not moved by single ones."""
EARLIER: Final = 0.93
"""What was ready when it was first asked about may have been so before: the next is asked about earlier."""
SHARE: Final = 0.06
"""Of the usual time, the wait between two questions once it is over."""
LATE: Final = 2.0
"""Times the usual time, after which a picture is like any other of which nothing is known."""
JITTER: Final = 0.02

Key = tuple[str, str]
"""A provider and an endpoint of it."""

_RANDOM = secrets.SystemRandom()


class UsualSeconds:
    """How long the pictures of each endpoint took lately, from order to result."""

    def __init__(self) -> None:
        self._taken: dict[Key, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))

    def of(self, key: Key) -> float | None:
        """Return the usual seconds, None where nothing is known."""
        taken = sorted(self._taken.get(key, ()))
        return taken[len(taken) // 2] if taken else None

    def is_new(self, key: Key) -> bool:
        """Tell, once for each endpoint, that its pictures of before have not been looked at."""
        is_new = key not in self._taken
        return is_new and self._taken[key] is not None

    def note(self, key: Key, seconds: float, *, unready_at: float | None) -> None:
        """Note that a picture was found to be ready, so many seconds after its order.

        Args:
            key: its provider and endpoint.
            seconds: when it was found; it became ready before.
            unready_at: when it was last found not to be ready, None if it was so at no question.
        """
        became = seconds * EARLIER if unready_at is None else (unready_at + seconds) / 2
        self._taken[key].append(became)

    def remember(self, key: Key, seconds: float) -> None:
        """Note a picture of before, of which only the seconds are known until it was on the disk."""
        self._taken[key].append(seconds)


class PollRhythm:
    """The waits between questions about one job.

    Args:
        pacing: the least and the longest waits.
        waits: those for as long as nothing is known, and once it takes much longer than usual.
        usual: seconds after which it will probably be ready, None where that is not known.
    """

    def __init__(self, pacing: Pacing, waits: Waits, usual: float | None) -> None:
        self._pacing = pacing
        self._waits = waits
        self._usual = usual

    def knowing(self, usual: float | None) -> PollRhythm:
        """Return the same rhythm with another usual time."""
        return PollRhythm(self._pacing, self._waits, usual)

    def next(self, elapsed: float) -> float:
        """Return the wait that is due so many seconds after the order."""
        usual = self._usual
        if usual is None or elapsed > usual * LATE:
            return self._waits.next()
        slowest = self._pacing.slowest_generation
        if elapsed < usual - self._pacing.between_polls / 2:
            return min(usual - elapsed, slowest) * _RANDOM.uniform(1, 1 + JITTER)
        return min(max(usual * SHARE, self._pacing.between_polls), slowest)
