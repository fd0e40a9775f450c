"""The trainings of all profiles: those that run, then the last ones, and what can be done with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fluxtui.controllers.training import wording
from fluxtui.domain.jobs import JobState

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host
    from fluxtui.controllers.navigation import GenerateWith, ShowJob
    from fluxtui.controllers.training.monitor import TrainingView
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.uses import Trainer

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import GenerateWith, ShowJob


class Trainings:
    """Knows the trainings, tells of one, and cancels it.

    Args:
        host: knows the jobs and asks the user.
        offered: tells the trainers on offer.
    """

    def __init__(self, host: Host, offered: Callable[[], tuple[Trainer, ...]]) -> None:
        self._host = host
        self._offered = offered

    @property
    def all(self) -> tuple[Job, ...]:
        """The trainings, active ones first, else the newest."""
        return wording.trainings_of(self._host.jobs)

    def get(self, job_id: str | None) -> Job | None:
        """Return a training by the id of its job, or None."""
        return next((job for job in self._host.jobs if job.id == job_id), None)

    def time_left(self, job: Job) -> str:
        """Return how long a training will still run, as far as real progress tells, or `''`."""
        return wording.time_left(job, self._host.jobs, self._offered(), self._host.clock())

    async def view(self, job_id: str | None) -> TrainingView | None:
        """Return what is shown of a training, None where its log says nothing of it yet."""
        from fluxtui.controllers.training.monitor import MONITORED, TrainingView
        from fluxtui.domain.training_curve import curve_of

        job = self.get(job_id)
        if job is None or job.state not in MONITORED:
            return None
        log = await self._host.services.jobs.log(job.id)
        view = TrainingView(job, curve_of(log), wording.log_lines(log), self.time_left(job))
        return view if view.says_something else None

    async def cancel(self, job_id: str) -> None:
        """Cancel a training, after asking where it may cost all the same, and say what came of it.

        Raises `FluxError` where it cannot be cancelled now.
        """
        from fluxtui.controllers.jobs.cancelling import cancel

        job = self.get(job_id)
        if job is None:
            return
        if not job.is_active:
            self._host.tell(f"The training of {job.title} is {job.state} already; F6 Jobs has its story.")
            return
        outcome = await cancel(self._host, job)
        self._host.tell(outcome.text, severity=outcome.severity)

    def destination(self, job_id: str) -> GenerateWith | ShowJob | None:
        """Return where a training leads: to its finetune once that is ready, else to its story."""
        from fluxtui.controllers.navigation import GenerateWith, ShowJob

        job = self.get(job_id)
        if job is None:
            return None
        finetune = self._host.finetune_of(f"{job.profile}/{job.finetune_id or job.remote_id}")
        if job.state is JobState.DONE and finetune is not None:
            return GenerateWith(finetune.ref)
        return ShowJob(job.id)
