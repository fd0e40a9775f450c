"""JSON that others have written, read within bounds."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 100
"""Levels of brackets within brackets. Services and files of ours have ten at most. Many hundreds are read by
Python where little of its stack is used, and fail wherever they are looked through or written later."""


class NotJson(ValueError):
    """A text is no JSON, or none that can be used; its words hold nothing of the text."""


def read_json(content: str | bytes) -> Any:
    """Return the value of a JSON text; bytes are in whatever kind of Unicode they say.

    Raises:
        NotJson: it is none, nests deeper than `DEEPEST`, or has a number of thousands of digits. Not chained,
            for the error of the library knows the whole text.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise NotJson("This is no JSON.") from None
    if _brackets(content) > DEEPEST and _is_deep(value):
        raise NotJson("This JSON has too many brackets within brackets.")
    return value


def _brackets(content: str | bytes) -> int:
    """Return how many brackets open: at least so many as there are levels."""
    if isinstance(content, str):
        return content.count("[") + content.count("{")
    return content.count(b"[") + content.count(b"{")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            member
            for container in level
            if isinstance(container, dict | list)
            for member in (container.values() if isinstance(container, dict) else container)
            if isinstance(member, dict | list)
        ]
        if not level:
            return False
    return True
