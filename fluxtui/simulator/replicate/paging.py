"""Lists in pages of a hundred, newest first, with the whole addresses of the pages beside."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from fluxtui.simulator.replicate import problems

PAGE = 100


class Numbered(Protocol):
    """Something that has a place in the order in which things came."""

    @property
    def number(self) -> int:
        """Its place, from 1."""


T = TypeVar("T", bound=Numbered)


def page_of(
    items: Sequence[T], url: str, query: Mapping[str, str], described: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """Return the page of `items` (oldest first) that the `cursor` in `query` names, or the first one.

    `url` is the list's own address, `described` makes the document of an item. Raises ProblemError (400).
    """
    newest = sorted(items, key=lambda item: item.number, reverse=True)
    forward, bound = _read(query["cursor"]) if "cursor" in query else (True, None)
    if bound is None:
        shown = newest[:PAGE]
    elif forward:
        shown = [item for item in newest if item.number < bound][:PAGE]
    else:
        shown = [item for item in newest if item.number > bound][-PAGE:]
    later = shown and shown[0].number < newest[0].number
    earlier = shown and shown[-1].number > newest[-1].number
    kept = {name: value for name, value in query.items() if name != "cursor"}
    return {
        "previous": _link(url, kept, "p", shown[0].number) if later else None,
        "next": _link(url, kept, "n", shown[-1].number) if earlier else None,
        "results": [described(item) for item in shown],
    }


def _link(url: str, query: Mapping[str, str], direction: str, number: int) -> str:
    cursor = base64.urlsafe_b64encode(f"{direction}={number}".encode()).decode()
    return f"{url}?{urlencode({**query, 'cursor': cursor})}"


def _read(cursor: str) -> tuple[bool, int]:
    try:
        direction, _, number = base64.urlsafe_b64decode(cursor).decode().partition("=")
        return direction == "n", int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise problems.bad_request("Invalid cursor") from None
