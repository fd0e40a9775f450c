"""What is shown of a training while it runs, and of how it went afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.training_curve import TrainingCurve
from fluxtui.system.dataclass import dataclass

MONITORED = frozenset(
    (JobState.RUNNING, JobState.COLLECTING, JobState.FAILED, JobState.DONE, JobState.CANCELLED)
)
"""States of a training of which there can be a log."""


@dataclass(frozen=True)
class TrainingView:
    """A training with what its log tells.

    Attributes:
        job: the training.
        curve: of its loss.
        log: the last lines that say something, the newest last.
        left: how long it will still run, or `''`.
    """

    job: Job
    curve: TrainingCurve
    log: Sequence[str]
    left: str = ""

    @property
    def says_something(self) -> bool:
        """Whether there is more to see than that it has ended."""
        return bool(self.log) and (bool(self.curve.points) or self.is_live)

    @property
    def is_live(self) -> bool:
        """Whether its log matters by itself: it goes on, or says why it failed."""
        return self.job.is_active or self.job.state is JobState.FAILED
