"""What a task prints at a service: made safe, and read for how far it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fluxtui.domain.keys import REMOVED_KEY, without_keys
from fluxtui.domain.signatures import hosts_only
from fluxtui.domain.text import safe_text
from fluxtui.domain.training_curve import thinned

_PERCENT = re.compile(r"(\d{1,3})%\|")
_OF_ALL = re.compile(r"(?<![\d/])(\d{1,6})/(\d{1,6})\b")
_LONGEST = 60_000
_LOOKED_AT = 600_000
_READ_FOR_PROGRESS = 20_000
_STATES_KEPT = 200
"""Of a bar that was written over itself, states from which the curve of the loss is drawn."""


def shown_log(logs: Any) -> str | None:
    """Return a log for people, or None where there is none.

    Of lines that were written over themselves the last state is kept, and some that tell a loss; of addresses
    the host, of long logs the end.
    """
    if not isinstance(logs, str) or not logs:
        return None
    # Its end is kept, and lines that were written over themselves many times are shorter than they came.
    lines = logs[-_LOOKED_AT:].replace("\r\n", "\n").split("\n")
    text = "\n".join(state for line in lines for state in _states(line))[-_LONGEST:]
    # Made harmless first: what is dropped then would hide a key or an address from the patterns.
    return without_keys(hosts_only(safe_text(text, newlines=True), _told), REMOVED_KEY).strip() or None


def _states(line: str) -> Iterator[str]:
    """Yield what is kept of a line that was written over itself: some states that tell a loss, the last."""
    before, _, last = line.rstrip("\r").rpartition("\r")
    telling = [state for state in before.split("\r") if "loss" in state] if before else []
    yield from thinned(telling, _STATES_KEPT)
    yield last


def _told(host: str | None) -> str:
    return f"{host}/…" if host else "data:…"


def progress_in(logs: Any, steps: int | None) -> float | None:
    """Return how far a task is, 0 to 1, from the last progress bar in its log, or None.

    A bar that counts the task's own steps goes before others; other bars that are full tell nothing, since
    whatever they counted is only a part of the work.
    """
    if not isinstance(logs, str):
        return None
    end = logs[-_READ_FOR_PROGRESS:]
    own = [int(match[1]) for match in _OF_ALL.finditer(end) if steps and int(match[2]) == steps]
    if own and steps:
        return min(1.0, own[-1] / steps)
    percents = [int(found) for found in _PERCENT.findall(end)]
    return percents[-1] / 100 if percents and percents[-1] < 100 else None
