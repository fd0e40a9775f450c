"""Values out of JSON that may be of any shape; the wrong kind of value counts as absent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fluxtui.domain.durations import can_be
from fluxtui.domain.text import safe_text

_MILLISECONDS_FROM = 1e11
_MOST = 1e15
"""No measure that a service tells (seconds, pixels, megapixels, milliseconds since 1970) is larger."""
_MOST_WHOLE = 2**63 - 1
"""What the journal can keep; seeds go up to it."""


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_text(value: Any, limit: int = 300) -> str | None:
    """Return a non-empty text made safe and short, or None."""
    if not isinstance(value, str):
        return None
    return safe_text(value.strip(), limit=limit) or None


def as_number(value: Any) -> float | None:
    """Return a number of a size that can be meant, also from digits in a text, or None. Not for money."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) <= _MOST else None


def as_whole(value: Any) -> int | None:
    """Return a whole number of at most 64 bits exactly, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= _MOST_WHOLE else None
    number = as_number(value)
    return int(number) if number is not None and number.is_integer() else None


def as_flag(value: Any) -> bool | None:
    """Return a truth value, or None."""
    return value if isinstance(value, bool) else None


def as_moment(value: Any) -> datetime | None:
    """Return an aware UTC time from ISO text, or from seconds or milliseconds since 1970, or None.

    What no clock shows, such as the year 1, counts as not told.
    """
    number = as_number(value)
    try:
        if number is not None:
            seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
            return _possible(datetime.fromtimestamp(seconds, UTC))
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None:
            return None
        return _possible(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))
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


def texts_in(value: Any) -> tuple[str, ...]:
    """Return the texts in a list, or the one text that stands in its place; all but empty ones."""
    values = value if isinstance(value, list) else [value]
    return tuple(item for item in values if isinstance(item, str) and item)


def _possible(moment: datetime) -> datetime | None:
    return moment if can_be(moment) else None
