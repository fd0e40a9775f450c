"""The prompts of the journal's pictures and jobs, to be used again."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter

from fluxtui.domain.gallery import Term
from fluxtui.domain.jobs import JobState
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.search import conditions
from fluxtui.system.dataclass import dataclass

_OTHER_STATES = tuple(state.value for state in JobState if state is not JobState.DONE)
"""Of jobs that have no picture; few, so that their index is worth more than their order."""

_OF_PICTURES = "SELECT p.created_at, p.prompt FROM pictures p WHERE p.prompt != ''{filter}"
_OF_JOBS = (
    "SELECT p.created_at, p.prompt FROM"
    " (SELECT number, created_at, json_extract(parameters, '$.prompt') AS prompt FROM jobs"
    "  WHERE json_valid(parameters) AND kind = 'generation' AND state IN ({states})) p"
    " WHERE p.prompt != ''{filter}"
)
_NEWEST_FIRST = " ORDER BY p.number DESC"


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

        In pictures, words are beginnings of words, as in the gallery, where there is an index of them; else,
        and in jobs without a picture, they may stand anywhere. It stops at `limit`.
        """
        terms = [Term(word) for word in words.split()]

        def work(connection: sqlite3.Connection) -> tuple[UsedPrompt, ...]:
            indexed = tuple(conditions(terms, by_words=self._database.searches_words))
            anywhere = tuple(conditions(terms, by_words=False))
            states = ", ".join("?" * len(_OTHER_STATES))
            # What is put in are conditions of our own and placeholders.
            of_pictures = _OF_PICTURES.format(filter=_all_of(indexed)) + _NEWEST_FIRST
            of_jobs = _OF_JOBS.format(filter=_all_of(anywhere), states=states) + _NEWEST_FIRST
            found = (
                connection.execute(of_pictures, [value for _, value in indexed]),
                connection.execute(of_jobs, [*_OTHER_STATES, *(value for _, value in anywhere)]),
            )
            rows = [_used(cursor) for cursor in found]
            newest_first = heapq.merge(*rows, key=attrgetter("at"), reverse=True)
            return tuple(_distinct(newest_first, limit))

        return await self._database.read(work)


def _all_of(found: Sequence[tuple[str, str]]) -> str:
    return "".join(f" AND {condition}" for condition, _ in found)


def _used(rows: Iterable[sqlite3.Row]) -> Iterator[UsedPrompt]:
    """Yield the prompts of rows; what is no text or has no time is passed over."""
    for at, prompt in rows:
        try:
            moment = datetime.fromisoformat(at)
            prompt.encode()
        except (ValueError, TypeError, AttributeError):
            continue
        if moment.tzinfo is not None:
            yield UsedPrompt(prompt, moment)


def _distinct(prompts: Iterable[UsedPrompt], limit: int) -> Iterable[UsedPrompt]:
    found: dict[str, UsedPrompt] = {}
    for used in prompts:
        found.setdefault(used.prompt, used)
        if len(found) >= limit:
            break
    return found.values()
