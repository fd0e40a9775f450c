"""The caption beside its picture, with keys that go to the next one without leaving the editor."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from fluxtui.controllers.dataset.controller import DatasetController
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

    class LeaveRequested(Message):
        """The user wants to go back to the list."""

    def __init__(self, dataset: DatasetController, id: str) -> None:
        super().__init__(
            compact=True,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            id=id,
        )
        self.cursor_blink = False
        self._dataset = dataset
        self._picture = ""
        self._told = ""
        """The text as the controller knows it."""

    def show(self, name: str, caption: str) -> None:
        """Show the caption of a picture, with the cursor at its end; what is being typed in it stays."""
        text = safe_text(caption, newlines=True)
        is_new = name != self._picture
        if not is_new and (self.has_focus or text.strip() == self.text.strip()):
            return
        self.tell()
        self._picture = name
        self._told = text
        self.disabled = not name
        self.placeholder = Content("no caption") if name else Content()
        self.load_text(text)
        self.move_cursor(self.document.end)

    @property
    def untold(self) -> tuple[str, str] | None:
        """The picture and its caption as typed, where the controller does not know that yet."""
        return (self._picture, self.text) if self._picture and self.text != self._told else None

    def tell(self) -> None:
        """Tell what was typed since it was told last."""
        if (untold := self.untold) is not None:
            self._told = self.text
            self._dataset.type_caption(*untold)

    def on_text_area_changed(self, event: SteadyArea.Changed) -> None:
        """Tell what is typed, but not what is only shown."""
        event.stop()
        self.tell()

    def on_focus(self) -> None:
        """Keep the picture listed while its caption is typed."""
        self._dataset.enter_caption()

    def on_blur(self) -> None:
        """Save a caption as soon as it is left."""
        self.tell()
        self._dataset.leave_caption()

    def on_resize(self) -> None:
        """Draw the text as it is wrapped now: what wraps it anew draws nothing."""
        self.refresh()

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(safe_text(event.text, newlines=True), *self.selection)

    def action_go(self, by: int) -> None:
        """Go to another picture; what was typed belongs to this one."""
        self.tell()
        self._dataset.go_on(by)

    def action_leave(self) -> None:
        """Ask for the list."""
        self.tell()
        self.post_message(self.LeaveRequested())
