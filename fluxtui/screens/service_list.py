"""The services there are, each with what it is for: one is chosen with the arrows or its number."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fluxtui.providers.registry import provider_hosts, provider_ids
from fluxtui.widgets.plain import plain


class ServiceList(Widget, can_focus=True):
    """Title and summary of every service; `value` is the id of the chosen one."""

    HELP = "Up and down, or its number, choose the service; Enter goes on to the key."

    DEFAULT_CSS = """
    ServiceList {
        width: 1fr;
        height: auto;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", id="services.up", show=False),
        Binding("down,j", "move(1)", "Down", id="services.down", show=False),
        Binding("enter,space", "take", "Choose", id="services.take"),
    ]

    value: reactive[str] = reactive("", init=False)

    class Changed(Message):
        """Another service is chosen."""

    class Chosen(Message):
        """The user wants to go on with the chosen one."""

    def __init__(self, value: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ids = provider_ids()
        self.set_reactive(ServiceList.value, value if value in self._ids else self._ids[0])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that all summaries take together."""
        return sum(len(self._summary(provider, width)) for provider in self._ids)

    def render(self) -> RenderResult:
        """Draw one service under the other."""
        lines: list[Content] = []
        for number, provider in enumerate(self._ids, 1):
            first, *rest = self._summary(provider, self.content_size.width)
            chosen = provider == self.value
            mark = "●" if chosen else "○"
            style = ("bold reverse" if self.has_focus else "bold $text-accent") if chosen else ""
            title = plain(f"{mark} {number} {provider_hosts(provider).title}".ljust(self._title_width), style)
            lines.append(Content.assemble(title, " ", first))
            lines += [Content.assemble(" " * (self._title_width + 1), line) for line in rest]
        return Content("\n").join(lines)

    @property
    def _title_width(self) -> int:
        return max(len(provider_hosts(provider).title) for provider in self._ids) + 4

    def _summary(self, provider: str, width: int) -> list[Content]:
        room = max(width - self._title_width - 1, 10)
        return plain(provider_hosts(provider).summary, "$foreground-muted").wrap(room)

    def action_move(self, by: int) -> None:
        """Choose the next or the previous service."""
        self._choose(max(0, min(self._ids.index(self.value) + by, len(self._ids) - 1)))

    def action_take(self) -> None:
        """Go on with the chosen service."""
        self.post_message(self.Chosen())

    def on_key(self, event: events.Key) -> None:
        """Choose by number."""
        number = event.character or ""
        if number.isascii() and number.isdecimal() and 1 <= int(number) <= len(self._ids):
            event.stop()
            self._choose(int(number) - 1)

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        line = event.y
        for index, provider in enumerate(self._ids):
            line -= len(self._summary(provider, self.content_size.width))
            if line < 0:
                self.focus()
                self._choose(index)
                return

    def _choose(self, index: int) -> None:
        if self._ids[index] != self.value:
            self.value = self._ids[index]
            self.post_message(self.Changed())
