"""The caption beside its picture, with keys that go to the next one without leaving the editor."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from fluxtui.domain.text import safe_text
from fluxtui.widgets.steady_area import SteadyArea


class CaptionArea(SteadyArea):
    """Several lines of text about one picture; pasted text loses its control characters."""

    HELP = (
        "What is to be seen in this picture. `pagedown` and `pageup` go to the next and the previous picture "
        "and keep what was typed; Escape goes back to the list."
    )

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "go(1)", "Next picture", id="caption.next"),
        Binding("pageup", "go(-1)", "Previous picture", id="caption.previous"),
        Binding("escape", "leave", "To the list", id="caption.leave"),
    ]

    class Typed(Message):
        """The user typed; `text` is the whole caption of the picture `name`."""

        def __init__(self, name: str, text: str) -> None:
            super().__init__()
            self.name = name
            self.text = text

    class Go(Message):
        """The user wants to go on by some pictures."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """The user wants to go back to the list."""

    def __init__(self, id: str) -> None:
        super().__init__(
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            id=id,
        )
        self.cursor_blink = False
        self._picture = ""
        self._told = self._known = ""
        """The text as it was told to the screen last, and as the screen has taken it."""

    def show(self, name: str, caption: str) -> None:
        """Show the caption of a picture, with the cursor at its end; what is being typed in it stays."""
        text = safe_text(caption, newlines=True)
        is_new = name != self._picture
        if not is_new and (self.has_focus or text.strip() == self.text.strip()):
            return
        self.tell()
        self._picture = name
        self._told = self._known = text
        self.disabled = not name
        self.placeholder = Content("no caption") if name else Content()
        self.load_text(text)
        self.move_cursor(self.document.end)

    def take_typed(self) -> tuple[str, str] | None:
        """Return the picture and its caption as typed, once, if the screen has not taken that yet.

        What was told may still be on its way to a screen that is just being closed.
        """
        if not self._picture or self.text == self._known:
            return None
        self._told = self._known = self.text
        return self._picture, self.text

    def know(self, name: str, text: str) -> None:
        """Note that the screen has taken what was typed."""
        if name == self._picture:
            self._known = text

    def tell(self) -> None:
        """Tell what was typed since it was told last."""
        if self._picture and self.text != self._told:
            self._told = self.text
            self.post_message(self.Typed(self._picture, self.text))

    def on_text_area_changed(self, event: SteadyArea.Changed) -> None:
        """Tell what is typed, but not what is only shown."""
        event.stop()
        self.tell()

    def on_resize(self) -> None:
        """Draw the text as it is wrapped now: what wraps it anew draws nothing."""
        self.refresh()

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(safe_text(event.text, newlines=True), *self.selection)

    def action_go(self, by: int) -> None:
        """Ask for another picture; what was typed belongs to this one."""
        self.tell()
        self.post_message(self.Go(by))

    def action_leave(self) -> None:
        """Ask for the list."""
        self.tell()
        self.post_message(self.Left())
