"""The second step: the trainer, and the parameters that it asks for."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import Vertical

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.trainers import Trainers, trainer_choices
from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.parameter_form import ParameterForm, problem_finder
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.plain import set_title

TITLE_CELLS = 10
_TRAINER = Field(
    name="trainer",
    title="Trainer",
    help="",
    control=Control.CHOICE,
    required=True,
    nullable=False,
    default=None,
)


class TrainerChooser(Chooser):
    """Chooses what to train with, one at a time: there are many, and their names are long."""

    HELP = (
        "What trains the finetune, at whichever of your services. Left and right go through the trainers, "
        "Enter lists them all with their prices. The pictures are judged anew by the rules of the one chosen."
    )
    SIDE_BY_SIDE: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__((), title="Trainer", none_text=Trainers().lack, id="trainer")


class TrainingForm(Vertical):
    """Shows the form of the chosen trainer, and reports what is entered."""

    app = getters.app(StatefulApp)

    def __init__(self, training: TrainingController) -> None:
        super().__init__(id="parameters")
        self._training = training
        # They stand in rows that have not laid them out yet when this is mounted.
        self._chooser = TrainerChooser()
        self.fields = ParameterForm(id="form")
        self._changing = asyncio.Lock()
        """Held while the form is made for another trainer."""
        self._shown = 0
        """The revision of what the form shows."""
        self._trainer = ""
        """The ref of the trainer whose form is shown."""

    def compose(self) -> ComposeResult:
        """Lay out the trainer and its form."""
        yield FieldRow(_TRAINER, self._chooser, TITLE_CELLS)
        yield self.fields

    def on_mount(self) -> None:
        """Say which step this is."""
        set_title(self, "2 Finetune")

    def show(self) -> None:
        """Show the trainers on offer, what is advised, and the form where it has to be another one."""
        trainer = self._training.order.trainer
        self._chooser.tell_none(self._training.trainers.lack)
        self._chooser.choices = trainer_choices(self._training.trainers, self.app.prices)
        if trainer is not None:
            self._chooser.value = trainer.ref
        self.fields.show_advice(self._training.advice())
        self.fields.set_finetunes(self._training.checkpoints())
        if self._training.revision != self._shown:
            guarded(self, self.filled(), doing="changing the form", group="form")

    async def filled(self) -> None:
        """Show fields and values of now; values of before stay out of it."""
        async with self._changing:
            order, revision = self._training.order, self._training.revision
            if revision == self._shown or order.trainer is None:
                return
            self._shown, self._trainer = revision, order.trainer.ref
            endpoint = order.trainer.endpoint
            await self.fields.set_fields(
                order.fields(),
                order.given(),
                suggest=endpoint.suggested,
                find_problems=problem_finder(endpoint),
            )

    async def focus_name(self) -> None:
        """Let the name of the finetune be typed."""
        await self.filled()
        endpoint = self._training.order.endpoint
        if endpoint is not None:
            self.fields.focus_field(endpoint.name_field)

    @on(ParameterForm.Changed)
    def _report(self, event: ParameterForm.Changed) -> None:
        event.stop()
        self._training.change_values(self._trainer, self.fields.values, event.changed_name)

    @on(Chooser.Changed, "#trainer")
    def _choose_trainer(self, event: Chooser.Changed) -> None:
        event.stop()
        work = self._training.choose_trainer(event.value)
        guarded(self, work, doing="changing the trainer", group="trainer")
