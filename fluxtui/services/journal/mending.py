"""Rows of a damaged journal of which some values make no sense: those are left out, and the rest is kept.

A job that was paid for must not be lost because a letter of its title is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

UNREADABLE = "(unreadable)"
_TIME = "2000-01-01T00:00:00.000000+00:00"

_NEEDED: Mapping[str, Mapping[str, Any]] = {
    "jobs": {
        "id": "x",
        "kind": "generation",
        "state": "draft",
        "profile": "x",
        "provider": "x",
        "endpoint": "x",
    },
    "pictures": {"number": 1, "id": "x", "job_id": "x", "path": "x"},
    "finetunes": {"profile": "x", "id": "x"},
}
"""What a row of a table cannot do without, each with a value that makes sense."""
_INSTEAD: Mapping[str, Mapping[str, Any]] = {
    "jobs": {
        "title": UNREADABLE,
        "parameters": "{}",
        "estimate_credits": 0.0,
        "maybe_billed": 1,
        "created_at": _TIME,
        "updated_at": _TIME,
    },
    "pictures": {
        "format": "",
        "width": 0,
        "height": 0,
        "size": 0,
        "sha256": "",
        "prompt": UNREADABLE,
        "endpoint": UNREADABLE,
        "parameters": "{}",
        "created_at": _TIME,
        "starred": 0,
        "rating": 0,
        "note": "",
    },
    "finetunes": {"name": UNREADABLE, "state": "ready", "favourite": 0, "raw": "{}"},
}
"""What stands in the place of a value that may not be absent; any other is absent then."""


def mended(
    table: str, values: Mapping[str, Any], makes_sense: Callable[[Mapping[str, Any]], bool]
) -> dict[str, Any] | None:
    """Return a row without the values that make no sense, or None where nothing can be kept of it.

    Args:
        table: of the row.
        values: by column.
        makes_sense: tells whether a whole row of this table does.
    """
    needed, instead = _NEEDED.get(table), _INSTEAD.get(table, {})
    if needed is None:
        return None
    sound = {**needed, **instead}
    kept = dict(values)
    for name, value in sorted(values.items(), key=lambda item: item[0] not in needed):
        if makes_sense({**sound, name: value}):
            if name in needed:
                # The kind of a job says which of its other values count.
                sound[name] = value
            continue
        if name in needed:
            return None
        kept[name] = instead.get(name)
    return kept if makes_sense(kept) else None
