"""Rows of the journal that cannot be understood: they are passed over and told, and the rest goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from fluxtui.domain.errors import JournalDamaged
from fluxtui.domain.text import plural, safe_text, shorten
from fluxtui.services.journal.faults import repair_step
from fluxtui.services.journal.rows import UnreadableRow, from_row
from fluxtui.system.dataclass import dataclass

Model = TypeVar("Model", bound=BaseModel)

_NAMED = 5
"""How many rows a sentence names."""
_MOST = 1_000
"""How many rows are remembered; a damaged journal can hold any number of them."""


@dataclass(frozen=True)
class UnreadableEntry:
    """A row that cannot be understood.

    Attributes:
        kind: what it would be, such as `job`.
        key: its number or id.
        told: what can be told of it, for people.
    """

    kind: str
    key: str
    told: str


class UnreadableRows:
    """Remembers the rows of one journal that could not be understood; asked and filled from any thread.

    Args:
        path: the journal.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[tuple[str, str], UnreadableEntry] = {}

    @property
    def jobs(self) -> tuple[UnreadableEntry, ...]:
        """The jobs among them, which nobody drives: they may have been paid for."""
        return tuple(row for row in self.all if row.kind == "job")

    @property
    def all(self) -> tuple[UnreadableEntry, ...]:
        """All of them, in the order in which they were met."""
        return tuple(self._rows.copy().values())

    def read(self, model: type[Model], rows: Iterable[sqlite3.Row]) -> Iterator[Model]:
        """Yield what the rows hold; what cannot be understood is remembered and passed over."""
        for row in rows:
            try:
                yield from_row(model, row)
            except UnreadableRow as error:
                self.note(error)

    def note(self, error: UnreadableRow) -> None:
        """Remember the row that an error is about, and let the error say how the journal is repaired."""
        error.next_step = repair_step(self._path)
        row = UnreadableEntry(error.kind, error.key, _told(error.kind, error.key, error.row))
        if len(self._rows) < _MOST:
            self._rows.setdefault((row.kind, row.key), row)

    def warning(self) -> JournalDamaged | None:
        """Return what is to be said of all of them, or None if there are none."""
        rows = self.all
        if not rows:
            return None
        named = "; ".join(row.told for row in rows[:_NAMED])
        more = f"; and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
        paid = " What is a job may have been paid for, and is not brought in." if self.jobs else ""
        return JournalDamaged(
            f"The journal {safe_text(self._path)} holds {plural(len(rows), 'row')} that cannot be understood:"
            f" {named}{more}.{paid} Nothing was changed, and the rest goes on.",
            next_step=repair_step(self._path),
        )


def _told(kind: str, key: str, row: Mapping[str, Any]) -> str:
    """Return what a row shows of itself; for a job, by what its service knows it."""
    title = row.get("title") or row.get("name") or ""
    words = f"{kind} {key}" + (f" “{shorten(safe_text(str(title)), 40)}”" if title else "")
    if kind != "job":
        return words
    state, profile, remote = (safe_text(str(row.get(name) or ""), limit=80) for name in _OF_A_JOB)
    known = f"task {remote} of the profile {profile}" if remote else f"of the profile {profile}"
    return f"{words} ({known}, {state or 'no state'})"


_OF_A_JOB = ("state", "profile", "remote_id")
