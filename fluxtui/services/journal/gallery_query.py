"""A filter of the gallery as SQL: every condition is on one wide index, so that no row has to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from fluxtui.domain.gallery import GalleryFilter, GalleryOrder
from fluxtui.domain.spending import day_start
from fluxtui.domain.text import safe_text
from fluxtui.services.journal.rows import json_text, utc_text
from fluxtui.services.journal.search import conditions
from fluxtui.services.journal.spending import cost_of, estimate_of

SHOWN = "pictures AS p INDEXED BY pictures_in_gallery WHERE p.trashed_at IS NULL"
TRASHED = "pictures AS p INDEXED BY pictures_in_trash WHERE p.trashed_at IS NOT NULL"

CREDITS = (
    f"(SELECT coalesce({cost_of('j')}, {estimate_of('j')}) FROM jobs AS j INDEXED BY jobs_of_pictures"
    " WHERE j.id = p.job_id)"
)
"""What the job of a picture `p` cost."""

_ORDERS = {
    GalleryOrder.NEWEST: "p.number DESC",
    GalleryOrder.OLDEST: "p.number",
    GalleryOrder.RATING: "p.rating DESC, p.number DESC",
    GalleryOrder.COST: f"{CREDITS} DESC, p.number DESC",
    GalleryOrder.SIZE: "p.width * p.height DESC, p.number DESC",
    GalleryOrder.SEED: "p.seed IS NULL, p.seed, p.number DESC",
    GalleryOrder.PROMPT: "p.prompt COLLATE NOCASE, p.number DESC",
}
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)
"""Between these every local time is a time in UTC, too."""
_LISTED = "IN (SELECT value FROM json_each(?))"
_NAMES = {
    "finetune": (
        "SELECT DISTINCT p.finetune_name FROM {pictures} AND p.finetune_name IS NOT NULL",
        f"p.finetune_name {_LISTED}",
    ),
    "endpoint": ("SELECT DISTINCT p.endpoint FROM {pictures}", f"p.endpoint {_LISTED}"),
    "profile": (
        "SELECT DISTINCT profile FROM jobs INDEXED BY jobs_of_pictures WHERE id IS NOT NULL",
        "p.job_id IN (SELECT id FROM jobs INDEXED BY jobs_of_pictures WHERE id IS NOT NULL"
        f" AND profile {_LISTED})",
    ),
}
"""For each field that is a name: the names that there are, and the condition that one of some is meant."""
_COMPARED = (
    ("least_rating", "p.rating >= ?"),
    ("least_pixels", "p.width * p.height >= ?"),
    ("most_pixels", "p.width * p.height <= ?"),
    ("seed", "p.seed = ?"),
    ("least_credits", f"{CREDITS} >= ?"),
    ("most_credits", f"{CREDITS} <= ?"),
)


def find_numbers(connection: sqlite3.Connection, wanted: GalleryFilter, *, by_words: bool) -> Iterator[int]:
    """Yield the numbers of the pictures that a filter wants, in its order, within the running transaction."""
    pictures = TRASHED if wanted.trashed else SHOWN
    sql, values = f"SELECT p.number FROM {pictures}", []
    for condition, value in _conditions(connection, wanted, pictures, by_words):
        sql += f" AND {condition}"
        values.append(value)
    cursor = connection.cursor()
    # Plain tuples: a row that knows its columns costs more than reading it.
    cursor.row_factory = None
    for (number,) in cursor.execute(f"{sql} ORDER BY {_ORDERS[wanted.order]}", values):
        yield number


def _conditions(
    connection: sqlite3.Connection, wanted: GalleryFilter, pictures: str, by_words: bool
) -> Iterator[tuple[str, Any]]:
    """Yield SQL conditions, each with its one value."""
    for field, (names_sql, condition) in _NAMES.items():
        asked = getattr(wanted, field)
        if asked is not None:
            there = [row[0] for row in connection.execute(names_sql.format(pictures=pictures))]
            yield condition, json_text(matching_names(asked, there))
    if wanted.since is not None:
        yield "p.created_at >= ?", _begin(wanted.since)
    if wanted.until is not None:
        yield "p.created_at < ?", _begin(min(wanted.until, _LAST_DAY) + timedelta(days=1))
    if wanted.starred is not None:
        yield "p.starred = ?", wanted.starred
    for tag in wanted.tags:
        yield "p.number IN (SELECT picture FROM picture_tags WHERE tag = ?)", tag
    for field, condition in _COMPARED:
        value = getattr(wanted, field)
        # Every picture has at least no rating.
        if value is not None and (field, value) != ("least_rating", 0):
            yield condition, value
    yield from conditions(wanted.terms(), by_words=by_words)


def matching_names(asked: str, names: list[str]) -> list[str]:
    """Return the names that are meant: exactly `asked` if there is one, else those that contain it.

    Case does not count; `*` stands for anything, and the whole name is compared then.
    """
    folded = {name: safe_text(name).casefold() for name in names}
    sought = asked.casefold()
    if "*" in sought:
        return [name for name, shown in folded.items() if _has_parts(shown, sought.split("*"))]
    exact = [name for name, shown in folded.items() if shown == sought]
    return exact or [name for name, shown in folded.items() if sought in shown]


def _has_parts(text: str, parts: list[str]) -> bool:
    """Tell whether a text is some parts in their order, with anything between them.

    Each part is taken where it comes first, which leaves the most room for the others: one look is enough.
    """
    first, *middle, last = parts
    if not text.startswith(first):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return place <= end and text.endswith(last)


def _begin(day: date) -> str:
    """Return when a local day begins, as it is written in the journal."""
    return utc_text(day_start(min(max(day, _FIRST_DAY), _LAST_DAY)))
