"""Asks for the path of one file."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from fluxtui.widgets.dialogs.base import Dialog
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.paths import PathKind
from fluxtui.widgets.plain import PlainLabel, set_title


class PathDialog(Dialog[str]):
    """Answers with a path as it was typed."""

    HELP = "Type the path; right completes it, Enter takes it, Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    PathDialog { .dialog PlainLabel { width: 1fr; } PathInput { margin-top: 1; } }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="path_dialog.cancel"),
    ]

    def __init__(self, title: str, words: str, value: str = "") -> None:
        """Args:
        title: stands in the border.
        words: what the file is, in a sentence.
        value: stands in the line at first.
        """
        super().__init__()
        self._title = title
        self._words = words
        self._value = value

    def compose(self) -> ComposeResult:
        """Lay out the words and the line."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, self._title)
            yield PlainLabel(self._words)
            yield PathInput(self._value, kind=PathKind.ANY)
            yield PlainLabel("→ completes · Enter takes it · Esc or ctrl+c cancels", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let the path be typed at once."""
        self.query_one(PathInput).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with what was typed."""
        event.stop()
        if event.value.strip():
            self.dismiss(event.value.strip())
