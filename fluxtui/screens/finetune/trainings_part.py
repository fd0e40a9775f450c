"""The trainings in the finetune place: their times, the end of a log, and what can be done with one."""

from __future__ import annotations

from typing import ClassVar

from textual import on

from fluxtui.app.state import guarded
from fluxtui.controllers.jobs.cancelling import cancel
from fluxtui.controllers.navigation import GenerateWith, ShowJob
from fluxtui.controllers.training import wording
from fluxtui.domain.jobs import Job, JobState
from fluxtui.screens.finetune.place import FinetunePlace
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.table import RowTable


class TrainingsPart(FinetunePlace):
    """Shows the trainings of all profiles below what is being asked for."""

    LOG_LINES: ClassVar[int] = 3
    """How many lines of a training's log are shown where there is room."""

    def show_time(self) -> None:
        """Show the trainings as they are by now."""
        jobs, now = self.app.jobs, self.app.clock()
        offered = self.trainers.offered
        self.query_one(TrainingsPanel).show(
            wording.trainings_of(jobs), now, lambda job: wording.time_left(job, jobs, offered, now)
        )

    @on(RowTable.Highlighted, "#trainings")
    def show_log(self) -> None:
        """Show the end of the log of the training under the cursor."""
        guarded(self, self._read_log(), doing="reading a training's log", group="log", exclusive=True)

    async def _read_log(self) -> None:
        """Show the end of the log of the training under the cursor, while it runs or where it failed."""
        job = self._training(self.query_one(TrainingsPanel).selected_key)
        is_told = job is not None and job.state in (JobState.RUNNING, JobState.FAILED)
        log = await self.app.services.jobs.log(job.id) if job is not None and is_told else ""
        lines = wording.log_lines(log, self.LOG_LINES if self.has_class("-wide") else 1)
        shown = self.query_one("#training-log", PlainStatic)
        shown.display = bool(lines)
        shown.show(plain(lines, newlines=True))

    def _training(self, job_id: str | None) -> Job | None:
        return next((job for job in self.app.jobs if job.id == job_id), None)

    @on(TrainingsPanel.CancelAsked)
    def _ask_to_cancel(self, event: TrainingsPanel.CancelAsked) -> None:
        event.stop()
        job = self._training(event.job_id)
        if job is not None:
            guarded(self, self._cancel(job), doing="cancelling a training", group="cancel", exclusive=True)

    async def _cancel(self, job: Job) -> None:
        if not job.is_active:
            self.app.tell(f"The training of {job.title} is {job.state} already; F6 Jobs has its story.")
            return
        told = await cancel(self.app, job)
        self.app.tell(told.text, severity=told.severity)

    @on(RowTable.Chosen, "#trainings")
    async def _open_training(self, event: RowTable.Chosen) -> None:
        job = self._training(event.key)
        if job is None:
            return
        finetune = self.app.finetune_of(f"{job.profile}/{job.finetune_id or job.remote_id}")
        if job.state is JobState.DONE and finetune is not None:
            await self.app.go(GenerateWith(finetune.ref))
        else:
            await self.app.go(ShowJob(job.id))
