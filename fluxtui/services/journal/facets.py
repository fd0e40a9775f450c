"""How many pictures there are of each finetune, endpoint and profile: counted once, and then the new ones."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping

from fluxtui.domain.gallery import Facet, Facets
from fluxtui.services.journal.gallery_query import SHOWN, TRASHED
from fluxtui.system.dataclass import dataclass

_VALUES = {
    "finetunes": f"SELECT p.finetune_name AS value, count(*) FROM {SHOWN} AND p.number > ?"
    " AND p.finetune_name IS NOT NULL GROUP BY value",
    "endpoints": f"SELECT p.endpoint AS value, count(*) FROM {SHOWN} AND p.number > ? GROUP BY value",
    "profiles": "SELECT (SELECT j.profile FROM jobs AS j INDEXED BY jobs_of_pictures WHERE j.id = p.job_id)"
    f" AS value, count(*) FROM {SHOWN} AND p.number > ? GROUP BY value",
}
_TAGS = (
    "SELECT tag, count(*) FROM picture_tags"
    f" WHERE picture NOT IN (SELECT p.number FROM {TRASHED}) GROUP BY tag"
)
_WHICH = (
    "SELECT count(*), total(p.number), total(p.number % 9973 * (p.number % 9973)), max(p.number)"
    f" FROM {SHOWN} AND p.number <= ?"
)
"""Tells whether the same pictures are there as before, without looking at what is known of them."""
_NEWEST = (1 << 63) - 1


@dataclass(frozen=True)
class _Counted:
    """The pictures up to a number, and what they are of, which never changes."""

    last: int
    which: tuple[float, ...]
    counts: Mapping[str, Counter[str]]


class FacetCounts:
    """Counts what a filter can ask for, by reading only what is new since it was asked last.

    Of a hundred thousand pictures, to look which are there takes a tenth of counting them.
    """

    def __init__(self) -> None:
        self._counted = _Counted(0, (), {name: Counter() for name in _VALUES})

    def read(self, connection: sqlite3.Connection) -> Facets:
        """Return the counts, within the running transaction."""
        before = self._counted
        if before.last and _which(connection, before.last) != before.which:
            before = _Counted(0, (), {name: Counter() for name in _VALUES})
        counts = {
            name: before.counts[name] + _count(connection, sql, before.last) for name, sql in _VALUES.items()
        }
        which = _which(connection, _NEWEST)
        last = int(which[-1] or 0)
        self._counted = _Counted(last, which, counts)
        starred = connection.execute(f"SELECT total(p.starred) FROM {SHOWN}").fetchone()[0]
        return Facets(
            **{name: _sorted(found) for name, found in counts.items()},
            tags=_sorted(Counter(dict(tuple(row) for row in connection.execute(_TAGS)))),
            pictures=int(which[0]),
            starred=int(starred),
            trashed=connection.execute(f"SELECT count(*) FROM {TRASHED}").fetchone()[0],
        )


def _which(connection: sqlite3.Connection, last: int) -> tuple[float, ...]:
    return tuple(connection.execute(_WHICH, (last,)).fetchone())


def _count(connection: sqlite3.Connection, sql: str, after: int) -> Counter[str]:
    return Counter({str(value): count for value, count in connection.execute(sql, (after,))})


def _sorted(counts: Counter[str]) -> tuple[Facet, ...]:
    """Return the most frequent values first, those alike by their names."""
    return tuple(
        Facet(value, count) for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
