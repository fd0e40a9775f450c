"""The rows, columns and words of the list of profiles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rich.text import Text
from textual.content import Content

from fluxtui.domain.durations import relative_time
from fluxtui.domain.money import show_credits
from fluxtui.domain.notices import Balance
from fluxtui.screens.jobs.queue_line import pause_text
from fluxtui.services.config import KeyPlace
from fluxtui.services.jobs import QueueState
from fluxtui.services.profiles import ProfileState
from fluxtui.system.dataclass import dataclass
from fluxtui.widgets.plain import cell, plain
from fluxtui.widgets.table import Column, Row

_NAME = Column("name", "  Profile", 16)
_SERVICE = Column("service", "Service", 17)
_KEY = Column("key", "Key", 9)
_BALANCE = Column("balance", "Balance", 11, "right")
_QUEUE = Column("queue", "Jobs")
_SERVER = Column("server", "Server", 34)
NARROW = (_NAME, _SERVICE, _KEY, _BALANCE, _QUEUE)
WIDE = (_NAME, _SERVICE, _SERVER, _KEY, _BALANCE, _QUEUE)

_KEY_WORDS = {
    KeyPlace.RUN: "this run",
    KeyPlace.VARIABLE: "variable",
    KeyPlace.FILE: "file",
    KeyPlace.KEYRING: "keyring",
    KeyPlace.COMMAND: "command",
    KeyPlace.NONE: "none",
}


@dataclass(frozen=True)
class Money:
    """What is known of what is left in a profile: the balance, or that its service does not tell."""

    balance: Balance | None
    silent: bool

    def words(self) -> str:
        """Return the amount, or why there is none."""
        if self.balance is not None:
            return show_credits(self.balance.credits)
        return "not told" if self.silent else "unknown"


def row_of(state: ProfileState, money: Money, *, active: bool, disconnected: Collection[str]) -> Row:
    """Return the row of a profile."""
    has_key = state.key_place is not KeyPlace.NONE
    cells: dict[str, str | Text] = {
        "name": cell(f"{'●' if active else ' '} {state.name}", "bold" if active else ""),
        "service": state.title,
        "server": state.profile.base_url,
        "key": cell(_KEY_WORDS[state.key_place], "" if has_key else "yellow"),
        "balance": cell(money.words() if has_key else "", "" if money.balance else "dim", align="right"),
        "queue": _queue_cell(state, state.name in disconnected),
    }
    return Row(state.name, cells)


def _queue_cell(state: ProfileState, is_disconnected: bool) -> Text:
    if state.queue.pause is not None:
        return cell("paused", "yellow")
    if is_disconnected:
        return cell("no connection", "red")
    return cell(_flight_words(state.queue), "dim")


def _flight_words(queue: QueueState) -> str:
    """Return `2 of 24, 3 wait`."""
    limit = "" if queue.limit is None else f" of {queue.limit}"
    flying = f"{queue.in_flight}{limit}" if queue.in_flight or limit else ""
    waiting = f"{len(queue.order)} wait" if queue.order else ""
    return ", ".join(part for part in (flying, waiting) if part)


def details_of(state: ProfileState, money: Money, now: datetime, *, is_connected: bool) -> Content:
    """Return everything that is known of a profile, for a line or two."""
    parts = [plain(state.name, "bold"), plain(state.profile.base_url)]
    if state.key_place is KeyPlace.NONE:
        parts.append(plain("no key: k takes one", "bold $text-warning"))
    else:
        parts += [plain(f"key: {state.key_source}"), plain(_money_words(money, now))]
    queue, limit = state.queue, "" if state.queue.limit is None else f" of {state.queue.limit}"
    if queue.in_flight or queue.order or limit:
        parts.append(plain(f"{queue.in_flight}{limit} in flight, {len(queue.order)} queued"))
    if queue.pause is not None:
        parts.append(plain(f"queue {pause_text(queue.pause)}", "bold $text-warning"))
    if not is_connected:
        parts.append(plain("no connection", "bold $text-error"))
    return Content(" · ").join(parts)


def _money_words(money: Money, now: datetime) -> str:
    if money.balance is not None:
        return f"{money.words()} left {relative_time(money.balance.at, now)}"
    return "its service tells no balance" if money.silent else "balance unknown"
