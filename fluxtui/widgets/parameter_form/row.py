"""One parameter on one line: label, input, range; under it what is wrong, or what was found out."""

from __future__ import annotations

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.controls import FieldControl, is_wide
from fluxtui.widgets.parameter_form.gauge import Gauge, has_gauge
from fluxtui.widgets.paths import PathNote
from fluxtui.widgets.plain import PlainLabel, PlainStatic, plain

CHANGED = "•"
"""Stands behind the title of a field whose value is not the default."""

PICTURE_NOTE_CELLS = 2
"""By how much a note about a picture is set in."""


class FieldRow(Vertical):
    """A labelled input."""

    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        .field-line { height: auto; }
        .field-title { width: 16; height: 1; color: $text-muted; }
        .field-range { width: 1fr; height: 1; color: $text-muted; padding-left: 1; }
        .field-note { width: 1fr; height: auto; color: $text-muted; display: none; }
        &.-noted .field-note { display: block; }
        &.-problem .field-note { color: $text-error; }
        &.-problem .field-title { color: $text-error; }
        &.-current .field-title { color: $text-accent; text-style: bold; }
    }
    """

    def __init__(self, field: Field, control: Widget, title_width: int) -> None:
        super().__init__(classes="-wide" if is_wide(control) else "")
        self.field = field
        self.input = control
        self._title_width = title_width
        self._problem = ""
        self._differs = False
        self._note: PathNote | None = None

    @property
    def control(self) -> FieldControl:
        """The input as the form sees it."""
        return cast(FieldControl, self.input)

    def compose(self) -> ComposeResult:
        """Lay out label, input and range on one line."""
        title = PlainLabel(self._title(), classes="field-title")
        title.styles.width = self._title_width
        with Horizontal(classes="field-line"):
            yield title
            yield self.input
            if has_gauge(self.field):
                yield Gauge(self.field, self.control.entered())
            elif not is_wide(self.input) and (allowed := entries.short_range(self.field)):
                yield PlainLabel(allowed, classes="field-range")

    def _title(self) -> Content:
        title = plain(self.field.title, limit=self._title_width - 2)
        if not self._differs:
            return title
        room = " " * (self._title_width - 2 - title.cell_length)
        return Content.assemble(title, room, (CHANGED, "$text-accent"))

    def show_value(self, value: object, *, differs: bool) -> None:
        """Show where a value lies between its limits, and mark one that is not the default."""
        for drawn in self.query(Gauge):
            drawn.show_value(value)
        if differs != self._differs:
            self._differs = differs
            for title in self.query(".field-title").results(PlainLabel):
                title.show(self._title(), layout=False)

    @property
    def problem(self) -> str:
        """What is wrong with the value, or an empty string."""
        return self._problem

    def show_problem(self, reason: str) -> None:
        """Show what is wrong, or nothing for an empty string."""
        if reason != self._problem:
            self._problem = reason
            self._draw_note()

    def show_note(self, note: PathNote | None) -> None:
        """Show what was found out about the value."""
        if note != self._note:
            self._note = note
            self._draw_note()

    def _draw_note(self) -> None:
        wrong = bool(self._problem) or (self._note is not None and not self._note.usable)
        text = self._problem or (self._note.text if self._note else "")
        self.set_class(wrong, "-problem")
        self.set_class(bool(text), "-noted")
        found = self.query(".field-note")
        if not text and not found:
            return
        words = f"{'✗ ' if wrong else ''}{text}"
        if found:
            found.first(PlainStatic).show(words)
            return
        note = PlainStatic(words, classes="field-note")
        # What a picture is takes more words than there is room for beside its title.
        is_picture = self.field.control in (Control.PICTURE, Control.PICTURES)
        note.styles.padding = (0, 0, 0, PICTURE_NOTE_CELLS if is_picture else self._title_width)
        self.mount(note)


class MoreRow(PlainStatic, can_focus=True):
    """The line that folds the advanced parameters away and back."""

    HELP = "Enter or Space shows and hides the further settings."

    DEFAULT_CSS = """
    MoreRow {
        width: 1fr;
        height: 1;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:focus { color: $text-accent; text-style: bold; background: $surface; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "toggle_more", "More or less", id="form.more"),
    ]

    class Toggled(Message):
        """The user wants to see more, or less."""

    def __init__(self, titles: tuple[str, ...], *, is_open: bool) -> None:
        super().__init__(classes="-wide")
        self._titles = titles
        self.show_open(is_open)

    def show_open(self, is_open: bool) -> None:
        """Draw the line for the open or the folded state."""
        names = ", ".join(title.lower() for title in self._titles)
        words = "Less" if is_open else f"More: {names}"
        self.show(plain(f"{'-' if is_open else '+'} {words}", limit=200))

    def action_toggle_more(self) -> None:
        """Ask the form to fold or unfold."""
        self.post_message(self.Toggled())

    def on_click(self) -> None:
        """Ask the form to fold or unfold."""
        self.action_toggle_more()
