"""What every place that takes a key has: a line that hides it, and an answer below."""

from __future__ import annotations

from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainStatic, plain

CHECKING = "Checking the key …"


class KeyInput(LineInput):
    """A line for a key: what is typed is hidden."""

    def __init__(self, *, placeholder: str = "key, then Enter", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id)
        self.password = True


class AnswerLine(PlainStatic):
    """Says what is being done with what was entered, or what is wrong with it."""

    DEFAULT_CSS = """
    AnswerLine { width: 1fr; height: auto; min-height: 1; }
    """

    def show_doing(self, sentence: str) -> None:
        """Say what is going on."""
        self.show(plain(sentence, "$foreground-muted"))

    def show_fault(self, sentence: str) -> None:
        """Say what went wrong."""
        self.show(plain(f"✗ {sentence}", "bold $text-error"))
