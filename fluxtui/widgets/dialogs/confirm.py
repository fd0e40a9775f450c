"""Yes or no before something that costs or destroys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button

from fluxtui.widgets.dialogs.base import DeliberateDialog, dialog_button
from fluxtui.widgets.plain import PlainLabel, plain, set_title


class ConfirmDialog(DeliberateDialog[bool]):
    """Asks for a yes; every other way out is a no."""

    HELP = (
        "`y` or the marked button with Enter says yes; `n`, `q` or Escape says no. Down and up read on where "
        "there is more than fits."
    )

    DEFAULT_CSS = """
    ConfirmDialog {
        .dialog-text { height: auto; max-height: 50vh; }
        .dialog-text PlainLabel { width: 1fr; }
        .dialog-price { width: 1fr; margin-top: 1; text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "confirm", "Yes", id="confirm.yes"),
        Binding("n,q,escape", "dismiss(False)", "No", id="confirm.no"),
        Binding("right,l", "app.focus_next", "Next button", id="confirm.next", show=False),
        Binding("left,h", "app.focus_previous", "Previous button", id="confirm.previous", show=False),
        Binding("down,j,pagedown", "read(1)", "Read on", id="confirm.down", show=False),
        Binding("up,k,pageup", "read(-1)", "Read back", id="confirm.up", show=False),
    ]

    def __init__(
        self,
        title: str,
        sentences: Sequence[str],
        *,
        price: str = "",
        confirm_label: str = "Yes",
        cancel_label: str = "Cancel",
        danger: bool = False,
    ) -> None:
        """Args:
        title: stands in the border.
        sentences: what will happen, one line each.
        price: what it costs, on a line of its own: `'$0.28 for 4 pictures'`.
        confirm_label: names the deed on its button: `'Train'`.
        cancel_label: names the way back.
        danger: something is lost by it: drawn so, and Enter alone does not do it.
        """
        super().__init__()
        self._title = title
        self._sentences = tuple(sentences)
        self._price = price
        self._confirm_label = confirm_label
        self._cancel_label = cancel_label
        self._danger = danger

    def compose(self) -> ComposeResult:
        """Lay out sentences, price and the two buttons."""
        with VerticalScroll(classes="dialog -danger" if self._danger else "dialog", can_focus=False) as frame:
            set_title(frame, f"⚠ {self._title}" if self._danger else self._title)
            with VerticalScroll(classes="dialog-text", can_focus=False):
                for sentence in self._sentences:
                    yield PlainLabel(sentence)
            if self._price:
                yield PlainLabel(self._price, classes="dialog-price")
            with Horizontal(classes="dialog-buttons"):
                label = _label("y", self._confirm_label)
                yield dialog_button(label, "confirm", variant="error" if self._danger else "primary")
                yield dialog_button(_label("n", self._cancel_label), "cancel")

    def on_mount(self) -> None:
        """Put the focus where Enter does the usual thing."""
        self.query_one("#cancel" if self._danger else "#confirm", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button."""
        event.stop()
        self.dismiss(event.button.id == "confirm")

    def action_read(self, by: int) -> None:
        """Scroll what does not fit, or go to the other button where all is seen."""
        text = self.query_one(".dialog-text")
        if text.max_scroll_y:
            text.scroll_relative(y=by * max(text.size.height - 1, 1), animate=False)
        elif by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_confirm(self) -> None:
        """Say yes."""
        self.dismiss(True)


def _label(key: str, label: str) -> Content:
    return Content.assemble((f" {key} ", "bold"), plain(label), " ")
