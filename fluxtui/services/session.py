"""What one session of the program leaves for the next: what was typed, where the user was, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fluxtui.services.journal import Journal

_DRAFT = "draft."
_PLACE = "place"
_LAST_SEEN = "last_seen"


class SessionService:
    """Remembers it in the journal. Every method raises `StorageError` if the journal cannot be used.

    Args:
        journal: open.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._notes = journal.notes

    async def draft(self, place: str) -> Mapping[str, Any] | None:
        """Return what was typed in a place, or None where nothing was, or nothing that is understood."""
        draft = await self._notes.get(f"{_DRAFT}{place}")
        return draft if isinstance(draft, dict) else None

    async def keep_draft(self, place: str, draft: Mapping[str, Any]) -> None:
        """Remember what is typed in a place: values that JSON can hold."""
        await self._notes.set(f"{_DRAFT}{place}", dict(draft))

    async def last_place(self) -> str:
        """Return the name of the place that was shown last, or `''`."""
        name = await self._notes.get(_PLACE)
        return name if isinstance(name, str) else ""

    async def note_place(self, place: str) -> None:
        """Remember which place is shown."""
        await self._notes.set(_PLACE, place)

    async def last_seen(self) -> datetime | None:
        """Return until when the user had a screen, aware, or None where that is not known."""
        noted = await self._notes.get(_LAST_SEEN)
        try:
            moment = datetime.fromisoformat(noted) if isinstance(noted, str) else None
        except ValueError:
            return None
        return moment if moment is not None and moment.tzinfo is not None else None

    async def note_presence(self, now: datetime) -> None:
        """Remember that the user has a screen now, an aware time."""
        await self._notes.set(_LAST_SEEN, now.isoformat())

    async def check(self) -> None:
        """See that what is written now can be read by the next one. Raises `JournalGone`."""
        await self._journal.check()
