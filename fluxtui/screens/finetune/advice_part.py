"""What the finetune place advises: values for the pictures, and the time by the user's own trainings."""

from __future__ import annotations

from fluxtui.app.state import guarded
from fluxtui.controllers.training.advice import advice_texts
from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.domain.pace import Pace
from fluxtui.screens.finetune.place import FinetunePlace


class AdvicePart(FinetunePlace):
    """Keeps what is advised in step with what is asked for and with the trainings that end."""

    _pace: Pace | None = None
    """Of the user's own trainings with the chosen trainer."""
    _finished: frozenset[str] = frozenset()
    """The jobs that were done when the pace was asked for."""

    def show_advice(self) -> None:
        """Show under the form what is advised for the order of now."""
        names = [finetune.name for finetune in self.app.finetunes]
        names += [
            job.finetune_name
            for job in self.app.jobs
            if job.is_active and job.kind is JobKind.TRAINING and job.finetune_name
        ]
        self.form.show_advice(advice_texts(self.order, self._pace, names))

    def follow_pace(self) -> None:
        """Ask how quick the chosen trainer was, and advise by that."""
        guarded(self, self._ask_pace(), doing="reading how long it took", group="pace", exclusive=True)

    def follow_finished(self) -> None:
        """Ask for the pace again where another job is done by now."""
        finished = frozenset(job.id for job in self.app.jobs if job.state is JobState.DONE)
        if finished != self._finished:
            self._finished = finished
            self.follow_pace()

    async def _ask_pace(self) -> None:
        trainer = self.order.trainer
        self._pace = await self.app.services.finetuning.pace(trainer) if trainer is not None else None
        self.show_advice()
