"""What a controller says in the line for news: small, and not worth keeping among the messages."""

from __future__ import annotations

from fluxtui.controllers.signal import Signal
from fluxtui.domain.notices import Severity
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True, eq=False)
class NewsItem:
    """Something that was said; the same again is another one."""

    text: str
    severity: Severity = "information"


class News:
    """Has what was said last."""

    def __init__(self, changed: Signal) -> None:
        self._changed = changed
        self.latest: NewsItem | None = None

    def say(self, text: str, severity: Severity = "information") -> None:
        """Say something in the place of what was said before."""
        self.latest = NewsItem(text, severity)
        self._changed.send()
