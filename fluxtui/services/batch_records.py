"""What a batch of different pictures was: kept in the journal before its jobs are, for its contact sheet."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.services.journal import Journal

_NOTE = "batch."
_SHEETS = "batch_sheets."
LABEL_LIMIT = 200
"""Characters of a title or label that are kept."""


class Layout(BaseModel):
    """How the pictures of a batch stand on their contact sheets: sheet by sheet, row by row.

    Attributes:
        columns: a label for each column; none where the pictures stand one after the other.
        rows: a label for each row of a sheet.
        sheets: a label for each sheet.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


class BatchRecord(BaseModel):
    """A batch apart from its jobs.

    Attributes:
        title: what it is called.
        jobs: the ids of its jobs, in the order of the labels.
        labels: what tells each picture from the others.
        layout: how they stand on a contact sheet.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    title: str = ""
    jobs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    layout: Layout = Layout()

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing that is worth keeping."""
        return not self.title and not any(self.labels) and not self.layout.columns


class MadeSheets(BaseModel):
    """The contact sheets that were made of a batch, by their paths in the data directory."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    paths: tuple[str, ...] = ()


class BatchRecords:
    """Keeps records in the journal's notes. Every method raises `StorageError` if it cannot be used."""

    def __init__(self, journal: Journal) -> None:
        self._notes = journal.notes

    async def keep(self, batch: str, record: BatchRecord) -> None:
        """Remember what a batch is."""
        await self._notes.set(_NOTE + batch, record.model_dump(mode="json"))

    async def get(self, batch: str) -> BatchRecord | None:
        """Return what a batch is, None where that was not kept or cannot be understood."""
        return _read(await self._notes.get(_NOTE + batch))

    async def all(self) -> dict[str, BatchRecord]:
        """Return every batch of which something is kept, by its id."""
        found = {batch: _read(value) for batch, value in (await self._notes.beginning(_NOTE)).items()}
        return {batch: record for batch, record in found.items() if record is not None}

    async def note_sheets(self, batch: str, sheets: MadeSheets) -> bool:
        """Remember the contact sheets of a batch, and return whether these are the first."""
        note = sheets.model_dump(mode="json")
        if await self._notes.add(_SHEETS + batch, note):
            return True
        await self._notes.set(_SHEETS + batch, note)
        return False

    async def sheets(self, batch: str) -> MadeSheets | None:
        """Return the contact sheets that were made of a batch, None where none was."""
        note = await self._notes.get(_SHEETS + batch)
        try:
            return None if note is None else MadeSheets.model_validate(note)
        except ValidationError:
            return None

    async def with_sheets(self) -> frozenset[str]:
        """Return the batches that have a contact sheet."""
        return frozenset(await self._notes.beginning(_SHEETS))


def _read(value: Any) -> BatchRecord | None:
    try:
        return BatchRecord.model_validate(value)
    except ValidationError:
        return None
