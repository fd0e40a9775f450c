"""What the user notes about pictures, in the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import json_text, to_column

_ASKED = "(SELECT value FROM json_each(:numbers))"


class MarkStore:
    """Marks of pictures by their numbers; a number that has no picture any more is passed over.

    Every method raises `StorageError` if the journal cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def star(self, numbers: Iterable[int], on: bool) -> None:
        """Give pictures a star, or take it from them."""
        await self._write(f"UPDATE pictures SET starred = :value WHERE number IN {_ASKED}", numbers, on)

    async def rate(self, numbers: Iterable[int], rating: int) -> None:
        """Give pictures a rating of 1 to 5, or take it from them with 0."""
        await self._write(f"UPDATE pictures SET rating = :value WHERE number IN {_ASKED}", numbers, rating)

    async def tag(self, numbers: Iterable[int], tag: str) -> None:
        """Give pictures a tag that they may have already."""
        sql = (
            f"INSERT OR IGNORE INTO picture_tags SELECT number, :value FROM pictures WHERE number IN {_ASKED}"
        )
        await self._write(sql, numbers, tag)

    async def untag(self, numbers: Iterable[int], tag: str) -> None:
        """Take a tag from pictures."""
        await self._write(
            f"DELETE FROM picture_tags WHERE tag = :value AND picture IN {_ASKED}", numbers, tag
        )

    async def note(self, number: int, text: str) -> None:
        """Write a note about a picture in the place of any other."""
        sql = f"UPDATE pictures SET note = :value WHERE number IN {_ASKED}"
        await self._write(sql, (number,), text)

    async def _write(self, sql: str, numbers: Iterable[int], value: Any) -> None:
        values = {"numbers": json_text(list(numbers)), "value": to_column("value", value)}

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(sql, values)

        await self._database.write(work)
