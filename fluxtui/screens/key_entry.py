"""What every place that takes a key has: a line that hides it, an answer below, and words for an account."""

from __future__ import annotations

from fluxtui.domain.money import show_credits
from fluxtui.providers.base import Account
from fluxtui.services.config import ConfigService
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


def account_words(account: Account | None) -> str:
    """Return what a good key opens: `The key is good: $9.10 left.`"""
    told = []
    if account is not None and account.balance is not None:
        told.append(f"{show_credits(account.balance)} left")
    if account is not None and account.name:
        told.append(f"the account is {account.name}")
    return f"The key is good: {', '.join(told)}." if told else "The key is good."


def copy_words(config: ConfigService) -> str:
    """Return where the last save left what the user wrote by hand, or `''` where it did not copy it."""
    copy = config.copied_to
    return f"What you wrote by hand is in {copy}, without keys." if copy else ""
