"""The input for a text of several lines."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.content import Content
from textual.widgets import TextArea

from fluxtui.domain.endpoint import Field
from fluxtui.domain.text import safe_text
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.controls import Entered
from fluxtui.widgets.steady_area import SteadyArea


class PromptControl(SteadyArea):
    """A text of several lines that grows with what is written."""

    DEFAULT_CSS = """
    PromptControl {
        width: 1fr;
        height: auto;
        min-height: 2;
        max-height: 6;
        padding: 0 1;
        background: $surface;
        scrollbar-size-vertical: 1;
        &:focus { background: $surface-lighten-2; }
    }
    """

    def __init__(self, field: Field, value: Any) -> None:
        super().__init__(
            safe_text("" if value is None else value, newlines=True),
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=Content(entries.empty_text(field)),
        )
        self.cursor_blink = False
        self.field = field

    def entered(self) -> Any:
        """Return the text, None where it is empty."""
        return self.text or None

    def enter(self, value: Any) -> None:
        """Show a text."""
        text = safe_text("" if value is None else value, newlines=True)
        if text != self.text:
            self.text = text

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(Entered(self.field.name))

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(safe_text(event.text, newlines=True), *self.selection)
