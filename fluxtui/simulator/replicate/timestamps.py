"""Moments as Replicate writes them: UTC with a Z, and with three, six or nine digits after the point."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

_DIGITS = (3, 6, 9)


def stamp(moment: float | None, of: str) -> str | None:
    """Return `moment` (seconds since the epoch) as text; `of`, anything at all, decides the number of digits.

    Recorded answers mix the three precisions from field to field and from job to job.
    """
    if moment is None:
        return None
    nanoseconds = round(moment * 1e6) * 1000
    seconds, fraction = divmod(nanoseconds, 10**9)
    digits = _DIGITS[zlib.crc32(of.encode()) % len(_DIGITS)]
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{fraction:09}"[: len(whole) + 1 + digits] + "Z"


def moment_of(text: str) -> float:
    """Return the seconds since the epoch of an ISO 8601 text with a zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("A moment needs a zone.")
    return moment.timestamp()
