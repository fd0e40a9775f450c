"""How often an account may ask: 600 prediction creates and 3000 other requests a minute.

Source: Replicate's documentation on rate limits, read 2026-11. Accounts with little credit may create 6 times
a minute, one at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fluxtui.simulator.replicate import problems

CREATES_PER_MINUTE, OTHERS_PER_MINUTE, FEW_CREATES_PER_MINUTE = 600, 3000, 6
_WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class _Window:
    limit: int
    began: float
    used: int = 0


class Limits:
    """Counts the requests of one account."""

    def __init__(self, *, few_creates: bool) -> None:
        self._few_creates = few_creates
        self._windows: dict[str, _Window] = {}
        self._next_create = -math.inf

    def count(self, kind: str, now: float) -> dict[str, str]:
        """Count a request of `kind` "create" or "other" at `now`; return the headers that tell what is left.

        Raises ProblemError (429), without the wait in its body, when nothing is left.
        """
        window = self._windows.get(kind)
        if window is None or now >= window.began + _WINDOW_SECONDS:
            limit = CREATES_PER_MINUTE if kind == "create" else OTHERS_PER_MINUTE
            window = self._windows[kind] = _Window(limit, now)
        reset = max(1, math.ceil(window.began + _WINDOW_SECONDS - now))
        if window.used >= window.limit:
            raise problems.throttled(reset, told=False)
        window.used += 1
        return {"ratelimit-remaining": str(window.limit - window.used), "ratelimit-reset": str(reset)}

    def check_create(self, now: float) -> None:
        """Let paid work through. Raises ProblemError (429), with the wait in its body, for few credits."""
        if not self._few_creates:
            return
        if now < self._next_create:
            raise problems.throttled(max(1, math.ceil(self._next_create - now)), told=True)
        self._next_create = now + _WINDOW_SECONDS / FEW_CREATES_PER_MINUTE
