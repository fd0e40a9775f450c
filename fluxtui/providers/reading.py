"""Values out of JSON that may be of any shape; the wrong kind of value counts as absent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fluxtui.domain.text import safe_text

_MILLISECONDS_FROM = 1e11


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_text(value: Any, limit: int = 300) -> str | None:
    """Return a non-empty text made safe and short, or None."""
    if not isinstance(value, str):
        return None
    return safe_text(value.strip(), limit=limit) or None


def as_number(value: Any) -> float | None:
    """Return a finite number, also from digits in a text, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def as_whole(value: Any) -> int | None:
    """Return a whole number exactly, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = as_number(value)
    return int(number) if number is not None and number.is_integer() else None


def as_flag(value: Any) -> bool | None:
    """Return a truth value, or None."""
    return value if isinstance(value, bool) else None


def as_moment(value: Any) -> datetime | None:
    """Return an aware UTC time from ISO text, or from seconds or milliseconds since 1970, or None."""
    number = as_number(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def as_identifier(value: Any, limit: int = 200) -> str | None:
    """Return a text that can serve as an id: not empty, not long, without anything invisible."""
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        return None
    # Most are like this, and a list may have a hundred thousand of them.
    if value.isascii():
        return value if value.isprintable() and " " not in value else None
    return value if safe_text(value) == value and not any(letter.isspace() for letter in value) else None
