"""When a request is made again, and after how long."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fluxtui.domain.errors import FluxError, RateLimited, ServiceError
from fluxtui.system.clock import utc_now
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential back-off with full jitter; all times are seconds.

    Attributes:
        attempts: how often a request is made at most, the first time included.
        first_wait: upper bound of the first wait; it doubles each time.
        longest_wait: no wait is longer, and a service that asks for more is not waited for.
        chance: a number from 0 to 1 each time it is called.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 15.0
    chance: Callable[[], float] = random.random

    def wait_before(self, attempt: int, error: FluxError) -> float | None:
        """Return the seconds to wait before `attempt` (2 is the first repetition), or None to give up."""
        if attempt > self.attempts or not (isinstance(error, ServiceError) and error.retryable):
            return None
        bound = min(self.longest_wait, self.first_wait * 2 ** (attempt - 2))
        wait = bound * (0.5 + self.chance() / 2)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            wait = max(wait, error.retry_after)
        return wait if wait <= self.longest_wait else None


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds named by a `Retry-After` header (a number or a date), or None if unreadable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        return float(text)
    moment = _moment(text)
    return None if moment is None else max(0.0, (moment - (now or utc_now())).total_seconds())


def told_now(headers: Mapping[str, str]) -> datetime | None:
    """Return what time it is by the `Date` of an answer, so that no clock that is wrong here counts."""
    return _moment(headers.get("date", ""))


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
