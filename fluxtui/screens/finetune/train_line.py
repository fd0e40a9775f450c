"""The third step: the button with its price, and what paying means or what is still missing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from fluxtui.widgets.plain import PlainLabel, plain


class TrainLine(Horizontal):
    """`[ Train · $4.00 ]  balance $20.00, $16.00 afterwards  [ Samples ]`.

    While a training is being prepared, its progress and a way out.
    """

    DEFAULT_CSS = """
    TrainLine {
        height: 1;
        Button { width: auto; min-width: 10; }
        .step { width: 2; color: $text-muted; }
        #money { width: 1fr; height: auto; margin-left: 2; color: $text-muted; }
        #money.-fault { color: $text-error; }
    }
    """

    class Pressed(Message):
        """The user wants to train."""

    class Stopped(Message):
        """The user wants what runs to stop."""

    class SamplesAsked(Message):
        """The user wants to say what sample pictures go with it."""

    def compose(self) -> ComposeResult:
        """Lay out the buttons and the words."""
        train = Button("Train", id="train", compact=True)
        train.variant = "primary"
        stop = Button("Stop", id="stop", compact=True)
        stop.display = False
        yield PlainLabel("3", classes="step")
        yield train
        yield stop
        yield PlainLabel("", id="money")
        yield Button("Samples", id="samples", compact=True)

    def on_mount(self) -> None:
        """Show that there are no samples yet."""
        self.show_samples("Samples")

    def show_samples(self, words: str) -> None:
        """Show what sample pictures are asked for, on their button."""
        button, label = self.query_one("#samples", Button), Content.assemble(f" {words} ", ("F12 ", "dim"))
        if button.label != label:
            button.label = label
            button.refresh(layout=True)

    def show_price(self, price: str, words: str, *, fault: bool = False) -> None:
        """Show what the training costs (`''` where that is not known) and what that means."""
        self._show_busy(False)
        label = f" Train · {price} " if price else " Train "
        self.query_one("#train", Button).label = Content.assemble(label, ("^S ", "dim"))
        self._say(words, fault)

    def show_progress(self, words: str) -> None:
        """Show that the pictures are being prepared, with a button to stop it."""
        self._show_busy(True)
        self._say(words, False)

    def _show_busy(self, busy: bool) -> None:
        train, stop = self.query_one("#train", Button), self.query_one("#stop", Button)
        train.display, stop.display = not busy, busy
        self.query_one("#samples", Button).display = not busy

    def _say(self, words: str, fault: bool) -> None:
        label = self.query_one("#money", PlainLabel)
        label.show(plain(words))
        label.set_class(fault, "-fault")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Hand the wish on."""
        event.stop()
        messages = {"stop": self.Stopped, "samples": self.SamplesAsked}
        self.post_message(messages.get(event.button.id or "", self.Pressed)())
