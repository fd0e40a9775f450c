"""The third step: the button with its price, and what paying means or what is still missing."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from fluxtui.widgets.plain import PlainLabel, plain


class TrainLine(Container):
    """`[ Train · $4.00 ]  [ Samples ]  balance $20.00, $16.00 afterwards`.

    While a training is being prepared, its progress and a way out.
    """

    DEFAULT_CSS = """
    TrainLine {
        layout: horizontal;
        height: 1;
        #buttons { width: auto; height: 1; }
        Button { width: auto; min-width: 10; }
        #samples { margin-left: 2; }
        .step { width: 2; color: $text-muted; }
        #money { width: 1fr; height: auto; margin-left: 2; color: $text-muted; }
        #money.-fault { color: $text-error; }
    }
    """

    class Pressed(Message):
        """The user wants to train."""

    class Stopped(Message):
        """The user wants what runs to stop."""

    class SamplesRequested(Message):
        """The user wants to say what sample pictures go with it."""

    def __init__(self) -> None:
        super().__init__()
        # What they say may be known before they are laid out.
        self._train = Button(_words("Train", "^S"), id="train", compact=True)
        self._train.variant = "primary"
        self._stop: Button | None = None
        self._samples = Button(_words("Samples", "F12"), id="samples", compact=True)
        self._money = PlainLabel("", id="money")

    def compose(self) -> ComposeResult:
        """Lay out the buttons and the words."""
        with Horizontal(id="buttons"):
            yield PlainLabel("3", classes="step")
            yield self._train
            yield self._samples
        yield self._money

    def show_samples(self, words: str) -> None:
        """Show what sample pictures are asked for, on their button."""
        label = _words(words, "F12")
        if self._samples.label != label:
            self._samples.label = label
            self._samples.refresh(layout=True)

    def show_price(self, price: str, words: str, *, fault: bool = False) -> None:
        """Show what the training costs (`''` where that is not known) and what that means."""
        self._show_busy(False)
        self._train.label = _words(f"Train · {price}" if price else "Train", "^S")
        self._say(words, fault)

    def show_progress(self, words: str) -> None:
        """Show that the pictures are being prepared, with a button to stop it."""
        self._show_busy(True)
        self._say(words, False)

    def _show_busy(self, busy: bool) -> None:
        if busy and self._stop is None:
            self._stop = Button("Stop", id="stop", compact=True)
            self.query_one("#buttons").mount(self._stop, after=self._train)
        if self._stop is not None:
            self._stop.display = busy
        self._train.display = self._samples.display = not busy

    def _say(self, words: str, fault: bool) -> None:
        self._money.show(plain(words))
        self._money.set_class(fault, "-fault")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Hand the wish on."""
        event.stop()
        messages = {"stop": self.Stopped, "samples": self.SamplesRequested}
        self.post_message(messages.get(event.button.id or "", self.Pressed)())


def _words(words: str, key: str) -> Content:
    return Content.assemble(f" {words} ", (f"{key} ", "dim"))
