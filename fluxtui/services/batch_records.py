"""What a batch of different pictures was: kept in the journal before its jobs, for its contact sheet."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from fluxtui.services.journal import Journal

_NOTE = "batch."
LABEL_LIMIT = 200
"""Characters of a title or label that are kept."""


class Layout(BaseModel):
    """How the pictures of a batch stand on their contact sheets: sheet by sheet, row by row.

    Attributes:
        columns: a label for each column; none where the pictures stand one after the other.
        rows: a label for each row of a sheet.
        sheets: a label for each sheet.
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


class BatchRecord(BaseModel):
    """A batch apart from its jobs, which stand in the journal in the order of the labels.

    Attributes:
        title: what it is called.
        labels: what tells each picture from the others.
        layout: how they stand on a contact sheet.
    """

    model_config = ConfigDict(frozen=True)

    title: str = ""
    labels: tuple[str, ...] = ()
    layout: Layout = Layout()

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing that is worth keeping."""
        return not self.title and not any(self.labels) and not self.layout.columns


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


def _read(value: Any) -> BatchRecord | None:
    try:
        return BatchRecord.model_validate(value)
    except ValidationError:
        return None
