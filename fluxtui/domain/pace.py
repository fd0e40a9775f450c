"""How long a training or a picture will take, from how long those took that have finished."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from fluxtui.domain.jobs import Job, JobKind, JobState


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
