"""The finetune place: pictures, parameters, and the training itself, from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from fluxtui.app.state import guarded
from fluxtui.controllers.navigation import Request, TrainAgain
from fluxtui.controllers.training.order import Filling, TrainingOrder
from fluxtui.controllers.training.samples import Samples, kept_prompts
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.finetune.train_part import TrainPart
from fluxtui.screens.finetune.trainers_part import TrainersPart
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.screens.finetune.trainings_part import TrainingsPart
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.plain import PlainStatic, set_title


class FinetuneScreen(TrainersPart, TrainPart, TrainingsPart):
    """Trains finetunes. What is asked for is one `TrainingOrder`; the widgets show it and report changes."""

    PLACE: ClassVar[str] = "finetune"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#source"
    HELP = (
        "First the pictures: type the path of a folder or a ZIP, or choose it; it is looked through at "
        "once. F8 shows them all, to be mended, cropped and captioned. Then choose the trainer, which may "
        "be at any of your services, and say what is to be learned; the lines under the form explain the "
        "field you are in, and advise. F9 fills in values for a purpose, or those that you have saved. "
        "Each trainer judges the pictures by rules of its own. F12 asks for sample pictures, which are made "
        "when the training is done. Then train; you are asked before anything is paid. Below are the "
        "trainings that run and the last ones: Enter on one that is ready generates with it, on any other "
        "shows its story; `x` cancels one where that can be."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l,o", "choose_pictures", "Choose pictures", id="finetune.choose"),
        Binding("f8", "edit_pictures", "Workbench", id="finetune.edit", key_display="F8"),
    ]

    _filling: Filling | None = None
    """What another place wants in the form, until it is there."""

    def compose_place(self) -> ComposeResult:
        """Lay out the three steps and the trainings."""
        with Container(id="steps"):
            yield DatasetPanel(self.app.terminal)
            with Vertical(id="training"):
                with Vertical(id="parameters") as step:
                    set_title(step, "2 Finetune")
                    yield self.trainer_row()
                    yield ParameterForm(id="form")
                yield PlainStatic("", id="notice")
                yield TrainLine()
                yield TrainingsPanel()
                yield PlainStatic("", id="training-log")

    def on_mount(self) -> None:
        """Follow balances, prices, jobs and profiles."""
        self.dataset_panel = self.query_one(DatasetPanel)
        self.form = self.query_one(ParameterForm)
        self.train_line = self.query_one(TrainLine)
        self.watch(self.app, "balances", self.show_price, init=False)
        self.watch(self.app, "silent_profiles", self.show_price, init=False)
        self.watch(self.app, "prices", self.show_trainers, init=False)
        self.watch(self.app, "jobs", self._show_trainings)
        self.watch(self.app, "profile", self._follow_profiles, init=False)
        self.watch(self.app, "usable_profiles", self._follow_profiles, init=False)

    # What was typed before, and what another place wants

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Put back pictures, trainer, parameters and prompts."""
        self.wished_trainer = str(draft.get("trainer") or "")
        remembered = draft.get("by_trainer")
        if isinstance(remembered, dict):
            self.remembered = {
                str(ref): values for ref, values in remembered.items() if isinstance(values, dict)
            }
        self.samples = Samples(kept_prompts(draft))
        self.order = TrainingOrder(source=str(draft.get("source") or ""))

    async def restored(self) -> None:
        """Make the form for the last trainer, and look at the pictures that were chosen before."""
        before = self.order.source
        await self._prepare_form()
        # Whoever types already is left where they are.
        if self.dataset_panel.source == before:
            self._focus_what_is_missing()

    def keep(self) -> None:
        """Remember all that is asked for, so that leaving the program loses nothing."""
        trainer = self.order.trainer
        if trainer is not None:
            self.remembered[trainer.ref] = dict(self.order.values)
        draft = {
            "source": self.order.source,
            "trainer": self.wished_trainer,
            "by_trainer": self.remembered,
            "samples": list(self.samples.prompts),
        }
        self.keep_draft(draft)

    def follow(self, request: Request) -> None:
        """Put a training that another place names into the form."""
        if not isinstance(request, TrainAgain):
            return
        values, samples = dict(request.values), request.samples
        self._filling = Filling(request.trainer, values, request.source, is_whole=True, samples=samples)
        if self.trainers.answers:
            guarded(self, self._follow_filling(), doing="filling the form", group="form")

    async def _follow_filling(self) -> None:
        filling, self._filling = self._filling, None
        if filling is not None:
            await self.fill(filling)
            if self.order.endpoint is not None:
                self.form.focus_field(self.order.endpoint.name_field)

    def on_screen_resume(self) -> None:
        """Try again what could not be: the key may have come in the meantime."""
        if self.fault is not None:
            self._follow_profiles()

    def _follow_profiles(self) -> None:
        guarded(self, self._prepare_form(), doing="preparing the form", group="profile")

    async def _prepare_form(self) -> None:
        await self.ask_profiles()
        await self._follow_filling()

    def _focus_what_is_missing(self) -> None:
        """Start where something is to be entered, unless the user is somewhere already."""
        missing = next((problem.field for problem in self.order.problems()), "")
        if self.order.source and missing and self.focused is self.dataset_panel.source_input:
            self.form.focus_field(missing)

    # What the widgets report

    @on(ParameterForm.Changed)
    def _take_values(self, event: ParameterForm.Changed) -> None:
        self.cost = self.cost.following(event.changed_name, self.estimate())
        self.order = replace(self.order, values={**self.order.values, **event.values})
        self.dataset_panel.trigger_word = self.order.trigger_word
        self.keep()

    @on(DatasetPanel.Changed)
    def _take_dataset(self, event: DatasetPanel.Changed) -> None:
        self.order = replace(self.order, source=event.source, dataset=event.dataset, fault=event.fault)
        self.fit_form()
        self.keep()

    def watch_order(self) -> None:
        """Show what the order costs, and what is advised for it."""
        self.sampled_trainer = self.order.trainer
        self.sampled_trigger_word = self.order.trigger_word
        self.show_price()
        if self.is_mounted:
            self.show_advice()
            self.show_notice()

    def _show_trainings(self) -> None:
        self.show_time()
        self.show_notice()
        self.show_log()
        self.follow_finished()

    # What the keys do

    def action_choose_pictures(self) -> None:
        """Let a folder or archive be picked from the disk."""
        self.dataset_panel.choose()

    def action_edit_pictures(self) -> None:
        """Open the workbench, from any field."""
        self.dataset_panel.open_workbench()
