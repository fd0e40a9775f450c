"""The line over a list into which a filter is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainLabel

OPENING_SECONDS = 0.03
"""How long drawing is held back when it opens or closes: the list acts on its other size."""


class FilterLine(Horizontal):
    """Hidden and empty until it is opened; Enter keeps the filter, Escape clears it, both lead back."""

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
        self._line: LineInput | None = None
        self._count = PlainLabel("", classes="filter-count")

    @property
    def line(self) -> LineInput:
        """Where the words are typed; it is there from now on."""
        if self._line is None:
            self._line = LineInput(placeholder=self._placeholder)
            self._line.suggester = self._suggester
            self.mount(PlainLabel("/", classes="filter-sign"), self._line, self._count)
        return self._line

    @property
    def text(self) -> str:
        """The words to find."""
        return self._line.value.strip() if self._line is not None else ""

    def open(self) -> None:
        """Show the line and put the focus into it."""
        self.app.delay_update(OPENING_SECONDS)
        self.add_class("-open")
        self.line.focus(scroll_visible=False)

    def show(self, text: str) -> None:
        """Put in other words; the line is hidden where there are none and nobody types."""
        if text or self._line is not None:
            self.line.show(text)
        self.set_class(bool(self.text) or self.has_focus_within, "-open")

    def show_count(self, shown: int, total: int) -> None:
        """Say how many rows are left."""
        self._count.show(f"{shown:,} of {total:,}")

    def action_keep(self) -> None:
        """Go back to the list; an empty line is hidden."""
        self.app.delay_update(OPENING_SECONDS)
        self.set_class(bool(self.text), "-open")
        self.post_message(self.LeaveRequested())

    def action_clear(self) -> None:
        """Show everything again and go back to the list."""
        if self._line is not None:
            self._line.show("")
        self.action_keep()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the list."""
        event.stop()
        self.post_message(self.Changed(event.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go back to the list with the filter kept."""
        event.stop()
        self.action_keep()
