"""One line for small news: a hundred bytes where a toast costs twenty thousand."""

from __future__ import annotations

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.timer import Timer

from fluxtui.domain.notices import Severity
from fluxtui.widgets.key_line import shown_key
from fluxtui.widgets.plain import PlainStatic, plain

SHOWN_SECONDS: dict[Severity, float | None] = {
    "information": 6.0,
    "success": 8.0,
    "warning": 12.0,
    "error": None,
}
"""How long news of each kind stays; an error stays until it is cleared or followed by other news."""

MESSAGES = "app.messages"
"""The action that shows everything that was told."""

_SIGNED = ("✗ ", "✓ ", "! ", "⚠ ")
"""How texts begin that have a sign of their own."""

_SIGNS: dict[Severity, tuple[str, str]] = {
    "information": ("", "$foreground-muted"),
    "success": ("✓ ", "$text-success"),
    "warning": ("! warning: ", "bold $text-warning"),
    "error": ("✗ error: ", "bold $text-error"),
}


class Flash(PlainStatic):
    """Shows one piece of news at a time, and `rest` while there is none. A click or `clear` clears it."""

    DEFAULT_CSS = """
    Flash { width: 1fr; height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(
        self, rest: Content | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        self._rest = rest or Content()
        super().__init__(self._rest, id=id, classes=classes)
        self._timer: Timer | None = None
        self.severity: Severity = "information"
        self.text = ""

    def show(self, text: object, severity: Severity = "information", *, layout: bool = False) -> None:
        """Show `text` with a sign and a word for its severity, unless it has a sign; empty clears it."""
        self._stop_timer()
        self.severity = severity
        content = plain(text)
        self.text = content.plain
        sign, style = ("", _SIGNS[severity][1]) if self.text.startswith(_SIGNED) else _SIGNS[severity]
        self.update(Content.assemble((sign, style), content) if self.text else self._rest, layout=layout)
        seconds = SHOWN_SECONDS[severity]
        if self.text and seconds is not None:
            self._timer = self.set_timer(seconds, self.clear)

    def render(self) -> RenderResult:
        """Draw the news; where it is longer than the line, with the key that shows all of it."""
        content, width = super().render(), self.content_size.width
        if not self.text or not isinstance(content, Content) or content.cell_length <= width:
            return content
        key = shown_key(self.screen, MESSAGES)
        if not key:
            return content
        more = Content.assemble((f" {key} shows all", "$foreground-muted"))
        return content.truncate(max(1, width - more.cell_length), ellipsis=True) + more

    def clear(self) -> None:
        """Show nothing."""
        self.show("")

    @property
    def stays(self) -> bool:
        """Whether something is shown that does not go away by itself."""
        return bool(self.text) and SHOWN_SECONDS[self.severity] is None

    def on_click(self, event: events.Click) -> None:
        """Clear the line."""
        self.clear()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
