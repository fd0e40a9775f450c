"""Asks for one line of text."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.suggester import Suggester
from textual.widgets import Input

from fluxtui.widgets.dialogs.base import Dialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel, set_title


class LineDialog(Dialog[str]):
    """Answers with what was typed, without the spaces around it."""

    HELP = "Type and press Enter; the right arrow takes a completion. Escape or `ctrl+c` leaves."

    DEFAULT_CSS = """
    LineDialog { .dialog PlainLabel { width: 1fr; } LineInput { margin-top: 1; } }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss", "Cancel", id="line_dialog.cancel"),
    ]

    def __init__(
        self,
        title: str,
        words: str,
        value: str = "",
        *,
        placeholder: str = "",
        may_be_empty: bool = False,
        suggester: Suggester | None = None,
    ) -> None:
        """Args:
        title: stands in the border.
        words: what is asked for, in a sentence.
        value: stands in the line at first.
        placeholder: stands in it while it is empty.
        may_be_empty: whether nothing is an answer, too.
        suggester: completes what is typed.
        """
        super().__init__()
        self._title = title
        self._words = words
        self._value = value
        self._placeholder = placeholder
        self._may_be_empty = may_be_empty
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        """Lay out the words and the line."""
        with Vertical(classes="dialog") as frame:
            set_title(frame, self._title)
            yield PlainLabel(self._words)
            line = LineInput(self._value, placeholder=self._placeholder)
            line.suggester = self._suggester
            yield line
            yield PlainLabel("Enter takes it · Esc or ctrl+c cancels", classes="dialog-keys")

    def on_mount(self) -> None:
        """Let it be typed at once."""
        self.query_one(LineInput).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with what was typed."""
        event.stop()
        text = event.value.strip()
        if text or self._may_be_empty:
            self.dismiss(text)
