"""The finetune place: pictures, parameters, and the training itself, from top to bottom."""

from __future__ import annotations

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

from fluxtui.domain.endpoint import fields_of
from fluxtui.domain.errors import FluxError, InvalidInput, TrainingDiscontinued
from fluxtui.domain.jobs import JobState
from fluxtui.screens.finetune import words
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.order import TrainingOrder
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.screens.place import PlaceScreen
from fluxtui.state import guarded
from fluxtui.widgets.dialogs import ConfirmDialog, ask
from fluxtui.widgets.parameter_form import ParameterForm, problem_finder
from fluxtui.widgets.plain import PlainStatic, plain, set_title
from fluxtui.widgets.table import RowTable


class FinetuneScreen(PlaceScreen):
    """Trains finetunes. What is asked for is one `TrainingOrder`; the widgets show it and report changes."""

    PLACE: ClassVar[str] = "finetune"
    CSS_PATH = "screen.tcss"
    AUTO_FOCUS = "#source"
    HELP = (
        "First the pictures: type the path of a folder or a ZIP, or choose it; it is looked through at once. "
        "Then say what is to be learned; the line under the form explains the field you are in. "
        "Then train; you are asked before anything is paid. Below are the trainings that run and the last "
        "ones: Enter on one that is ready generates with it, on any other shows its story."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "train", "Train", id="finetune.train"),
        Binding("ctrl+l,o", "choose_pictures", "Choose pictures", id="finetune.choose"),
        Binding("escape", "stop", "Stop", id="finetune.stop", show=False),
    ]

    order: var[TrainingOrder] = var(TrainingOrder(), init=False)
    fault: var[FluxError | None] = var(None, init=False)
    """Why the profile cannot train, such as for want of a key."""
    preparing: var[bool] = var(False, init=False)
    """Whether a training is being prepared; until it is on its way no second one is begun."""

    def __init__(self) -> None:
        super().__init__()
        self._starting: Worker[None] | None = None

    def compose_place(self) -> ComposeResult:
        """Lay out the three steps and the trainings."""
        with Container(id="steps"):
            yield DatasetPanel(self.app.terminal)
            with Vertical(id="training"):
                with Vertical(id="parameters") as step:
                    set_title(step, "2 Finetune")
                    yield ParameterForm(id="form")
                yield PlainStatic("", id="notice")
                yield TrainLine()
                yield TrainingsPanel()

    def on_mount(self) -> None:
        """Follow balance, jobs and profile."""
        self._dataset_panel = self.query_one(DatasetPanel)
        self._form = self.query_one(ParameterForm)
        self._train_line = self.query_one(TrainLine)
        self.watch(self.app, "balances", self._show_price, init=False)
        self.watch(self.app, "jobs", self._show_trainings)
        self.watch(self.app, "seconds", self._show_times, init=False)
        self.watch(self.app, "profile", self._follow_profile, init=False)

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Put back pictures and parameters."""
        values = draft.get("values")
        self.order = TrainingOrder(
            source=str(draft.get("source") or ""), values=values if isinstance(values, dict) else {}
        )

    async def restored(self) -> None:
        """Make the form for the active profile, and look at the pictures that were chosen before."""
        await self._use_profile()

    def on_screen_resume(self) -> None:
        """Try again what could not be: the key may have come in the meantime."""
        if self.fault is not None:
            self._follow_profile()

    def _follow_profile(self) -> None:
        guarded(self, self._use_profile(), doing="preparing the form", group="profile", exclusive=True)
        self._show_trainings()

    async def _use_profile(self) -> None:
        finetuning, profile = self.app.services.finetuning, self.app.profile
        try:
            endpoint, rules = await finetuning.endpoint(profile), await finetuning.rules(profile)
        except FluxError as error:
            self.fault = error
            return
        self.fault = None
        self._dataset_panel.use(self.order.source, rules)
        await self._form.set_fields(
            fields_of(endpoint),
            self.order.values,
            suggest=endpoint.suggested,
            find_problems=problem_finder(endpoint),
        )
        self.order = replace(self.order, endpoint=endpoint, values=self._form.values)
        self._focus_what_is_missing()

    def _focus_what_is_missing(self) -> None:
        """Start where something is to be entered, unless the user is somewhere already."""
        missing = next((problem.field for problem in self.order.problems()), "")
        if self.order.source and missing and self.focused is self._dataset_panel.source_input:
            self._form.focus_field(missing)

    # The order

    @on(ParameterForm.Changed)
    def _take_values(self, event: ParameterForm.Changed) -> None:
        self.order = replace(self.order, values=event.values)
        self._keep()

    @on(DatasetPanel.Changed)
    def _take_dataset(self, event: DatasetPanel.Changed) -> None:
        self.order = replace(self.order, source=event.source, dataset=event.dataset, fault=event.fault)
        self._keep()

    def _keep(self) -> None:
        self.keep_draft({"source": self.order.source, "values": dict(self.order.values)})

    def watch_order(self) -> None:
        """Show what the order costs."""
        self._show_price()

    def watch_preparing(self) -> None:
        """Show the price again once nothing is being prepared."""
        self._show_price()

    def _show_price(self) -> None:
        if self.preparing or not self.is_mounted:
            return
        estimate = self.order.estimate()
        balance = self.app.balance.credits if self.app.balance is not None else None
        text, too_low = words.money_text(estimate, balance)
        self._train_line.show_price(estimate.show() if estimate else "", text, fault=too_low)

    # The trainings

    def _show_trainings(self) -> None:
        self._show_times()
        self._show_notice()

    def _show_times(self) -> None:
        trainings = words.trainings_of(self.app.jobs, self.app.profile)
        self.query_one(TrainingsPanel).show(trainings, self.app.clock())

    def watch_fault(self) -> None:
        """Say why the profile cannot train."""
        self._show_notice()

    def _show_notice(self) -> None:
        trainings = words.trainings_of(self.app.jobs, self.app.profile)
        heading, text = f"✗ {TrainingDiscontinued.title}. ", words.discontinued_text(trainings)
        if self.fault is not None:
            heading, text = "✗ ", self.fault.sentence()
        notice = self.query_one("#notice", PlainStatic)
        notice.display = bool(text)
        notice.show(Content.assemble((heading, "bold $text-error"), plain(text)))

    @on(RowTable.Chosen, "#trainings")
    async def _open_training(self, event: RowTable.Chosen) -> None:
        job = next((job for job in self.app.jobs if job.id == event.key), None)
        if job is None:
            return
        finetune = self.app.finetune_of(f"{job.profile}/{job.finetune_id or job.remote_id}")
        if job.state is JobState.DONE and finetune is not None:
            await self.app.go("generate", finetune=finetune.ref)
        else:
            await self.app.go("jobs", job_id=job.id)

    # What the keys do

    def action_choose_pictures(self) -> None:
        """Let a folder or archive be picked from the disk."""
        self._dataset_panel.choose()

    @on(TrainLine.Stopped)
    def action_stop(self) -> None:
        """Stop looking through or packing pictures, else clear the news; what is sent cannot be stopped."""
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
        order, balance = self.order, self.app.balance
        sentences = words.confirmation(order, balance.credits if balance is not None else None)
        estimate = order.request().estimate()
        dialog = ConfirmDialog(
            "Train this finetune?",
            sentences,
            price=f"{estimate.show()} ({estimate.basis})",
            confirm_label=f"Train · {estimate.show()}",
        )
        if await ask(self.app, dialog):
            await self._start(order)

    async def _is_complete(self) -> bool:
        await self._dataset_panel.looked()
        order = self.order
        if fault := order.dataset_fault():
            self.app.tell(f"{fault} Nothing was sent.", severity="warning")
            self._dataset_panel.source_input.focus()
            return False
        if problems := order.problems():
            self._form.show_problems(problems)
            self.app.tell(f"{InvalidInput('Nothing was sent.', problems).sentence()}", severity="warning")
            return False
        return True

    async def _start(self, order: TrainingOrder) -> None:
        if order.dataset is None:
            return

        def progress(done: int, total: int) -> None:
            self._train_line.show_progress(f"Preparing picture {done} of {total} · Esc stops")

        self.preparing = True
        self._train_line.show_progress("Preparing the pictures · Esc stops")
        try:
            job = await self.app.services.finetuning.start(
                self.app.profile, order.dataset, order.values, progress
            )
        except InvalidInput as error:
            self._form.show_problems(error.problems)
            raise
        finally:
            self.preparing = False
        self.app.refresh_state("jobs")
        self.app.tell(f"The training of {job.title} is on its way.", severity="success")
