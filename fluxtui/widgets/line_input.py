"""A one-line input as all forms and dialogs use it: one row high, still, and safe to paste into."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.widgets import Input

from fluxtui.domain.text import safe_text, steady_text


class LineInput(Input):
    """An `Input` without border and without a blinking cursor; pasted text loses its control characters."""

    DEFAULT_CSS = """
    LineInput.-textual-compact {
        background: $surface;
        padding: 0 1;
        &:focus {
            background: $surface-lighten-2;
            background-tint: transparent;
        }
        &:ansi:focus { text-style: bold; }
    }
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        restrict: str | None = None,
        max_length: int = 0,
        select_on_focus: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            safe_text(value),
            placeholder=safe_text(placeholder),
            restrict=restrict,
            max_length=max_length,
            select_on_focus=select_on_focus,
            compact=True,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    @property
    def _value(self) -> Text:
        """The value as it is drawn, with each character in its place."""
        drawn = super()._value
        drawn.plain = steady_text(drawn.plain)
        return drawn

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(safe_text(event.text.strip("\r\n")), *self.selection)

    def show(self, text: str) -> None:
        """Replace the text; nothing is posted where it is the same."""
        safe = safe_text(text)
        if safe != self.value:
            self.value = safe
