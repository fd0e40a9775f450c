"""When a training will be ready, from real progress alone: its own, or that of the user's earlier ones."""

from __future__ import annotations

from datetime import datetime

from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.pace import Pace

_TOO_LONG = 1e9
"""Seconds; what is longer, or no number, is nothing that can be told."""
LEAST_PROGRESS = 0.05
"""Below this part of the way a rate says little."""


def seconds_left(job: Job, now: datetime, pace: Pace | None = None, steps: int | None = None) -> float | None:
    """Return for how many seconds a training will still run, or None where nothing is known of that.

    Args:
        job: a training.
        now: the present, aware.
        pace: of the user's own trainings with the same trainer, where there are any.
        steps: for how many steps it is trained.
    """
    if job.state is not JobState.RUNNING or job.cancel_asked_at is not None:
        return None
    if job.progress is not None and LEAST_PROGRESS <= job.progress < 1.0 and job.running_at is not None:
        return (now - job.running_at).total_seconds() * (1.0 - job.progress) / job.progress
    if pace is None or not steps or job.submitted_at is None:
        return None
    left = pace.seconds(steps) - (now - job.submitted_at).total_seconds()
    # One that takes longer than the others did may take any time.
    return left if left > 0 else None


def left_text(seconds: float | None) -> str:
    """Return such a time for people, rounded as far as it is sure: `'about 12 min left'`, or `''`."""
    if seconds is None or not seconds < _TOO_LONG:
        return ""
    if seconds < 60:
        return "under a minute left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min left"
    return f"about {minutes // 60} h {minutes % 60:02d} left"
