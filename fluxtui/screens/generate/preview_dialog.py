"""What is going to be sent: every prompt, how many, and what they cost."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.generation.preview import Preview, PreviewDraft, PreviewQuestion
from fluxtui.widgets.dialogs import DeliberateDialog
from fluxtui.widgets.plain import PlainLabel, PlainStatic, cell, set_title


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
        self._draft = PreviewDraft(question)

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

    def _keys(self) -> str:
        others = "r others · t all/off/drawn · o off · " if self._draft.is_template else ""
        return f"{others}^S generates · Esc or q goes back"

    def _work_out(self) -> None:
        guarded(self, self._show(), doing="working the prompt out", group="plan", exclusive=True)

    async def _show(self) -> None:
        await self._draft.work_out()
        shown = self._draft.shown
        table = self.query_one(DataTable)
        table.clear()
        for number, prompt in enumerate(shown.prompts, 1):
            table.add_row(cell(number, "dim", align="right"), cell(prompt))
        self.query_one("#kind", PlainLabel).show(self._draft.kind())
        cost = self.query_one("#cost", PlainLabel)
        cost.set_class(shown.is_wrong, "-wrong")
        cost.show(shown.cost)
        self._show_whole()

    def _show_whole(self) -> None:
        row, prompts = self.query_one(DataTable).cursor_row, self._draft.shown.prompts
        text = prompts[row] if row < len(prompts) else ""
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
        self._draft.draw_others()
        self._work_out_again()

    def action_switch(self) -> None:
        """Do something else with templates."""
        self._draft.switch()
        self._work_out_again()

    def action_off(self) -> None:
        """Send the text as it stands, or draw again."""
        self._draft.toggle_off()
        self._work_out_again()

    def _work_out_again(self) -> None:
        if self._draft.is_template:
            self._work_out()

    def action_leave(self) -> None:
        """Go back, with what is shown kept."""
        self.dismiss(self._draft.answer(send=False))

    def action_send(self) -> None:
        """Generate what is shown, once it is there."""
        if self._draft.can_be_sent:
            self.dismiss(self._draft.answer(send=True))
