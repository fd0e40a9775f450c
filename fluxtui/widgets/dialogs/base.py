"""The frame of every dialog, and how dialogs are opened."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar, Literal, TypeVar

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Button

from fluxtui.widgets.quiet_screen import QuietScreen

Answer = TypeVar("Answer")

OPENING_SECONDS = 0.06
"""How long drawing is held back when a dialog opens: one frame instead of five or six."""


class Dialog(QuietScreen[Answer], ModalScreen[Answer]):
    """A panel in the middle of the screen; its content stands in a container with the class `dialog`.

    Its keys or buttons, with the class `dialog-keys` or `dialog-buttons`, are seen however long the rest is.

    It is answered once, whenever that comes: an answer before its content is there waits for the content,
    and one after the answer counts for nothing.
    """

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        .dialog {
            width: 64;
            max-width: 90%;
            height: auto;
            max-height: 90%;
            overflow-y: auto;
            scrollbar-size-vertical: 1;
            padding: 1 2;
            border: round $primary;
            background: $background;
        }
        .dialog.-danger { border: round $error; }
        .dialog-keys, .dialog-buttons { dock: bottom; }
        .dialog-buttons { height: 1; margin-top: 1; align-horizontal: right; }
        .dialog-buttons Button { margin-left: 2; width: auto; min-width: 8; }
        .dialog-keys { margin-top: 1; color: $text-muted; width: 1fr; }
    }
    """

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close it with an answer; to be awaited only by whoever knows that its content is there."""
        if not self._result_callbacks:
            # Textual would close whatever is in front now.
            return AwaitComplete()
        if not self.is_mounted:
            # Taken away now, it would be told that it is mounted when its content never came.
            self.call_later(self._answer_late, result)
            return AwaitComplete()
        return super().dismiss(result)

    def _answer_late(self, result: Answer | None) -> None:
        self.dismiss(result)


class DeliberateDialog(Dialog[Answer]):
    """A dialog about what costs or is lost: only who can have seen it answers it.

    Keys that were typed or pasted ahead of it count for nothing.
    """

    SIGHT_SECONDS: ClassVar[float] = 0.15
    """How long after it is drawn nobody can have read and answered it; 0 takes every answer."""

    _drawn_at: float | None = None

    def on_mount(self) -> None:
        """Note when it is drawn, which is held back while it opens."""
        self.set_timer(OPENING_SECONDS, self._note_when_drawn)

    def _note_when_drawn(self) -> None:
        self.call_after_refresh(self._note_drawn)

    def _note_drawn(self) -> None:
        self._drawn_at = monotonic()

    def is_seen_at(self, moment: float) -> bool:
        """Whether somebody can have seen it at a moment of the monotonic clock, such as an event's time."""
        if not self.SIGHT_SECONDS:
            return True
        return self._drawn_at is not None and moment >= self._drawn_at + self.SIGHT_SECONDS


def open_dialog(
    app: App[Any], dialog: ModalScreen[Answer], callback: Callable[[Answer | None], Any] | None = None
) -> None:
    """Show a dialog with few bytes drawn; `callback` gets the answer, None where there was none."""
    app.delay_update(OPENING_SECONDS)
    app.push_screen(dialog, callback)


async def ask(app: App[Any], dialog: Screen[Answer]) -> Answer | None:
    """Show a dialog and return its answer, None where there was none. To be called from a worker."""
    app.delay_update(OPENING_SECONDS)
    return await app.push_screen_wait(dialog)


def dialog_button(
    label: Content, id: str, *, variant: Literal["default", "primary", "error"] = "default"
) -> Button:
    """Return a button one row high."""
    return Button(label, variant, id=id, compact=True)
