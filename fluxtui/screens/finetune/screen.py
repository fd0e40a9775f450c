"""The finetune place: pictures, parameters, and the training itself, from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import ScreenResume
from textual.screen import Screen

from fluxtui.app.state import guarded
from fluxtui.controllers.training.advice import TrainingNotice
from fluxtui.controllers.training.controller import TrainingController
from fluxtui.controllers.training.draft import TrainingDraft
from fluxtui.controllers.training.samples import SamplesQuestion
from fluxtui.controllers.training.start import Obstacle
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.monitor import TrainingMonitor
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.finetune.training_form import TrainingForm
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.dialogs import dialog_of
from fluxtui.widgets.plain import PlainStatic, plain
from fluxtui.widgets.table import RowTable

if TYPE_CHECKING:
    from fluxtui.controllers.navigation import Request

FIRST_SIGHT_SECONDS = 0.1
"""After so long what takes its time begins, such as looking through pictures: the place is seen by then."""


class FinetuneScreen(PlaceScreen):
    """Trains finetunes. `training` owns what is asked for; the panels show it and report what is done."""

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
        Binding("f12", "samples", "Samples", id="finetune.samples", show=False, key_display="F12"),
        Binding("ctrl+s", "train", "Train", id="finetune.train"),
        Binding("escape", "stop", "Stop", id="finetune.stop", show=False),
        Binding("f9", "presets", "Presets", id="finetune.presets", key_display="F9"),
        Binding("ctrl+l,o", "choose_pictures", "Choose pictures", id="finetune.choose"),
        Binding("f8", "edit_pictures", "Workbench", id="finetune.edit", key_display="F8"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.training = TrainingController(self.app)
        self._kept = TrainingDraft()
        # What they show may be known before they are laid out.
        self._pictures = DatasetPanel(self.training, self.app.terminal)
        self._form = TrainingForm(self.training)
        self._notice = PlainStatic("", id="notice")
        self._train_line = TrainLine()
        self._trainings = TrainingsPanel(self.training.trainings)
        self._monitor = TrainingMonitor(self.training.trainings)

    def compose_place(self) -> ComposeResult:
        """Lay out the three steps and the trainings."""
        with Container(id="steps"):
            yield self._pictures
            with Vertical(id="training"):
                yield self._form
                yield self._notice
                yield self._train_line
                yield self._trainings
                yield self._monitor

    def on_mount(self) -> None:
        """Follow what is asked for, balances, prices, jobs and profiles."""
        self._disconnect = self.training.changed.connect(self._show)
        self.watch(self.app, "balances", self._show_price, init=False)
        self.watch(self.app, "silent_profiles", self._show_price, init=False)
        self.watch(self.app, "prices", self._follow_prices, init=False)
        self.watch(self.app, "finetunes", self._form.show, init=False)
        self.app.sight.watch(self, "jobs", self._follow_jobs)
        self.watch(self.app, "profile", self._follow_profiles, init=False)
        self.watch(self.app, "usable_profiles", self._follow_profiles, init=False)

    async def on_unmount(self) -> None:
        """Leave alone what is no longer there."""
        self._disconnect()

    # What was typed before, and what another place wants

    def restore(self, draft: Mapping[str, Any]) -> None:
        """Put back pictures, trainer, parameters and prompts."""
        self._kept = TrainingDraft.from_note(draft)
        self.training.restore(self._kept)

    async def restored(self) -> None:
        """Make the form for the last trainer, and look at the pictures that were chosen before."""
        before = self.training.order.source
        await self._make_form()
        self.set_timer(FIRST_SIGHT_SECONDS, partial(self._go_on, before))
        # Whoever types already is left where they are.
        if self._pictures.source == before:
            self._focus_what_is_missing()

    def follow(self, request: Request) -> None:
        """Put a training that another place names into the form."""
        from fluxtui.controllers.navigation import TrainAgain

        if isinstance(request, TrainAgain):
            self.training.want(request)
            guarded(self, self._take_wanted(), doing="filling the form", group="wanted")

    async def _take_wanted(self) -> None:
        if self.training.apply_request():
            await self._form.focus_name()
            await self.training.refresh()

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Try again what could not be: the key may have come in the meantime."""
        if self.training.fault is not None:
            self._follow_profiles()

    def _follow_profiles(self) -> None:
        guarded(self, self._prepare(), doing="preparing the form", group="profile")

    async def _prepare(self) -> None:
        await self._make_form()
        self._go_on()

    async def _make_form(self) -> None:
        if await self.training.prepare():
            await self._form.focus_name()
        await self._form.filled()

    def _go_on(self, restored: str | None = None) -> None:
        """Find out what follows from the trainer, and which trainers are gone.

        A path that is being typed in the place of the `restored` one is looked at when that is done.
        """
        is_typed = restored is not None and restored != self._pictures.source
        work = self.training.follow_trainer() if is_typed else self.training.refresh()
        guarded(self, work, doing="looking at the pictures", group="refresh")
        work = self.training.drop_missing()
        guarded(self, work, doing="asking for the trainers", group="gone", exclusive=True)

    def _focus_what_is_missing(self) -> None:
        """Start where something is to be entered, unless the user is somewhere already."""
        order = self.training.order
        missing = next((problem.field for problem in order.problems()), "")
        if order.source and missing and self.focused is self._pictures.source_input:
            self._form.fields.focus_field(missing)

    # What is shown

    def _show(self) -> None:
        """Show all that is asked for, and keep it."""
        self._form.show()
        self._show_price()
        self._show_notice(self.training.notice())
        draft = self.training.draft
        if draft != self._kept:
            self._kept = draft
            self.keep_draft(draft.to_note())

    def _show_price(self) -> None:
        """Show how far a training is prepared, else what it costs."""
        if self.training.progress:
            self._train_line.show_progress(self.training.progress)
            return
        line = self.training.price_line()
        self._train_line.show_samples(line.samples)
        self._train_line.show_price(line.price, line.text, fault=line.is_fault)

    def _show_notice(self, notice: TrainingNotice) -> None:
        self._notice.set_class(notice.is_hint, "-hint")
        self._notice.display = bool(notice.text)
        style = "$text-warning" if notice.is_hint else "bold $text-error"
        self._notice.show(Content.assemble((notice.heading, style), plain(notice.text)))

    def show_time(self) -> None:
        """Show the trainings as they are by now."""
        self._trainings.show()

    @on(RowTable.Highlighted, "#trainings")
    def _show_monitor(self) -> None:
        """Show how the training under the cursor goes."""
        self._monitor.follow(self._trainings.selected_key)

    def _follow_jobs(self) -> None:
        self.show_time()
        self._show_notice(self.training.notice())
        self._show_monitor()
        guarded(
            self, self.training.follow_jobs(), doing="reading how long it took", group="pace", exclusive=True
        )

    def _follow_prices(self) -> None:
        self._show()
        work = self.training.price_samples()
        guarded(self, work, doing="pricing the samples", group="samples", exclusive=True)

    # What the keys do

    @on(TrainLine.Stopped)
    def action_stop(self) -> None:
        """Stop looking through or packing pictures, else clear the news."""
        if not self.training.stop():
            self.action_clear_news()

    @on(TrainLine.Pressed)
    def action_train(self) -> None:
        """Check everything, ask, and start the training; while one is being prepared nothing happens."""
        self._pictures.report()
        guarded(self, self._train(), doing="starting the training", group="train")

    async def _train(self) -> None:
        outcome = await self.training.start()
        if not isinstance(outcome, Obstacle):
            return
        if outcome.problems:
            self._form.fields.show_problems(outcome.problems)
        elif outcome.pictures:
            self._pictures.source_input.focus()

    @on(TrainLine.SamplesRequested)
    def action_samples(self) -> None:
        """Let the prompts be typed, or say why there can be no samples."""
        work = self.training.ask_samples()
        guarded(self, work, doing="asking for samples", group="ask-samples", exclusive=True)

    def action_presets(self) -> None:
        """Offer the presets."""
        work = self.training.presets.choose()
        guarded(self, work, doing="choosing a preset", group="presets", exclusive=True)

    def action_choose_pictures(self) -> None:
        """Let a folder or archive be picked from the disk."""
        self._pictures.choose()

    def action_edit_pictures(self) -> None:
        """Open the workbench, from any field."""
        self._pictures.open_workbench()


@dialog_of.register
def _(question: SamplesQuestion) -> Screen[Any]:
    from fluxtui.screens.finetune.samples_dialog import SamplesDialog

    return SamplesDialog(question.prompts, question.chosen, question.trigger_word)
