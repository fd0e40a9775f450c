"""What one session leaves for the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fluxtui.services.journal import Journal
from fluxtui.services.session import SessionService

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


async def test_drafts_place_and_presence_are_remembered(open_journal: Journal) -> None:
    session = SessionService(open_journal)
    assert (await session.draft("generate"), await session.last_place(), await session.last_seen()) == (
        None,
        "",
        None,
    )
    await session.keep_draft("generate", {"prompt": "a fox"})
    await session.keep_draft("gallery", {"filter": "star"})
    await session.note_place("jobs")
    await session.note_presence(NOON)
    again = SessionService(open_journal)
    assert await again.draft("generate") == {"prompt": "a fox"}
    assert await again.draft("gallery") == {"filter": "star"}
    assert await again.last_place() == "jobs"
    assert await again.last_seen() == NOON


@pytest.mark.parametrize("nonsense", [7, ["a"], "yesterday", "2026-11-30T12:00:00"])
async def test_what_is_not_understood_is_as_if_nothing_was_left(
    open_journal: Journal, nonsense: object
) -> None:
    for key in ("draft.generate", "last_seen"):
        await open_journal.notes.set(key, nonsense)
    await open_journal.notes.set("place", 7)
    session = SessionService(open_journal)
    assert await session.draft("generate") is None
    assert await session.last_seen() is None
    assert await session.last_place() == ""
