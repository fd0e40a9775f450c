"""Under which name something is kept."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.widgets.dialogs.base import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, set_title


class NameDialog(Dialog[str]):
    """Answers with a name."""

    HELP = "Type a name and press Enter; what has that name is replaced. Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    NameDialog { .dialog PlainLabel { width: 1fr; } LineInput { margin-top: 1; } }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="name.cancel"),
    ]

    def __init__(self, kind: str, words: str, taken: frozenset[str], *, limit: int) -> None:
        """Args:
        kind: what is kept, such as `'preset'`.
        words: what is in it.
        taken: names that are in use.
        limit: characters of a name.
        """
        super().__init__()
        self._kind = kind
        self._words = words
        self._taken = taken
        self._limit = limit

    def compose(self) -> ComposeResult:
        """Lay out what is kept and the line for the name."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, f"Save as a {self._kind}")
            yield PlainLabel(self._words)
            yield LineInput(placeholder=f"name of the {self._kind}", max_length=self._limit)
            yield PlainLabel("", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the name be typed at once."""
        self.query_one(LineInput).focus()
        self._say("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say whether the name is in use already."""
        event.stop()
        self._say(event.value.strip())

    def _say(self, name: str) -> None:
        does = f"Enter replaces the {self._kind} of this name" if name in self._taken else "Enter saves"
        self.query_one(".dialog-keys", PlainLabel).show(f"{does} · Esc or ctrl+c cancels")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the name."""
        event.stop()
        if event.value.strip():
            self.dismiss(event.value.strip())
