"""Filters of the gallery that the user gave names."""

from __future__ import annotations

from collections.abc import Mapping

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.text import safe_text
from fluxtui.services.journal import Journal

_PREFIX = "gallery-filter:"
MOST_NAME_CHARACTERS = 60
"""How long a name may be."""


class SavedFilters:
    """Filters by name, as lines of text in the journal's notes."""

    def __init__(self, journal: Journal) -> None:
        self._notes = journal.notes

    async def all(self) -> Mapping[str, GalleryFilter]:
        """Return them by name, in the order of the alphabet, without those of a newer version."""
        lines = await self._notes.beginning(_PREFIX)
        return {name: found for name in sorted(lines) if (found := _read(lines[name])) is not None}

    async def save(self, name: str, wanted: GalleryFilter) -> None:
        """Keep a filter, in the place of one with the same name. Raises `InvalidInput` for a name like ''."""
        await self._notes.set(_PREFIX + _clean(name), wanted.text())

    async def forget(self, name: str) -> None:
        """Remove a filter; nothing happens if there is none with this name."""
        await self._notes.remove(_PREFIX + _clean(name))


def _clean(name: str) -> str:
    clean = " ".join(safe_text(name).split())
    if not clean:
        raise InvalidInput("A saved filter needs a name.")
    if len(clean) > MOST_NAME_CHARACTERS:
        raise InvalidInput(f"The name of a saved filter has at most {MOST_NAME_CHARACTERS} characters.")
    return clean


def _read(line: object) -> GalleryFilter | None:
    try:
        return GalleryFilter.parse(str(line))
    except InvalidInput:
        return None
