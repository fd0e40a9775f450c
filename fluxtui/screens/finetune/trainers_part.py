"""The trainers in the finetune place: which there are, which is chosen, and the form of that one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textual import on
from textual.content import Content
from textual.reactive import var

from fluxtui.app.state import guarded
from fluxtui.controllers.training import wording
from fluxtui.controllers.training.order import CostChange, Filling, TrainingOrder, values_at
from fluxtui.controllers.training.samples import Samples
from fluxtui.controllers.training.trainers import Trainers, ask_profile, trainer_choices
from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.errors import FluxError, ServiceError, TrainingDiscontinued
from fluxtui.domain.uses import Trainer
from fluxtui.screens.finetune.advice_part import AdvicePart
from fluxtui.screens.finetune.preset_keys import PresetKeys
from fluxtui.screens.finetune.price_part import PricePart
from fluxtui.screens.finetune.trainer_chooser import TrainerChooser
from fluxtui.services.presets import SavedPreset
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.parameter_form import problem_finder
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.plain import PlainStatic, plain

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


class TrainersPart(PresetKeys, PricePart, AdvicePart):
    """Asks the profiles what they train with, and shows the form of the trainer that is chosen."""

    fault: var[FluxError | None] = var(None, init=False)
    """Why there is nothing to train with, such as for want of a key."""

    def __init__(self) -> None:
        super().__init__()
        # It stands in a row that has not laid it out yet when this screen is mounted.
        self._chooser = TrainerChooser()
        self._changing = asyncio.Lock()
        """Held while the form is made for another trainer."""
        self.wished_trainer = ""
        """The ref of the trainer that was used last."""
        self.remembered: dict[str, Mapping[str, Any]] = {}
        """What was entered for each trainer, by its ref."""

    def trainer_row(self) -> FieldRow:
        """Return the row in which the trainer is chosen."""
        return FieldRow(_TRAINER, self._chooser, TITLE_CELLS)

    # Which there are

    async def ask_profiles(self) -> None:
        """Ask all profiles what they train with, and show the form of the trainer that is chosen."""
        profiles = tuple(dict.fromkeys((self.app.profile, *self.app.usable_profiles)))
        answers = await asyncio.gather(*(ask_profile(self.app.services, profile) for profile in profiles))
        self.trainers = Trainers(tuple(answers), self.trainers.gone)
        self.show_trainers()
        await self._use(self.trainers.chosen(self.wished_trainer))
        asked = [answer.profile for answer in answers if answer.trainers]
        work = self._ask_what_is_gone(asked)
        guarded(self, work, doing="asking for the trainers", group="gone", exclusive=True)

    async def _ask_what_is_gone(self, profiles: list[str]) -> None:
        """Take those trainers off that their services say they no longer have."""
        gone = frozenset[str]().union(*await asyncio.gather(*(self._gone(profile) for profile in profiles)))
        if gone <= self.trainers.gone:
            return
        self.trainers = self.trainers.without(gone)
        self.show_trainers()
        lost = self.order.trainer
        if lost is not None and lost.ref in gone:
            self.app.tell(f"{lost.service} no longer has {lost.endpoint.info.title}.", severity="warning")
            await self._use(self.trainers.chosen(""))

    async def _gone(self, profile: str) -> frozenset[str]:
        # A service that cannot be asked now is taken to train: an order of what is gone costs nothing.
        with contextlib.suppress(ServiceError):
            return frozenset(f"{profile}/{name}" for name in await self.app.services.finetuning.gone(profile))
        return frozenset()

    def show_trainers(self) -> None:
        """Offer the trainers with the prices of now, or say why there is none."""
        self.fault = self.trainers.fault if self.trainers.answers else None
        self._chooser.choices = trainer_choices(self.trainers, self.app.prices)
        self.show_price()
        self.price_samples()

    def watch_fault(self) -> None:
        """Say why nothing can be trained."""
        self.show_notice()

    def show_notice(self) -> None:
        """Say why nothing can be trained, or that the trainer has ended, or what the trigger word lacks."""
        trainings = wording.trainings_of(self.app.jobs)
        heading = f"✗ {TrainingDiscontinued.title}. "
        text = wording.discontinued_text(trainings, self.order.trainer)
        if self.fault is not None:
            heading, text = "✗ ", self.fault.sentence()
        notice = self.query_one("#notice", PlainStatic)
        hint = wording.trigger_text(self.order) if not text else ""
        notice.set_class(bool(hint), "-hint")
        notice.display = bool(text or hint)
        if hint:
            notice.show(Content.assemble(("! ", "$text-warning"), plain(hint)))
            return
        notice.show(Content.assemble((heading, "bold $text-error"), plain(text)))

    # Which is chosen

    @on(Chooser.Changed, "#trainer")
    def _choose_trainer(self, event: Chooser.Changed) -> None:
        event.stop()
        self.wished_trainer = event.value
        guarded(self, self._change_trainer(), doing="changing the trainer", group="form")

    async def _change_trainer(self) -> None:
        """Go to the trainer that is wished by now; of several wishes the last one counts."""
        trainer = self.trainers.chosen(self.wished_trainer)
        if trainer != self.order.trainer:
            await self._use(trainer)
            self.keep()

    async def fill(self, filling: Filling) -> None:
        """Put values into the form of their trainer, and the pictures beside it."""
        trainer = self.trainers.chosen(filling.trainer)
        if trainer is None:
            return
        if filling.trainer != trainer.ref:
            wanted, other = filling.trainer.partition("/")[2], trainer.endpoint.info.title
            told = f"{wanted} is not on offer now; what fits {other} was taken over."
            self.app.tell(told, severity="warning")
        cost = self.estimate() if trainer == self.order.trainer else None
        self.wished_trainer = trainer.ref
        if filling.source and filling.source != self.order.source:
            self.order = replace(self.order, source=filling.source, dataset=None, fault="")
        if filling.is_whole:
            self.samples = Samples(filling.samples, self.samples.chosen)
        remembered = self.remembered.get(trainer.ref)
        await self._use(trainer, filling.values_for(trainer, remembered, self.order))
        self.cost = CostChange("", cost)
        self.keep()
        self.show_price()

    def trainer_for(self, preset: SavedPreset) -> Trainer | None:
        """Return the trainer that a preset is for, the chosen one rather than another."""
        chosen = self.order.trainer
        offered = (*((chosen,) if chosen is not None else ()), *self.trainers.offered)
        return next((trainer for trainer in offered if preset.is_for(trainer)), None)

    async def _use(self, trainer: Trainer | None, given: Mapping[str, Any] | None = None) -> None:
        """Show the form of a trainer, with the values that are given, and judge the pictures by its rules."""
        if trainer is None:
            return
        async with self._changing:
            before, rules = self.order, trainer.endpoint.rules
            values = values_at(trainer, self.remembered.get(trainer.ref), before)
            if trainer == before.trainer:
                values = dict(before.values)
            values = values if given is None else dict(given)
            if trainer != before.trainer and before.endpoint is not None and before.endpoint.rules != rules:
                # What is known of the pictures was judged by other rules than those that hold now.
                self.order = replace(before, dataset=None, fault="")
            self._chooser.value = trainer.ref
            self.dataset_panel.use(self.order.source, rules)
            await self._show_form(replace(self.order, trainer=trainer, values=values))
            self.order = replace(self.order, trainer=trainer, values={**values, **self.form.values})
        self.cost = CostChange()
        self.show_notice()
        self.fit_form()
        self.follow_pace()

    # Its form

    async def _show_form(self, order: TrainingOrder) -> None:
        """Ask for what an order asks for; values of before stay out of it."""
        if order.endpoint is not None:
            known = {name: value for name, value in order.given().items() if value is not None}
            await self.form.set_fields(
                order.fields(),
                {item.name: item.default for item in order.fields()} | known,
                suggest=order.endpoint.suggested,
                find_problems=problem_finder(order.endpoint),
            )

    def fit_form(self) -> None:
        """Ask for a default caption where some are missing now, and no longer where none is."""
        if self.order.fields() != self.form.fields:
            guarded(self, self._fit_form_later(), doing="changing the form", group="form")

    async def _fit_form_later(self) -> None:
        async with self._changing:
            if self.order.fields() != self.form.fields:
                await self._show_form(self.order)
                self.order = replace(self.order, values={**self.order.values, **self.form.values})
