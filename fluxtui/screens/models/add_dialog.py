"""Asks for a finetune that the service does not list: its id, and the word that triggers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.widgets.dialogs import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, set_title


@dataclass(frozen=True)
class NewFinetune:
    """What was typed: an id, and a trigger word or `''`."""

    id: str
    trigger_word: str


class AddDialog(Dialog[NewFinetune]):
    """Answers with what was typed."""

    HELP = "Type the id, then the trigger word if you know it. Enter goes on, Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    AddDialog {
        .dialog PlainLabel { width: 1fr; }
        .add-title { margin-top: 1; color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="add.cancel"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out what an id can be, and the two lines."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, "Add a finetune by its id")
            yield PlainLabel(
                "Its id; of a LoRA its name in the dashboard, or organisation/name if it is shared."
            )
            yield LineInput(placeholder="id", id="add-id")
            yield PlainLabel("Trigger word, if you know it", classes="add-title")
            yield LineInput(placeholder="the service may tell it", id="add-trigger")
            yield PlainLabel("Enter asks the service for it · Esc or ctrl+c cancels", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the id be typed at once."""
        self._line("#add-id").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on from the id to the trigger word, and from there to the answer."""
        event.stop()
        finetune_id = self._line("#add-id").value.strip()
        if not finetune_id:
            self._line("#add-id").focus()
        elif event.input.id == "add-id":
            self._line("#add-trigger").focus()
        else:
            self.dismiss(NewFinetune(finetune_id, self._line("#add-trigger").value.strip()))

    def _line(self, selector: str) -> LineInput:
        return self.query_one(selector, LineInput)
