"""The finetune place: pictures, parameters, and the training itself, from top to bottom."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.reactive import var
from textual.worker import Worker

from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.errors import FluxError, InvalidInput, ServiceError, TrainingDiscontinued
from fluxtui.domain.jobs import JobState
from fluxtui.domain.money import Estimate
from fluxtui.domain.pace import Pace
from fluxtui.domain.uses import Trainer
from fluxtui.screens.finetune import words
from fluxtui.screens.finetune.advising import advice_texts
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.order import CostChange, Filling, TrainingOrder, values_at
from fluxtui.screens.finetune.preset_keys import PresetKeys
from fluxtui.screens.finetune.samples import Samples, kept_prompts
from fluxtui.screens.finetune.samples_part import SamplesPart
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.finetune.trainer_chooser import TrainerChooser
from fluxtui.screens.finetune.trainers import Trainers, ask_profile, trainer_choices
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.screens.finetune.trainings_part import TrainingsPart
from fluxtui.services.presets import SavedPreset
from fluxtui.state import guarded
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import ConfirmDialog, ask
from fluxtui.widgets.parameter_form import ParameterForm, problem_finder
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.plain import PlainStatic, plain, set_title

TITLE_CELLS = 10
_TRAINER = Field("trainer", "Trainer", "", Control.CHOICE, required=True, nullable=False, default=None)


class FinetuneScreen(PresetKeys, SamplesPart, TrainingsPart):
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
        Binding("ctrl+s", "train", "Train", id="finetune.train"),
        Binding("ctrl+l,o", "choose_pictures", "Choose pictures", id="finetune.choose"),
        Binding("f8", "edit_pictures", "Edit pictures", id="finetune.edit", show=False),
        Binding("escape", "stop", "Stop", id="finetune.stop", show=False),
    ]

    fault: var[FluxError | None] = var(None, init=False)
    """Why there is nothing to train with, such as for want of a key."""
    preparing: var[bool] = var(False, init=False)
    """Whether a training is being prepared; until it is on its way no second one is begun."""

    def __init__(self) -> None:
        super().__init__()
        self._starting: Worker[None] | None = None
        # It stands in a row that has not laid it out yet when this screen is mounted.
        self._chooser = TrainerChooser()
        self._trainers = Trainers()
        self._changing = asyncio.Lock()
        """Held while the form is made for another trainer."""
        self._wished_trainer = ""
        """The ref of the trainer that was used last."""
        self._remembered: dict[str, Mapping[str, Any]] = {}
        """What was entered for each trainer, by its ref."""
        self._pace: Pace | None = None
        """Of the user's own trainings with the chosen trainer."""
        self._finished: frozenset[str] = frozenset()
        """The jobs that were done when the pace was asked for."""
        self._cost = CostChange()
        self._filling: Filling | None = None
        """What another place wants in the form, until it is there."""

    def compose_place(self) -> ComposeResult:
        """Lay out the three steps and the trainings."""
        with Container(id="steps"):
            yield DatasetPanel(self.app.terminal)
            with Vertical(id="training"):
                with Vertical(id="parameters") as step:
                    set_title(step, "2 Finetune")
                    yield FieldRow(_TRAINER, self._chooser, TITLE_CELLS)
                    yield ParameterForm(id="form")
                yield PlainStatic("", id="notice")
                yield TrainLine()
                yield TrainingsPanel()
                yield PlainStatic("", id="training-log")

    def on_mount(self) -> None:
        """Follow balances, prices, jobs and profiles."""
        self._dataset_panel = self.query_one(DatasetPanel)
        self._form = self.query_one(ParameterForm)
        self._train_line = self.query_one(TrainLine)
        self.watch(self.app, "balances", self._show_price, init=False)
        self.watch(self.app, "silent_profiles", self._show_price, init=False)
        self.watch(self.app, "prices", self._show_trainers, init=False)
        self.watch(self.app, "jobs", self._show_trainings)
        self.watch(self.app, "seconds", self.show_times, init=False)
        self.watch(self.app, "profile", self._follow_profiles, init=False)
        self.watch(self.app, "usable_profiles", self._follow_profiles, init=False)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Put back pictures, trainer and parameters."""
        self._wished_trainer = str(draft.get("trainer") or "")
        remembered = draft.get("by_trainer")
        if isinstance(remembered, dict):
            self._remembered = {
                str(ref): values for ref, values in remembered.items() if isinstance(values, dict)
            }
        self.samples = Samples(kept_prompts(draft))
        self.order = TrainingOrder(source=str(draft.get("source") or ""))

    async def restored(self) -> None:
        """Make the form for the last trainer, and look at the pictures that were chosen before."""
        before = self.order.source
        await self._ask_profiles()
        # Whoever types already is left where they are.
        if self._dataset_panel.source == before:
            self._focus_what_is_missing()

    def follow_wish(self, wishes: Mapping[str, Any]) -> None:
        """Put a training that another place names into the form: `source`, `trainer` (a ref), `values`."""
        if "trainer" not in wishes:
            return
        values = dict(wishes.get("values") or {})
        source = str(wishes.get("source") or "")
        self._filling = Filling(str(wishes["trainer"]), values, source, is_whole=True)
        if self._trainers.answers:
            guarded(self, self._follow_filling(), doing="filling the form", group="form")

    async def _follow_filling(self) -> None:
        filling, self._filling = self._filling, None
        if filling is not None:
            await self.fill(filling)
            if self.order.endpoint is not None:
                self._form.focus_field(self.order.endpoint.name_field)

    def on_screen_resume(self) -> None:
        """Try again what could not be: the key may have come in the meantime."""
        if self.fault is not None:
            self._follow_profiles()

    # The trainers

    def _follow_profiles(self) -> None:
        guarded(self, self._ask_profiles(), doing="preparing the form", group="profile")

    async def _ask_profiles(self) -> None:
        """Ask all profiles what they train with, and show the form of the trainer that is chosen."""
        profiles = tuple(dict.fromkeys((self.app.profile, *self.app.usable_profiles)))
        answers = await asyncio.gather(*(ask_profile(self.app.services, profile) for profile in profiles))
        self._trainers = Trainers(tuple(answers), self._trainers.gone)
        self._show_trainers()
        await self._use(self._trainers.chosen(self._wished_trainer))
        await self._follow_filling()
        asked = [answer.profile for answer in answers if answer.trainers]
        work = self._ask_what_is_gone(asked)
        guarded(self, work, doing="asking for the trainers", group="gone", exclusive=True)

    async def _ask_what_is_gone(self, profiles: list[str]) -> None:
        """Take those trainers off that their services say they no longer have."""
        gone = frozenset[str]().union(*await asyncio.gather(*(self._gone(profile) for profile in profiles)))
        if gone <= self._trainers.gone:
            return
        self._trainers = self._trainers.without(gone)
        self._show_trainers()
        lost = self.order.trainer
        if lost is not None and lost.ref in gone:
            self.app.tell(f"{lost.service} no longer has {lost.endpoint.info.title}.", severity="warning")
            await self._use(self._trainers.chosen(""))

    async def _gone(self, profile: str) -> frozenset[str]:
        # A service that cannot be asked now is taken to train: an order of what is gone costs nothing.
        with contextlib.suppress(ServiceError):
            return frozenset(f"{profile}/{name}" for name in await self.app.services.finetuning.gone(profile))
        return frozenset()

    def _show_trainers(self) -> None:
        self.fault = self._trainers.fault if self._trainers.answers else None
        self._chooser.choices = trainer_choices(self._trainers, self.app.prices)
        self._show_price()
        self.price_samples()

    async def fill(self, filling: Filling) -> None:
        """Put values into the form of their trainer, and the pictures beside it."""
        trainer = self._trainers.chosen(filling.trainer)
        if trainer is None:
            return
        if filling.trainer != trainer.ref:
            wanted, other = filling.trainer.partition("/")[2], trainer.endpoint.info.title
            told = f"{wanted} is not on offer now; what fits {other} was taken over."
            self.app.tell(told, severity="warning")
        cost = self._estimate() if trainer == self.order.trainer else None
        self._wished_trainer = trainer.ref
        if filling.source and filling.source != self.order.source:
            self.order = replace(self.order, source=filling.source, dataset=None, fault="")
        remembered = self._remembered.get(trainer.ref)
        await self._use(trainer, filling.values_for(trainer, remembered, self.order))
        self._cost = CostChange("", cost)
        self._keep()
        self._show_price()

    def trainer_for(self, preset: SavedPreset) -> Trainer | None:
        """Return the trainer that a preset is for, the chosen one rather than another."""
        chosen = self.order.trainer
        offered = (*((chosen,) if chosen is not None else ()), *self._trainers.offered)
        return next((trainer for trainer in offered if preset.is_for(trainer)), None)

    async def _use(self, trainer: Trainer | None, given: Mapping[str, Any] | None = None) -> None:
        """Show the form of a trainer, with the values that are given, and judge the pictures by its rules."""
        if trainer is None:
            return
        async with self._changing:
            before, rules = self.order, trainer.endpoint.rules
            values = values_at(trainer, self._remembered.get(trainer.ref), before)
            if trainer == before.trainer:
                values = dict(before.values)
            values = values if given is None else dict(given)
            if trainer != before.trainer and before.endpoint is not None and before.endpoint.rules != rules:
                # What is known of the pictures was judged by other rules than those that hold now.
                self.order = replace(before, dataset=None, fault="")
            self._chooser.value = trainer.ref
            self._dataset_panel.use(self.order.source, rules)
            await self._show_form(replace(self.order, trainer=trainer, values=values))
            self.order = replace(self.order, trainer=trainer, values={**values, **self._form.values})
        self._cost = CostChange()
        self._show_notice()
        self._fit_form()
        self._follow_pace()

    def _follow_pace(self) -> None:
        guarded(self, self._ask_pace(), doing="reading how long it took", group="pace", exclusive=True)

    async def _ask_pace(self) -> None:
        trainer = self.order.trainer
        self._pace = await self.app.services.finetuning.pace(trainer) if trainer is not None else None
        self._show_advice()

    def _show_advice(self) -> None:
        self._form.show_advice(advice_texts(self.order, self._pace))

    async def _show_form(self, order: TrainingOrder) -> None:
        """Ask for what an order asks for; values of before stay out of it."""
        if order.endpoint is not None:
            known = {name: value for name, value in order.given().items() if value is not None}
            await self._form.set_fields(
                order.fields(),
                {item.name: item.default for item in order.fields()} | known,
                suggest=order.endpoint.suggested,
                find_problems=problem_finder(order.endpoint),
            )

    def _fit_form(self) -> None:
        """Ask for a default caption where some are missing now, and no longer where none is."""
        if self.order.fields() != self._form.fields:
            guarded(self, self._fit_form_later(), doing="changing the form", group="form")

    async def _fit_form_later(self) -> None:
        async with self._changing:
            if self.order.fields() != self._form.fields:
                await self._show_form(self.order)
                self.order = replace(self.order, values={**self.order.values, **self._form.values})

    @on(Chooser.Changed, "#trainer")
    def _choose_trainer(self, event: Chooser.Changed) -> None:
        event.stop()
        self._wished_trainer = event.value
        guarded(self, self._change_trainer(), doing="changing the trainer", group="form")

    async def _change_trainer(self) -> None:
        """Go to the trainer that is wished by now; of several wishes the last one counts."""
        trainer = self._trainers.chosen(self._wished_trainer)
        if trainer != self.order.trainer:
            await self._use(trainer)
            self._keep()

    def _focus_what_is_missing(self) -> None:
        """Start where something is to be entered, unless the user is somewhere already."""
        missing = next((problem.field for problem in self.order.problems()), "")
        if self.order.source and missing and self.focused is self._dataset_panel.source_input:
            self._form.focus_field(missing)

    # The order

    @on(ParameterForm.Changed)
    def _take_values(self, event: ParameterForm.Changed) -> None:
        self._cost = self._cost.following(event.changed_name, self._estimate())
        self.order = replace(self.order, values={**self.order.values, **event.values})
        self._dataset_panel.trigger_word = str(self.order.values.get("trigger_word") or "")
        self._keep()

    @on(DatasetPanel.Changed)
    def _take_dataset(self, event: DatasetPanel.Changed) -> None:
        self.order = replace(self.order, source=event.source, dataset=event.dataset, fault=event.fault)
        self._fit_form()
        self._keep()

    def _keep(self) -> None:
        trainer = self.order.trainer
        if trainer is not None:
            self._remembered[trainer.ref] = dict(self.order.values)
        draft = {
            "source": self.order.source,
            "trainer": self._wished_trainer,
            "by_trainer": self._remembered,
            "samples": list(self.samples.prompts),
        }
        self.keep_draft(draft)

    def watch_order(self) -> None:
        """Show what the order costs, and what is advised for it."""
        self.sampled_trainer = self.order.trainer
        self.sampled_trigger_word = str(self.order.values.get("trigger_word") or "")
        self._show_price()
        if self.is_mounted:
            self._show_advice()

    def _estimate(self) -> Estimate | None:
        return self._terms.total(self.order)

    def watch_samples(self, before: Samples, now: Samples) -> None:
        """Show what they cost."""
        earlier = replace(self._terms, samples=before).total(self.order)
        # A change of what they are made with is none that the user made.
        self._cost = self._cost.following("samples", earlier) if before.chosen == now.chosen else CostChange()
        self._show_price()

    def keep_samples(self) -> None:
        """Remember the prompts."""
        self._keep()

    @on(TrainLine.SamplesAsked)
    def _ask_for_samples(self) -> None:
        self.action_samples()

    def watch_preparing(self) -> None:
        """Show the price again once nothing is being prepared."""
        self._show_price()

    def _show_price(self) -> None:
        if self.preparing or not self.is_mounted:
            return
        terms = self._terms
        estimate = self._estimate()
        self._train_line.show_samples(self.samples.label)
        text, too_low = words.money_text(estimate, terms.balance, is_told=terms.is_told)
        text = words.changed_text(self._cost.show(estimate), text, estimate, terms.balance)
        self._train_line.show_price(estimate.show() if estimate else "", text, fault=too_low)

    @property
    def _terms(self) -> words.Terms:
        """On what terms the chosen trainer is paid."""
        trainer = self.order.trainer
        if trainer is None:
            return words.Terms(samples=self.samples)
        known = self.app.balance_of(trainer.profile)
        return words.Terms(
            None if known is None else known.credits,
            trainer.profile not in self.app.silent_profiles,
            self.app.prices.of(trainer.provider, trainer.endpoint),
            self._trainers.abilities(trainer.profile),
            self.samples,
        )

    # The trainings

    @property
    def offered_trainers(self) -> tuple[Trainer, ...]:
        """The trainers of all profiles."""
        return self._trainers.offered

    def _show_trainings(self) -> None:
        self.show_times()
        self._show_notice()
        self.show_log()
        finished = frozenset(job.id for job in self.app.jobs if job.state is JobState.DONE)
        if finished != self._finished:
            self._finished = finished
            self._follow_pace()

    def watch_fault(self) -> None:
        """Say why nothing can be trained."""
        self._show_notice()

    def _show_notice(self) -> None:
        trainings = words.trainings_of(self.app.jobs)
        heading = f"✗ {TrainingDiscontinued.title}. "
        text = words.discontinued_text(trainings, self.order.trainer)
        if self.fault is not None:
            heading, text = "✗ ", self.fault.sentence()
        notice = self.query_one("#notice", PlainStatic)
        notice.display = bool(text)
        notice.show(Content.assemble((heading, "bold $text-error"), plain(text)))

    # What the keys do

    def action_choose_pictures(self) -> None:
        """Let a folder or archive be picked from the disk."""
        self._dataset_panel.choose()

    def action_edit_pictures(self) -> None:
        """Open the workbench, from any field."""
        self._dataset_panel.open_workbench()

    @on(TrainLine.Stopped)
    def action_stop(self) -> None:
        """Stop looking through or packing pictures, else clear the news."""
        if self._starting is not None and self.preparing:
            self._starting.cancel()
            self.app.tell("Stopped before anything was sent or paid.")
        elif not self._dataset_panel.stop_looking():
            self.action_clear_news()

    @on(TrainLine.Pressed)
    def action_train(self) -> None:
        """Check everything, ask, and start the training; while one is being prepared nothing happens."""
        if self._starting is None or self._starting.is_finished:
            self._starting = guarded(self, self._train(), doing="starting the training", group="train")

    async def _train(self) -> None:
        if not await self._is_complete():
            return
        order, terms = self.order, self._terms
        estimate = terms.samples.with_training(order.request().estimate(terms.live))
        if await ask(self.app, _question(words.confirmation(order, terms), estimate)):
            await self._start(order, terms.samples)

    async def _is_complete(self) -> bool:
        dataset = await self._dataset_panel.looked()
        # The news of it may still be on its way here, and what was in it before must not be paid for.
        order = self.order = replace(self.order, source=self._dataset_panel.source, dataset=dataset)
        if fault := order.dataset_fault():
            self.app.tell(f"{fault} Nothing was sent.", severity="warning")
            self._dataset_panel.source_input.focus()
            return False
        if problems := order.problems():
            self._form.show_problems(problems)
            self.app.tell(f"{InvalidInput('Nothing was sent.', problems).sentence()}", severity="warning")
            return False
        return True

    async def _start(self, order: TrainingOrder, samples: Samples) -> None:
        if order.dataset is None or order.trainer is None:
            return

        def progress(done: int, total: int) -> None:
            self._train_line.show_progress(f"Preparing picture {done} of {total} · Esc stops")

        self.preparing = True
        self._train_line.show_progress("Preparing the pictures · Esc stops")
        try:
            job = await self.app.services.finetuning.start(
                order.trainer.profile,
                order.dataset,
                order.given(),
                progress,
                endpoint_id=order.trainer.endpoint.info.id,
                samples=samples.ordered,
            )
        except InvalidInput as error:
            self._form.show_problems(error.problems)
            raise
        finally:
            self.preparing = False
        self.app.refresh_state("jobs")
        self.app.tell(f"The training of {job.title} is on its way.", severity="success")


def _question(sentences: tuple[str, ...], estimate: Estimate) -> ConfirmDialog:
    return ConfirmDialog(
        "Train this finetune?",
        sentences,
        price=f"{estimate.show()} ({estimate.basis})",
        confirm_label=f"Train · {estimate.show()}",
    )
