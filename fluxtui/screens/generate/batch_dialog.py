"""The dialog in which a batch is set up: seeds, and a grid over one to three parameters."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.widgets import Input

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.generation.batch import Batch, scope_of
from fluxtui.controllers.generation.batch_setup import BatchQuestion, batch_sum
from fluxtui.controllers.questions import Choice
from fluxtui.domain.axes import TypedAxis, axis_help, axis_titles
from fluxtui.domain.batches import MOST_AXES, BatchSetup, SeedMode
from fluxtui.domain.durations import duration_text
from fluxtui.domain.errors import FluxError
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, PlainStatic, set_title

REST_SECONDS = 0.2
"""How long typing rests until the journal is asked how long such pictures took."""

_PLACES = ("Columns", "Rows", "Sheets")
_NOTHING = Choice("", "nothing")
_SEEDS = {
    SeedMode.USUAL: "as usual",
    SeedMode.FIXED: "the same",
    SeedMode.RANDOM: "random",
    SeedMode.INCREASING: "increasing",
    SeedMode.LIST: "a list",
}
_SEED_HELP = {
    SeedMode.USUAL: "one seed for all of a grid; without one, the form's seed and those after it, or random",
    SeedMode.FIXED: "every picture has the form's seed, or one that is drawn once",
    SeedMode.RANDOM: "every picture has a seed of its own",
    SeedMode.INCREASING: "the form's seed, or one that is drawn, and those after it",
    SeedMode.LIST: "seeds between commas, or 100..103: one more direction of the grid",
}


class BatchDialog(Dialog[None]):
    """Changes the set-up of a form as one types; every way out leaves it as it stands."""

    app = getters.app(StatefulApp)

    HELP = (
        "A grid makes a picture for every combination of the values: choose what changes from column to "
        "column, row to row and sheet to sheet, and write the values: `1, 2, 4`, `0.6..1.2 step 0.2`, `all`. "
        "Prompt words are searched and replaced: the first value is what stands in the prompt. "
        "`ctrl+x` takes everything back, `ctrl+s` or Escape closes; nothing is sent from here."
    )

    DEFAULT_CSS = """
    BatchDialog {
        .dialog { width: 84; max-width: 96%; padding: 0 1; }
        .axis { height: 1; }
        .axis-title { width: 9; color: $text-muted; }
        .axis Chooser { width: 28; }
        .axis LineInput { width: 1fr; }
        #seed-row { margin-top: 1; }
        #batch-help { height: 2; margin-top: 1; color: $text-muted; width: 1fr; }
        #batch-sum { height: 2; width: 1fr; }
        #batch-sum.-wrong { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c,ctrl+s,f11", "dismiss", "Close", id="batch.close"),
        # Before the field that the cursor is in, where this key cuts.
        Binding("ctrl+x", "clear", "Clear", id="batch.clear", priority=True),
    ]

    def __init__(self, question: BatchQuestion) -> None:
        """Args:
        question: what is asked for, and who is told of every change of the set-up.
        """
        super().__init__()
        self._form = question.form
        self._stock = question.stock
        self._offer = question.offer
        self._changed = question.changed

    def compose(self) -> ComposeResult:
        """Lay out the directions of the grid, the seeds, and what comes of it."""
        titles = axis_titles(self._offer.endpoint)
        choices = (_NOTHING, *(Choice(name, title) for name, title in titles.items()))
        setup = self._form.setup
        axes = (*setup.axes, *(TypedAxis(),) * MOST_AXES)[:MOST_AXES]
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Batch and grid")
            for index, (place, axis) in enumerate(zip(_PLACES, axes, strict=True)):
                with Horizontal(classes="axis"):
                    yield PlainLabel(place, classes="axis-title")
                    yield Chooser(choices, axis.parameter, title=place, id=f"axis-{index}")
                    yield LineInput(axis.values, id=f"values-{index}")
            with Horizontal(classes="axis", id="seed-row"):
                yield PlainLabel("Seeds", classes="axis-title")
                modes = [Choice(mode.value, words) for mode, words in _SEEDS.items()]
                yield Chooser(modes, setup.seeds.value, title="Seeds", id="seeds")
                yield LineInput(setup.seed_list, id="seed-list")
            yield PlainStatic("", id="batch-help")
            yield PlainStatic("", id="batch-sum")
            yield PlainLabel(
                "Tab next · ^X clears · Esc or ^S closes; then the button sends", classes="dialog-keys"
            )

    def on_mount(self) -> None:
        """Begin with the columns."""
        self._show_fields()
        self._reckon()
        self.query_one("#axis-0").focus()

    @property
    def setup(self) -> BatchSetup:
        """The set-up as it stands in the controls."""
        axes = tuple(
            TypedAxis(
                parameter=self.query_one(f"#axis-{index}", Chooser).value,
                values=self.query_one(f"#values-{index}", LineInput).value,
            )
            for index in range(MOST_AXES)
        )
        return BatchSetup(
            axes=axes,
            seeds=SeedMode(self.query_one("#seeds", Chooser).value),
            seed_list=self.query_one("#seed-list", LineInput).value,
        )

    def action_clear(self) -> None:
        """Take everything back."""
        for index in range(MOST_AXES):
            self.query_one(f"#axis-{index}", Chooser).value = ""
            self.query_one(f"#values-{index}", LineInput).show("")
        self.query_one("#seeds", Chooser).value = SeedMode.USUAL.value
        self.query_one("#seed-list", LineInput).show("")
        self._follow()

    @on(Chooser.Changed)
    def choose(self, event: Chooser.Changed) -> None:
        """Take over another direction or other seeds."""
        event.stop()
        self._follow()

    @on(Chooser.Passed)
    def go_on(self, event: Chooser.Passed) -> None:
        """Go on to the values."""
        event.stop()
        self.focus_next()

    @on(Input.Changed)
    def take_values(self, event: Input.Changed) -> None:
        """Take over the values."""
        event.stop()
        self._follow()

    @on(Input.Submitted)
    def finish_values(self, event: Input.Submitted) -> None:
        """Go on to the next direction."""
        event.stop()
        self.focus_next()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what can be written where the cursor is."""
        self._show_help()

    def _follow(self) -> None:
        setup = self.setup
        if setup == self._form.setup:
            return
        self._form = replace(self._form, setup=setup)
        self._changed(setup)
        self._show_fields()
        self._show_help()
        self._reckon()

    def _show_fields(self) -> None:
        """Show the lines for values where there is something that has values."""
        for index in range(MOST_AXES):
            used = bool(self.query_one(f"#axis-{index}", Chooser).value)
            self.query_one(f"#values-{index}", LineInput).display = used
        is_list = self.setup.seeds is SeedMode.LIST
        self.query_one("#seed-list", LineInput).display = is_list

    def _show_help(self) -> None:
        named = (self.focused.id or "") if self.focused is not None else ""
        kind, _, index = named.rpartition("-")
        if named in ("seeds", "seed-list"):
            words = _SEED_HELP[self.setup.seeds]
        elif kind in ("axis", "values"):
            parameter = self.query_one(f"#axis-{index}", Chooser).value
            words = axis_help(parameter, scope_of(self._form, self._stock, self._offer))
        else:
            words = ""
        self.query_one("#batch-help", PlainStatic).show(
            words or "Left and right choose, Enter shows all that can be varied."
        )

    def _reckon(self) -> None:
        """Say how many pictures it makes and what they cost, or what is wrong."""
        total = batch_sum(self._form, self._stock, self._offer)
        self._say(total.words, wrong=total.is_wrong)
        if total.batch is not None:
            work = self._say_time(total.batch, total.words)
            guarded(self, work, doing="reckoning the time", group="time", exclusive=True)

    async def _say_time(self, batch: Batch, words: str) -> None:
        await asyncio.sleep(REST_SECONDS)
        try:
            seconds = await self.app.services.batches.expected_seconds(batch.counts)
        except FluxError:
            # A profile that cannot be used is told of where that matters: when it is sent.
            return
        if seconds is not None:
            self._say(f"{words} · about {duration_text(seconds)}")

    def _say(self, words: str, *, wrong: bool = False) -> None:
        self.workers.cancel_group(self, "time")
        line = self.query_one("#batch-sum", PlainStatic)
        line.set_class(wrong, "-wrong")
        line.show(words)
