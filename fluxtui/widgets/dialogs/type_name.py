"""Something is deleted for good: its name must be typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.domain.text import safe_text
from fluxtui.widgets.dialogs.base import DeliberateDialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, set_title


class TypeNameDialog(DeliberateDialog[bool]):
    """Is answered with yes only by typing `name` as it is shown."""

    HELP = "Type the name and press Enter; Escape or `ctrl+c` leaves everything as it is."

    DEFAULT_CSS = """
    TypeNameDialog {
        .dialog PlainLabel { width: 1fr; }
        .dialog-name { text-style: bold; margin: 1 0; }
        .dialog-answer { dock: bottom; color: $text-muted; }
        .dialog-answer.-wrong { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss(False)", "Cancel", id="type_name.cancel"),
    ]

    def __init__(self, title: str, sentences: Sequence[str], name: str) -> None:
        """Args:
        title: stands in the border.
        sentences: what will be lost, one line each.
        name: what has to be typed.
        """
        super().__init__()
        self._title = title
        self._sentences = tuple(sentences)
        self._name_to_type = safe_text(name).strip()

    def compose(self) -> ComposeResult:
        """Lay out sentences, the name and the line to type it into."""
        with Vertical(classes="dialog -danger") as frame:
            set_title(frame, f"⚠ {self._title}")
            for sentence in self._sentences:
                yield PlainLabel(sentence)
            yield PlainLabel(self._name_to_type, classes="dialog-name")
            yield LineInput(placeholder="type this name", id="name")
            yield PlainLabel("Enter deletes · Esc or ctrl+c cancels", classes="dialog-answer")

    def on_mount(self) -> None:
        """Let the name be typed at once."""
        self.query_one(LineInput).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Say yes where the name is right."""
        event.stop()
        if event.value.strip() == self._name_to_type:
            self.dismiss(True)
            return
        answer = self.query_one(".dialog-answer", PlainLabel)
        answer.show("✗ That is not the name · Esc or ctrl+c cancels")
        answer.add_class("-wrong")
