"""The line over a list into which a filter is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel


class FilterLine(Horizontal):
    """Hidden until it is opened; Enter keeps the filter, Escape clears it, both go back to the list."""

    HELP = "Type words that a row must contain. Enter keeps the filter, Escape or `ctrl+c` clears it."

    DEFAULT_CSS = """
    FilterLine {
        height: 1;
        display: none;
        &.-open { display: block; }
        .filter-sign { width: 2; color: $text-accent; }
        .filter-count { width: auto; padding: 0 1; color: $text-muted; }
        LineInput { width: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "clear", "Clear filter", id="filter.clear"),
        Binding("down", "keep", "To the list", id="filter.keep", show=False),
    ]

    class Changed(Message):
        """Other words are to be found; an empty text means everything."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class LeaveRequested(Message):
        """The user wants back to the list."""

    def __init__(
        self,
        placeholder: str = "words to find",
        suggester: Suggester | None = None,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Args:
        placeholder: says what can be typed.
        suggester: completes what is typed; the right arrow takes it.
        """
        super().__init__(id=id, classes=classes)
        self._placeholder = placeholder
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        """Lay out the sign, the input and the count."""
        yield PlainLabel("/", classes="filter-sign")
        line = LineInput(placeholder=self._placeholder)
        line.suggester = self._suggester
        yield line
        yield PlainLabel("", classes="filter-count")

    @property
    def text(self) -> str:
        """The words to find."""
        return next((line.value.strip() for line in self.query(LineInput)), "")

    def open(self) -> None:
        """Show the line and put the focus into it."""
        self.add_class("-open")
        self.query_one(LineInput).focus(scroll_visible=False)

    def show(self, text: str) -> None:
        """Put in other words; the line is hidden where there are none and nobody types."""
        self.query_one(LineInput).show(text)
        self.set_class(bool(self.text) or self.has_focus_within, "-open")

    def show_count(self, shown: int, total: int) -> None:
        """Say how many rows are left."""
        self.query_one(".filter-count", PlainLabel).show(f"{shown:,} of {total:,}")

    def action_keep(self) -> None:
        """Go back to the list; an empty line is hidden."""
        self.set_class(bool(self.text), "-open")
        self.post_message(self.LeaveRequested())

    def action_clear(self) -> None:
        """Show everything again and go back to the list."""
        self.query_one(LineInput).show("")
        self.action_keep()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the list."""
        event.stop()
        self.post_message(self.Changed(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go back to the list with the filter kept."""
        event.stop()
        self.action_keep()
