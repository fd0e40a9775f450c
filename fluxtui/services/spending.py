"""The history of spending: by day, finetune or endpoint, and as a file for a spreadsheet."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fluxtui.domain.money import usd
from fluxtui.domain.spending import SpendingRow, SpendingView, days_start
from fluxtui.domain.text import no_formula, safe_text
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.files import make_private_directory
from fluxtui.system.clock import utc_now

DIRECTORY = "spending"
"""Where in the data directory exported files are."""


class SpendingService:
    """Sums up what was spent.

    Args:
        journal: open.
        storage: prepared.
        clock: tells the time, as an aware UTC datetime.
    """

    def __init__(
        self, journal: Journal, storage: StorageService, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._journal = journal
        self._storage = storage
        self._clock = clock

    async def history(self, view: SpendingView, days: int) -> tuple[SpendingRow, ...]:
        """Return the sums of the last local days, of which today is one: newest, or most expensive, first.

        Raises:
            StorageError: the journal could not be read.
        """
        now = self._clock()
        return await self._journal.spending.history(view, days_start(now, days), now)

    async def export(self, view: SpendingView, days: int) -> Path:
        """Write `history` as a CSV file into the data directory, and return where it is.

        A file of the same day, view and number of days is replaced.

        Raises:
            StorageError: the journal could not be read, or the file not written.
        """
        rows = await self.history(view, days)
        today = self._clock().astimezone().date().isoformat()
        return await asyncio.to_thread(self._write, f"spending-{today}-{days}-days-by-{view}.csv", view, rows)

    def _write(self, name: str, view: SpendingView, rows: Sequence[SpendingRow]) -> Path:
        path = self._storage.inside(Path(DIRECTORY, name))
        make_private_directory(path.parent)
        self._storage.write_atomic(path, csv_text(view, rows).encode())
        return path


def csv_text(view: SpendingView, rows: Sequence[SpendingRow]) -> str:
    """Return rows as CSV with a line of titles; no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((view, "id", "jobs", "trainings", "pictures", "sure_usd", "possible_usd"))
    for row in rows:
        amounts = (f"{usd(row.spent.sure):.4f}", f"{usd(row.spent.possible):.4f}")
        names = (_harmless(row.label), _harmless(row.key))
        writer.writerow((*names, row.jobs, row.trainings, row.pictures, *amounts))
    return text.getvalue()


def _harmless(text: str) -> str:
    return no_formula(safe_text(text).strip())
