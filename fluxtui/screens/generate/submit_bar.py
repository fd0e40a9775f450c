"""How many, what it costs, and the button."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from fluxtui.controllers.generation.batch_wording import BatchWords
from fluxtui.controllers.generation.form import COUNT
from fluxtui.controllers.generation.price import Funds
from fluxtui.domain.batches import MOST_PICTURES
from fluxtui.domain.money import Estimate, UnitPrice, show_credits
from fluxtui.widgets.parameter_form.controls import Entered, NumberControl, Passed
from fluxtui.widgets.plain import PlainLabel, PlainStatic

_BETWEEN = " · "


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

    def show_label(self, label: str, *, busy: bool = False) -> None:
        """Show what the button does; a busy one cannot be pressed."""
        button = self.query_one(Button)
        if str(button.label) != label:
            button.label = Content(label)
        button.disabled = busy

    def show_batch(self, words: BatchWords, *, busy: bool) -> None:
        """Show a batch: its number in the place of that of single pictures, where it says that itself."""
        self._show_title("Grid  F11" if words.is_grid else "Pictures", count=not words.is_grid)
        self.show_label("Sending …" if busy else words.label, busy=busy)
        self.show_note(words.note, wrong=words.is_wrong)

    def show_single(self) -> None:
        """Let the number of pictures be entered."""
        self._show_title("Pictures", count=True)

    def _show_title(self, title: str, *, count: bool) -> None:
        self.query_one(".submit-title", PlainLabel).show(title)
        self.query_one(CountInput).display = count

    def show_note(self, note: str, *, wrong: bool = False) -> None:
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


def button_label(estimate: Estimate | None, count: Any, most: int = MOST_PICTURES) -> str:
    """Return `'Generate 4 · $0.28'`, as far as it is known; `most` is how many pictures there may be."""
    if not isinstance(count, int) or not 1 <= count <= most:
        return "Generate  ^S"
    price = f" · {estimate.times(count).show()}" if estimate is not None else ""
    return f"Generate {count}{price}  ^S"


def cost_note(
    estimate: Estimate | None,
    count: Any,
    funds: Funds,
    told: UnitPrice | None = None,
    most: int = MOST_PICTURES,
) -> tuple[str, bool]:
    """Return what to say about the cost, and whether the funds are too small for it.

    Args:
        estimate: of one picture, None while it cannot be reckoned.
        count: as entered.
        funds: of the profile that pays.
        told: the price that the service told, where the estimate comes of it.
        most: how many pictures there may be.
    """
    if not isinstance(count, int) or not 1 <= count <= most:
        return f"✗ Pictures must be 1 to {MOST_PICTURES}", True
    if estimate is None:
        return "The cost is known once the form is right", False
    if funds.balance is not None and not funds.covers(estimate.times(count).credits):
        return f"✗ Only {show_credits(funds.balance)} are left{funds.place}", True
    basis = "" if estimate.basis.startswith("a picture") else estimate.basis
    if estimate.doubt:
        parts = [estimate.doubt]
    elif told is not None:
        parts = [f"{estimate.show()} a picture, told {told.read_on}", basis]
    else:
        parts = [f"{estimate.show()} a picture: {basis}" if basis else f"{estimate.show()} {estimate.basis}"]
    untold = "" if funds.is_told else "balance not told"
    return _BETWEEN.join(part for part in (*parts, untold) if part), False


def fitted(note: str, cells: int) -> str:
    """Return as many whole parts of a note as fit into some cells, at least the first."""
    while len(note) > cells and _BETWEEN in note:
        note = note.rpartition(_BETWEEN)[0]
    return note
