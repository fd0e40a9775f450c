"""The gallery's questions to the journal."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from fluxtui.domain.gallery import BEST_RATING, Facets, GalleryEntry, GalleryFilter, Marks
from fluxtui.domain.picture import Picture
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.facets import FacetCounts
from fluxtui.services.journal.gallery_query import CREDITS, SHOWN, TRASHED, find_numbers
from fluxtui.services.journal.rows import UnreadableRow, from_row, json_text

_ENTRIES = f"""
    SELECT p.*, j.profile, j.provider, {CREDITS} AS credits,
        (SELECT json_group_array(tag) FROM
            (SELECT tag FROM picture_tags WHERE picture = p.number ORDER BY tag)) AS tags
    FROM json_each(?) AS asked JOIN pictures AS p ON p.number = asked.value JOIN jobs AS j ON j.id = p.job_id
    ORDER BY asked.key
"""


class MarkedRow(BaseModel):
    """What the table of pictures has beside the picture itself; see `schema.py`."""

    starred: bool = False
    rating: int = Field(0, ge=0, le=BEST_RATING)
    note: str = ""
    trashed_at: datetime | None = None
    home: str | None = None
    moving_to: str | None = None


class GalleryStore:
    """Finds and reads pictures. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._facet_counts = FacetCounts()

    async def numbers(self, wanted: GalleryFilter) -> array[int]:
        """Return the numbers of all pictures that a filter wants, in its order: eight bytes each."""

        def work(connection: sqlite3.Connection) -> array[int]:
            return array("q", find_numbers(connection, wanted, by_words=self._database.searches_words))

        return await self._database.read(work)

    async def entries(self, numbers: Sequence[int]) -> tuple[GalleryEntry, ...]:
        """Return the pictures with some numbers, in their order; what is gone or unreadable is left out."""
        asked = json_text(list(numbers))
        return await self._database.read(
            lambda connection: tuple(self._readable(connection.execute(_ENTRIES, (asked,))))
        )

    def _readable(self, rows: Iterable[sqlite3.Row]) -> Iterator[GalleryEntry]:
        for row in rows:
            try:
                yield _entry(row)
            except UnreadableRow as error:
                self._database.unreadable.note(error)

    async def count(self, *, trashed: bool) -> int:
        """Return how many pictures there are, all in the trash, or all out of it."""
        sql = f"SELECT count(*) FROM {TRASHED if trashed else SHOWN}"
        return await self._database.read(lambda connection: int(connection.execute(sql).fetchone()[0]))

    async def facets(self) -> Facets:
        """Return the values that a filter can ask for, with counts."""
        return await self._database.read(self._facet_counts.read)


def _entry(row: sqlite3.Row) -> GalleryEntry:
    marked = from_row(MarkedRow, row)
    return GalleryEntry(
        number=row["number"],
        picture=from_row(Picture, row),
        marks=Marks(marked.starred, marked.rating, tuple(json.loads(row["tags"])), marked.note),
        profile=str(row["profile"]),
        provider=str(row["provider"]),
        credits=row["credits"],
        trashed_at=marked.trashed_at,
    )
