"""How many, what it costs, and the button."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from fluxtui.controllers.generation.cost import SEPARATOR, CostText
from fluxtui.controllers.generation.form_fields import COUNT
from fluxtui.domain.axis_values import MOST_PICTURES
from fluxtui.widgets.parameter_form.controls import Entered, NumberControl, Passed
from fluxtui.widgets.plain import PlainLabel, PlainStatic


class CountInput(NumberControl):
    """The number of pictures."""

    HELP = (
        f"How many pictures to make of this, 1 to {MOST_PICTURES}, each with a seed of its own: with a seed "
        "given, the second picture gets the next number and so on."
    )

    def __init__(self) -> None:
        super().__init__(COUNT, 1)


class SubmitBar(Vertical):
    """The line with the button; the cost stands on the button before anything is spent."""

    class Counted(Message):
        """The user asks for another number of pictures; None or text while it is no number."""

        def __init__(self, count: Any) -> None:
            super().__init__()
            self.count = count

    class Pressed(Message):
        """The button was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._note = ""

    def compose(self) -> ComposeResult:
        """Lay out number, button and what is to be said about the cost."""
        with Horizontal(classes="submit-line"):
            yield PlainLabel("Pictures", classes="submit-title")
            yield CountInput()
            yield Button("Generate  ^S", id="generate-button", variant="primary", compact=True)
        yield PlainStatic("", classes="cost")

    def show_count(self, count: Any) -> None:
        """Show a number of pictures."""
        self.query_one(CountInput).enter(count)
        self._mark_count(count)

    def show_text(self, words: CostText, *, busy: bool) -> None:
        """Say what is made and what it costs; a busy button cannot be pressed."""
        self.query_one(".submit-title", PlainLabel).show("Grid  F11" if words.is_grid else "Pictures")
        # A grid says its number itself.
        self.query_one(CountInput).display = not words.is_grid
        button, label = self.query_one(Button), "Sending …" if busy else words.label
        if str(button.label) != label:
            button.label = Content(label)
        button.disabled = busy
        self._show_note(words.note, wrong=words.is_wrong)

    def _show_note(self, note: str, *, wrong: bool) -> None:
        """Say something about the cost, without its last parts where there is no room for them."""
        if note != self._note:
            self._note = note
            self.query_one(".cost", PlainStatic).set_class(wrong, "-wrong")
            self._draw_note()

    def on_resize(self) -> None:
        """Say as much about the cost as there is room for."""
        self._draw_note()

    def _draw_note(self) -> None:
        room = self.content_size.width
        self.query_one(".cost", PlainStatic).show(fitted(self._note, room) if room else "", layout=False)

    def focus_count(self) -> None:
        """Put the focus into the number."""
        self.query_one(CountInput).focus()

    def on_entered(self, event: Entered) -> None:
        """Tell the number."""
        event.stop()
        count = self.query_one(CountInput).entered()
        self._mark_count(count)
        self.post_message(self.Counted(count))

    def _mark_count(self, count: Any) -> None:
        wrong = not isinstance(count, int) or not 1 <= count <= MOST_PICTURES
        self.query_one(CountInput).set_class(wrong, "-wrong")

    def on_passed(self, event: Passed) -> None:
        """Go on to the button."""
        event.stop()
        self.query_one(Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Tell that it was pressed."""
        event.stop()
        self.post_message(self.Pressed())


def fitted(note: str, cells: int) -> str:
    """Return as many whole parts of a note as fit into some cells, at least the first."""
    while len(note) > cells and SEPARATOR in note:
        note = note.rpartition(SEPARATOR)[0]
    return note
