"""All pictures: found by a filter, marked, moved to the trash and back, and taken elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fluxtui.domain.errors import InvalidInput, StorageError
from fluxtui.domain.gallery import BEST_RATING, Facets, GalleryEntry, GalleryFilter, clean_tag
from fluxtui.domain.picture import Picture
from fluxtui.domain.text import safe_text
from fluxtui.services.gallery.exports import Exported, Exporter
from fluxtui.services.gallery.trash import Trash
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Progress

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


MOST_NOTE_CHARACTERS = 10_000
"""How long a note may be."""


class GalleryService:
    """What can be done with the pictures in the journal, which are named by their numbers.

    Numbers that have no picture any more are passed over. Every method raises `StorageError` if the journal
    or the disk does not do what it should.

    Args:
        journal: open.
        storage: prepared.
    """

    def __init__(self, journal: Journal, storage: StorageService) -> None:
        self._journal = journal
        self._storage = storage
        self._saved = SavedFilters(journal)
        self._trash = Trash(journal, storage)
        self._exporter = Exporter(self.entries, self.path_of)

    async def numbers(self, wanted: GalleryFilter) -> Sequence[int]:
        """Return the numbers of all pictures that a filter wants, in its order; cheap for 100,000."""
        return await self._journal.gallery.numbers(wanted)

    async def entries(self, numbers: Sequence[int]) -> tuple[GalleryEntry, ...]:
        """Return the pictures with some numbers, in their order; those that are gone are left out.

        Meant for what is on the screen: each brings all that its picture was made with.
        """
        entries = await self._journal.gallery.entries(numbers)
        return await asyncio.to_thread(self._looked_at, entries)

    async def count(self, *, trashed: bool) -> int:
        """Return how many pictures there are, all in the trash, or all out of it."""
        return await self._journal.gallery.count(trashed=trashed)

    async def facets(self) -> Facets:
        """Return the finetunes, endpoints, profiles and tags that a filter can ask for, with counts."""
        return await self._journal.gallery.facets()

    async def made_by(self, job_id: str) -> tuple[Picture, ...]:
        """Return the pictures that a job has made."""
        return await self._journal.pictures.for_job(job_id)

    def path_of(self, entry: GalleryEntry) -> Path:
        """Return where the file of a picture is, or was if it is missing. Raises `StorageError`."""
        return self._storage.inside(entry.picture.path)

    async def star(self, numbers: Iterable[int], on: bool) -> None:
        """Give pictures a star, or take it from them."""
        await self._journal.marks.star(numbers, on)

    async def rate(self, numbers: Iterable[int], rating: int) -> None:
        """Give pictures a rating of 1 to 5, or take it from them with 0. Raises `InvalidInput` for others."""
        if not 0 <= rating <= BEST_RATING:
            raise InvalidInput(f"A rating is 1 to {BEST_RATING}, or 0 for none.")
        await self._journal.marks.rate(numbers, rating)

    async def tag(self, numbers: Iterable[int], tag: str) -> None:
        """Give pictures a tag. Raises `InvalidInput` if it is empty or too long."""
        await self._journal.marks.tag(numbers, clean_tag(tag))

    async def untag(self, numbers: Iterable[int], tag: str) -> None:
        """Take a tag from pictures."""
        await self._journal.marks.untag(numbers, clean_tag(tag))

    async def note(self, number: int, text: str) -> None:
        """Write a note about a picture in the place of any other. Raises `InvalidInput` if it is too long."""
        note = safe_text(text, newlines=True).strip()
        if len(note) > MOST_NOTE_CHARACTERS:
            raise InvalidInput(f"A note has at most {MOST_NOTE_CHARACTERS:,} characters.")
        await self._journal.marks.note(number, note)

    async def trash(self, numbers: Sequence[int], progress: Progress | None = None) -> None:
        """Move pictures to the trash; what is in it already stays there.

        Args:
            numbers: of the pictures.
            progress: is told how many are done and how many there are.

        Raises:
            StorageError: some could not be moved and stay where they are; the others are moved.
        """
        await self._trash.put(numbers, progress)

    async def restore(self, numbers: Sequence[int], progress: Progress | None = None) -> None:
        """Move pictures out of the trash, to where they were or to the next free name there; see `trash`."""
        await self._trash.restore(numbers, progress)

    async def empty_trash(self, progress: Progress | None = None) -> int:
        """Delete all pictures in the trash for good, and return how many; their jobs and costs stay known.

        Raises:
            StorageError: some could not be deleted; they stay in the trash.
        """
        total = len(await self.numbers(GalleryFilter(trashed=True)))
        return await self._trash.empty(total, progress)

    async def mend(self) -> int:
        """Finish what a program that died was doing with the trash, and return to how many pictures."""
        return await self._trash.mend()

    async def saved(self) -> Mapping[str, GalleryFilter]:
        """Return the filters that were saved, by name in the order of the alphabet."""
        return await self._saved.all()

    async def save(self, name: str, wanted: GalleryFilter) -> None:
        """Keep a filter under a name, in the place of any other. Raises `InvalidInput` for a name like ''."""
        await self._saved.save(name, wanted)

    async def forget(self, name: str) -> None:
        """Forget the filter that was saved under a name."""
        await self._saved.forget(name)

    async def export_folder(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None
    ) -> Exported:
        """Copy pictures into a folder, where no file is replaced. Raises `StorageError`."""
        return await self._exporter.folder(numbers, target, progress)

    async def export_zip(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None, *, replace: bool = False
    ) -> Exported:
        """Put pictures into a ZIP archive. Raises `InvalidInput` if it exists, without `replace`."""
        return await self._exporter.archive(numbers, target, progress, replace=replace)

    async def export_table(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None, *, replace: bool = False
    ) -> Exported:
        """Write what is known of pictures as `.csv` or `.jsonl`; see `export_zip`."""
        return await self._exporter.table(numbers, target, progress, replace=replace)

    async def export_sheet(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None, *, replace: bool = False
    ) -> Exported:
        """Draw pictures onto a contact sheet, `.jpg`, `.png` or `.webp`; see `export_zip`."""
        return await self._exporter.sheet(numbers, target, progress, replace=replace)

    def _looked_at(self, entries: Sequence[GalleryEntry]) -> tuple[GalleryEntry, ...]:
        return tuple(entry if self._is_there(entry) else replace(entry, missing=True) for entry in entries)

    def _is_there(self, entry: GalleryEntry) -> bool:
        try:
            return self.path_of(entry).is_file()
        except (StorageError, OSError):
            return False
