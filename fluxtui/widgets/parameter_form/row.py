"""One parameter on one line: label, input, range; under it what is wrong, or what was found out."""

from __future__ import annotations

from typing import ClassVar, cast

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.parameter_form import entries
from fluxtui.widgets.parameter_form.controls import FieldControl, NumberControl, is_wide
from fluxtui.widgets.parameter_form.gauge import gauge, has_gauge
from fluxtui.widgets.paths import PathNote
from fluxtui.widgets.plain import PlainLabel, PlainStatic, plain

CHANGED = "•"
"""Stands behind the title of a field whose value is not the default."""

PICTURE_NOTE_CELLS = 2
"""By how much a note about a picture is set in."""


class FieldRow(Vertical):
    """A labelled input. The row itself draws the title before the input, and the range or gauge behind it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field-row--title",
        "field-row--wrong",
        "field-row--current",
        "field-row--range",
    }
    DEFAULT_CSS = """
    FieldRow {
        height: auto;
        .field-row--title, .field-row--range { color: $text-muted; }
        .field-row--wrong { color: $text-error; }
        .field-row--current { color: $text-accent; text-style: bold; }
        .field-line { height: auto; }
        .field-range { width: 1fr; height: 1; color: $text-muted; padding-left: 1; }
        .field-note { width: 1fr; height: auto; color: $text-muted; display: none; }
        &.-noted .field-note { display: block; }
        &.-problem .field-note { color: $text-error; }
    }
    """

    def __init__(self, field: Field, control: Widget, title_width: int) -> None:
        super().__init__(classes="-wide" if is_wide(control) else "")
        self.field = field
        self.input = control
        self._title_width = title_width
        self._problem = ""
        self._differs = False
        self._is_current = False
        self._value = self.control.entered() if has_gauge(field) else None
        self._note: PathNote | None = None

    @property
    def control(self) -> FieldControl:
        """The input as the form sees it."""
        return cast(FieldControl, self.input)

    def compose(self) -> ComposeResult:
        """Lay out the input, beside it the unit of what is chosen: both share the line."""
        line: Widget = self.input
        unit = "" if self._draws_range or is_wide(self.input) else entries.short_range(self.field)
        if unit:
            line = Horizontal(self.input, PlainLabel(unit, classes="field-range"), classes="field-line")
        line.styles.margin = (0, 0, 0, self._title_width)
        yield line
        if self._note_text:
            yield self._make_note()

    @property
    def _draws_range(self) -> bool:
        return isinstance(self.input, NumberControl)

    def render(self) -> RenderResult:
        """Draw the line of the input, but for the input."""
        title = self._title().pad_right(self._title_width - self._title().cell_length)
        title = title.stylize_before(self.get_visual_style(self._title_component))
        if not self._draws_range:
            return title
        left = self._title_width + self.input.outer_size.width + 1
        behind = self._behind(self.content_size.width - left)
        style = self.get_visual_style("field-row--range")
        return Content.assemble(title, " " * (left - title.cell_length), behind.stylize_before(style))

    @property
    def _title_component(self) -> str:
        if self._is_current:
            return "field-row--current"
        return "field-row--wrong" if self.has_class("-problem") else "field-row--title"

    def _title(self) -> Content:
        title = plain(self.field.title, limit=self._title_width - 2)
        if not self._differs:
            return title
        room = " " * (self._title_width - 2 - title.cell_length)
        return Content.assemble(title, room, (CHANGED, "$text-accent"))

    def _behind(self, cells: int) -> Content:
        """Return what stands behind the input: where the number lies between its limits, or these alone."""
        if has_gauge(self.field):
            return gauge(self.field, self._value, cells)
        allowed = entries.short_range(self.field)
        if cells < 1 or not allowed or self.get_component_styles("field-row--range").display == "none":
            return Content()
        return plain(allowed).wrap(cells)[0]

    def show_value(self, value: object, *, differs: bool) -> None:
        """Show where a value lies between its limits, and mark one that is not the default."""
        if has_gauge(self.field) and value != self._value:
            self._value = value
            left = self._title_width + self.input.outer_size.width
            self.refresh(Region(left, 0, max(0, self.content_size.width - left), 1))
        if differs != self._differs:
            self._differs = differs
            self._draw_title()

    @property
    def is_current(self) -> bool:
        """Whether the row is marked as the one that the focus is in."""
        return self._is_current

    def show_current(self, is_current: bool) -> None:
        """Mark the row that the focus is in."""
        if is_current != self._is_current:
            self._is_current = is_current
            self._draw_title()

    def _draw_title(self) -> None:
        self.refresh(Region(0, 0, self._title_width, 1))

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
        wrong = self._is_wrong
        if wrong != self.has_class("-problem"):
            self._draw_title()
        self.set_class(wrong, "-problem")
        self.set_class(bool(self._note_text), "-noted")
        found = self.query(".field-note")
        if found:
            found.first(PlainStatic).show(self._note_text)
        elif self._note_text and self._nodes:
            self.mount(self._make_note())

    @property
    def _is_wrong(self) -> bool:
        return bool(self._problem) or (self._note is not None and not self._note.usable)

    @property
    def _note_text(self) -> str:
        text = self._problem or (self._note.text if self._note else "")
        return f"✗ {text}" if text and self._is_wrong else text

    def _make_note(self) -> PlainStatic:
        note = PlainStatic(self._note_text, classes="field-note")
        # What a picture is takes more words than there is room for beside its title.
        is_picture = self.field.control in (Control.PICTURE, Control.PICTURES)
        note.styles.padding = (0, 0, 0, PICTURE_NOTE_CELLS if is_picture else self._title_width)
        return note


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
