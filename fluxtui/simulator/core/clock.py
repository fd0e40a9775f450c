"""The simulator's notion of now, which a test may move by hand."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Gives the seconds since the epoch."""


class ManualClock:
    """A clock that only moves when told to."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`; a negative number is refused with ValueError."""
        if seconds < 0:
            raise ValueError("A clock only moves forward.")
        self._now += seconds
