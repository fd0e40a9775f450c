"""What is going to be sent: every prompt, how many, and what they cost."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.generation.planner import Preview, PreviewQuestion
from fluxtui.controllers.generation.preview import Shown
from fluxtui.controllers.generation.prompt_plan import SEED_LIMIT, Asked, Plan, plan
from fluxtui.domain.prompts import Templates, is_template
from fluxtui.widgets.dialogs import DeliberateDialog, dialog_of
from fluxtui.widgets.plain import PlainLabel, PlainStatic, cell, set_title

_NEXT = {
    Templates.RANDOM: Templates.ALL,
    Templates.ALL: Templates.OFF,
    Templates.OFF: Templates.RANDOM,
}
_WORDS = {
    Templates.RANDOM: "A template: each picture has a prompt that is drawn.",
    Templates.ALL: "A template: every combination is made.",
    Templates.OFF: "Templates are off: the prompt is sent as it stands.",
}
_PLAIN = "No template: every picture has this prompt."


class PreviewDialog(DeliberateDialog[Preview]):
    """Shows the prompts as they will be sent; what is shown when it closes is what is sent."""

    HELP = """`r` draws other prompts, `t` goes on from drawing to all combinations, to sending the text as it
stands, and `o` does that at once. `ctrl+s` generates what is shown; Enter or Escape goes back, and keeps what
is shown."""

    DEFAULT_CSS = """
    PreviewDialog {
        .dialog { width: 100; max-width: 96%; padding: 0 1; }
        .dialog PlainLabel { width: 1fr; }
        DataTable { height: auto; max-height: 25vh; margin-top: 1; }
        DataTable { background: $background; overflow-x: hidden; }
        .whole { height: 4; margin-top: 1; color: $text-muted; }
        #kind, #cost { max-height: 4; }
        .-wrong { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f10,enter", "leave", "Back", id="preview.leave"),
        Binding("ctrl+s", "send", "Generate", id="preview.send"),
        Binding("r", "draw", "Others", id="preview.draw"),
        Binding("t", "switch", "Templates", id="preview.switch"),
        Binding("o", "off", "As it stands", id="preview.off"),
        Binding("j", "move(1)", "Down", id="preview.down", show=False),
        Binding("k", "move(-1)", "Up", id="preview.up", show=False),
    ]

    app = getters.app(StatefulApp)

    def __init__(self, question: PreviewQuestion) -> None:
        """Args:
        question: what is asked for, and what tells what would be sent.
        """
        super().__init__()
        self._prompts = question.prompts
        self._form = question.form
        self._show_for = question.shown
        self._shown: tuple[str, ...] = ()
        self._is_wrong = False
        self._plan: Plan | None = None

    def compose(self) -> ComposeResult:
        """Lay out what kind it is, the prompts, the whole of one, the cost and the keys."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "What will be sent")
            yield PlainLabel("", id="kind")
            table: DataTable[object] = DataTable(show_header=False, cursor_type="row")
            yield table
            yield PlainStatic("", classes="whole")
            yield PlainLabel("Working it out …", id="cost")
            yield PlainLabel(self._keys(), classes="dialog-keys")

    def on_mount(self) -> None:
        """Work out what is shown."""
        super().on_mount()
        table = self.query_one(DataTable)
        table.add_column("number", width=3)
        table.add_column("prompt")
        table.focus()
        self._work_out()

    @property
    def _is_template(self) -> bool:
        return is_template(self._form.text)

    def _keys(self) -> str:
        others = "r others · t all/off/drawn · o off · " if self._is_template else ""
        return f"{others}^S generates · Esc or q goes back"

    def _work_out(self) -> None:
        guarded(self, self._show(), doing="working the prompt out", group="plan", exclusive=True)

    async def _show(self) -> None:
        form = self._form
        worked_out = await plan(self._prompts, Asked.by(form))
        shown = self._show_for(form, worked_out.prompts)
        if worked_out.problem:
            shown = Shown((), f"✗ {worked_out.problem}", is_wrong=True)
        self._plan, self._shown, self._is_wrong = worked_out, shown.prompts, shown.is_wrong
        table = self.query_one(DataTable)
        table.clear()
        for number, prompt in enumerate(self._shown, 1):
            table.add_row(cell(number, "dim", align="right"), cell(prompt))
        self.query_one("#kind", PlainLabel).show(self._kind(worked_out))
        cost = self.query_one("#cost", PlainLabel)
        cost.set_class(shown.is_wrong, "-wrong")
        cost.show(shown.cost)
        self._show_whole()

    def _kind(self, worked_out: Plan) -> str:
        if self._is_template:
            kind = _WORDS[self._form.templates]
        elif self._form.setup.is_grid:
            kind = "No template."
        else:
            kind = _PLAIN
        note = worked_out.note()
        return f"{kind} {note[:1].upper()}{note[1:]}." if note else kind

    def _show_whole(self) -> None:
        row = self.query_one(DataTable).cursor_row
        text = self._shown[row] if row < len(self._shown) else ""
        self.query_one(".whole", PlainStatic).show(text, layout=False)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show all of the marked prompt."""
        event.stop()
        self._show_whole()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Go back."""
        event.stop()
        self.action_leave()

    def action_move(self, by: int) -> None:
        """Move the mark."""
        table = self.query_one(DataTable)
        table.move_cursor(row=max(0, table.cursor_row + by), animate=False)

    def action_draw(self) -> None:
        """Draw other prompts."""
        if self._is_template:
            # Not a secret: it is shown and kept, to draw the same again.
            seed = random.randrange(SEED_LIMIT)  # noqa: S311
            self._form = replace(self._form, prompt_seed=seed, templates=Templates.RANDOM)
            self._work_out()

    def action_switch(self) -> None:
        """Do something else with templates."""
        if self._is_template:
            self._form = replace(self._form, templates=_NEXT[self._form.templates])
            self._work_out()

    def action_off(self) -> None:
        """Send the text as it stands, or draw again."""
        if self._is_template:
            is_off = self._form.templates is Templates.OFF
            templates = Templates.RANDOM if is_off else Templates.OFF
            self._form = replace(self._form, templates=templates)
            self._work_out()

    def action_leave(self) -> None:
        """Go back, with what is shown kept."""
        self._answer(send=False)

    def action_send(self) -> None:
        """Generate what is shown, once it is there."""
        is_shown = self._plan is not None and self._plan.asked == Asked.by(self._form)
        if is_shown and not self._is_wrong:
            self._answer(send=True)

    def _answer(self, *, send: bool) -> None:
        self.dismiss(Preview(self._form.templates, self._form.prompt_seed, send))


@dialog_of.register
def _(question: PreviewQuestion) -> PreviewDialog:
    return PreviewDialog(question)
