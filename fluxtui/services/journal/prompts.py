"""The prompts of the journal's pictures and jobs, to be used again."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from fluxtui.services.journal.database import Database

_OF_PICTURES = "SELECT created_at, prompt FROM pictures WHERE prompt != ''{filter} ORDER BY number DESC"
_OF_JOBS = (
    "SELECT created_at, json_extract(parameters, '$.prompt') AS prompt FROM jobs"
    " WHERE kind = 'generation' AND state != 'done' AND prompt != ''{filter} ORDER BY number DESC"
)


@dataclass(frozen=True)
class UsedPrompt:
    """A prompt that was used, and when for the last time."""

    prompt: str
    at: datetime


class PromptStore:
    """Looks prompts up. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, words: str, limit: int) -> tuple[UsedPrompt, ...]:
        """Return prompts in which all of some words stand, each once, the one used last first.

        It stops at `limit`, so that only a search that finds little looks at everything.
        """
        filters = " AND prompt LIKE ? ESCAPE '\\'" * len(words.split())
        values = tuple(f"%{_escaped(word)}%" for word in words.split())

        def work(connection: sqlite3.Connection) -> tuple[UsedPrompt, ...]:
            # What is put in are placeholders.
            rows = [
                ((row[0], row[1]) for row in connection.execute(sql.format(filter=filters), values))
                for sql in (_OF_PICTURES, _OF_JOBS)
            ]
            newest_first = heapq.merge(*rows, key=itemgetter(0), reverse=True)
            return tuple(
                UsedPrompt(text, datetime.fromisoformat(at)) for text, at in _distinct(newest_first, limit)
            )

        return await self._database.read(work)


def _distinct(rows: Iterator[tuple[str, str]], limit: int) -> Sequence[tuple[str, str]]:
    found: dict[str, str] = {}
    for at, prompt in rows:
        found.setdefault(prompt, at)
        if len(found) >= limit:
            break
    return tuple(found.items())


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
