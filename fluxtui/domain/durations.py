"""Progress and time in words and signs, and which times can be; pure functions, nothing moves."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job

BAR_CELLS = 8

_TOO_LONG = 1e12
"""Seconds that nothing takes."""
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def progress_text(fraction: float | None, cells: int = BAR_CELLS) -> str:
    """Return a bar and a percentage: `'━━━─────  45%'`; nothing where the progress is not known.

    Args:
        fraction: 0 to 1; anything outside counts as the nearest end.
        cells: length of the bar; 0 for the percentage alone.
    """
    if fraction is None or math.isnan(fraction):
        return ""
    part = min(max(fraction, 0.0), 1.0)
    filled = int(part * cells)
    if 0.0 < part < 1.0:
        # Never full before it is done, never empty once it has begun.
        filled = min(max(filled, 1), cells - 1)
    percent = 100 if part == 1.0 else min(int(part * 100), 99)
    bar = "━" * filled + "─" * (cells - filled) + " " if cells > 0 else ""
    return f"{bar}{percent:3d}%"


def clock_text(moment: datetime, now: datetime) -> str:
    """Return a time of this machine's day, with the date where it is another day: `'14:32:05'`."""
    there, here = moment.astimezone(), now.astimezone()
    return there.strftime("%H:%M:%S" if there.date() == here.date() else "%b %d %H:%M")


def next_try_text(job: Job, now: datetime) -> str:
    """Return when a job in trouble is asked for again and how long it is looked for, or `''`."""
    if not job.is_active or job.next_try_at is None:
        return ""
    again = f"asked again at {clock_text(job.next_try_at, now)}"
    return again if job.tries_until is None else f"{again}, until {clock_text(job.tries_until, now)}"


def duration_text(seconds: float) -> str:
    """Return a duration in at most two units: `'42 s'`, `'3 m 05 s'`, `'2 h 10 m'`, `'4 d 1 h'`.

    What is none, or longer than anything takes, is `'?'`.
    """
    if not abs(seconds) < _TOO_LONG:
        return "?"
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} m {whole % 60:02d} s"
    if whole < 86_400:
        return f"{whole // 3_600} h {whole % 3_600 // 60:02d} m"
    return f"{whole // 86_400} d {whole % 86_400 // 3_600} h"


def elapsed(start: datetime, end: datetime) -> str:
    """Return how long it is from `start` to `end`, both aware: `'3 m 05 s'`."""
    return duration_text((end - start).total_seconds())


def relative_time(then: datetime, now: datetime) -> str:
    """Return how long ago `then` was, both aware: `'now'`, `'5 m ago'`, `'in 2 h'`, `'2026-05-01'`."""
    seconds = (now - then).total_seconds()
    if abs(seconds) < 5:
        return "now"
    if seconds > 30 * 86_400:
        return then.astimezone().strftime("%Y-%m-%d")
    text = _one_unit(abs(seconds))
    return f"{text} ago" if seconds > 0 else f"in {text}"


def _one_unit(seconds: float) -> str:
    for span, unit in _SPANS:
        if seconds >= span:
            return f"{int(seconds // span)} {unit}"
    return f"{int(seconds)} s"


def exact_time(then: datetime) -> str:
    """Return a moment in local time to the second: `'2026-11-23 14:05:09'`."""
    return then.astimezone().strftime("%Y-%m-%d %H:%M:%S")


_FIRST_YEAR, _LAST_YEAR = 1970, 9000
"""Between these every time is one in every zone; nothing that this program tells of is older or younger."""


def can_be(moment: datetime) -> bool:
    """Tell whether a time says its zone and can be turned into that of any other."""
    return moment.tzinfo is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR
