"""How long a training or a picture will take, and has still, from how long those took that have finished."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Pace:
    """Seconds for one step, from order to result, and of how many trainings that is the median."""

    seconds_per_step: float
    trainings: int

    def seconds(self, steps: int) -> float:
        """Return the seconds that a training of so many steps may take."""
        return self.seconds_per_step * steps


def pace_of(jobs: Iterable[Job], provider: str, endpoint: str, steps_field: str) -> Pace | None:
    """Return the pace of a trainer, or None where none of the jobs was a training that it has finished.

    The end of a training is when it was noticed, which may be late where nobody was there; hence the median.

    Args:
        jobs: any.
        provider: id of the service.
        endpoint: id of the trainer.
        steps_field: the parameter that holds the steps.
    """
    paces = []
    for job in jobs:
        is_its = (job.kind, job.provider, job.endpoint) == (JobKind.TRAINING, provider, endpoint)
        if not is_its or job.state is not JobState.DONE:
            continue
        steps = job.parameters.get(steps_field)
        if isinstance(steps, int) and steps > 0 and job.submitted_at and job.finished_at:
            paces.append((job.finished_at - job.submitted_at).total_seconds() / steps)
    return Pace(median(paces), len(paces)) if paces else None


def picture_seconds(jobs: Iterable[Job], provider: str, endpoint: str) -> float | None:
    """Return the seconds from order to result that a picture usually takes, None where none has been made.

    Args:
        jobs: any.
        provider: id of the service.
        endpoint: id of the endpoint.
    """
    times = []
    for job in jobs:
        is_its = (job.kind, job.provider, job.endpoint) == (JobKind.GENERATION, provider, endpoint)
        if is_its and job.state is JobState.DONE and job.submitted_at and job.finished_at:
            times.append((job.finished_at - job.submitted_at).total_seconds())
    return median(times) if times else None


def batch_seconds(pictures: Sequence[float], at_once: int) -> float:
    """Return the seconds that pictures may take together.

    Args:
        pictures: the seconds that each of them takes alone.
        at_once: how many the service works on at the same time.
    """
    return max([*pictures, sum(pictures) / max(at_once, 1)], default=0.0)


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
