"""Batches after they were ordered: when they have ended, how long they take, and their contact sheets."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.pace import batch_seconds, picture_seconds
from fluxtui.services.batch_records import BatchRecord, BatchRecords, MadeSheets
from fluxtui.services.contact_sheets import SheetCell, contact_sheet
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.system.dataclass import dataclass

MOST_IN_A_ROW = 8
"""So many pictures stand side by side on a sheet that has no rows of its own."""

OPEN_STATES = frozenset({JobState.IN_DOUBT})
"""Beside the active ones: jobs that may have a picture yet."""


@dataclass(frozen=True)
class Sheets:
    """The contact sheets of a batch; `is_first` tells that none had been made of it before."""

    batch: str
    title: str
    paths: tuple[Path, ...]
    is_first: bool


def is_open(job: Job) -> bool:
    """Tell whether a picture may still come of a job."""
    return job.is_active or job.state in OPEN_STATES


class BatchService:
    """Knows what was ordered together.

    Args:
        journal: open.
        storage: prepared.
        gateway: gives the service of each profile.
    """

    def __init__(self, journal: Journal, storage: StorageService, gateway: Gateway) -> None:
        self._journal = journal
        self._storage = storage
        self._gateway = gateway
        self._records = BatchRecords(journal)
        self._making = asyncio.Lock()

    async def expected_seconds(self, pictures: Mapping[tuple[str, str], int]) -> float | None:
        """Return how long pictures may take together, by how long such ones took here before.

        Args:
            pictures: how many, by profile and endpoint id.

        Returns:
            Seconds, or None where one of the endpoints has made none here yet.

        Raises:
            FluxError: a profile cannot be used, or the journal could not be read.
        """
        longest = 0.0
        for profile in {profile for profile, _ in pictures}:
            provider = await self._gateway.provider(profile)
            alone: list[float] = []
            for (owner, endpoint), count in pictures.items():
                if owner != profile:
                    continue
                made = await self._journal.jobs.done(JobKind.GENERATION, provider.id, endpoint)
                seconds = picture_seconds(made, provider.id, endpoint)
                if seconds is None:
                    return None
                alone += [seconds] * count
            longest = max(longest, batch_seconds(alone, provider.active_limit))
        return longest

    async def due(self) -> tuple[str, ...]:
        """Return the grids that have ended and have no contact sheet yet. Raises `StorageError`."""
        done = await self._records.with_sheets()
        grids = [
            batch
            for batch, record in (await self._records.all()).items()
            if record.layout.columns and batch not in done
        ]
        return tuple([batch for batch in grids if await self._has_ended(batch)])

    async def _has_ended(self, batch: str) -> bool:
        """Tell whether all jobs of a batch have ended, at least one with a picture.

        Of a program that ended before it wrote the jobs, there are none, and nothing was sent.
        """
        jobs = await self._journal.jobs.of_batch(batch)
        return any(job.picture for job in jobs) and not any(is_open(job) for job in jobs)

    async def sheets(self, batch: str) -> tuple[Path, ...]:
        """Return the contact sheets that were made of a batch and are there. Raises `StorageError`."""
        made = await self._records.sheets(batch) or MadeSheets()
        paths = [self._storage.inside(path) for path in made.paths]
        return tuple([path for path in paths if await asyncio.to_thread(path.is_file)])

    async def make_sheets(self, batch: str) -> Sheets:
        """Make the contact sheets of a batch, of what is there now, in the place of earlier ones.

        Of a grid over three parameters there is one for each value of the third.

        Raises:
            InvalidInput: the batch has no picture.
            StorageError: journal or file could not be read or written.
        """
        async with self._making:
            jobs = await self._journal.jobs.of_batch(batch)
            if not any(job.picture for job in jobs):
                raise InvalidInput(
                    "None of these pictures is there, so there is nothing for a contact sheet."
                )
            record = await self._records.get(batch) or _plain_record(jobs)
            paths = await asyncio.to_thread(self._write, batch, record, jobs)
            made = MadeSheets(paths=tuple(self._storage.relative(path) for path in paths))
            return Sheets(batch, record.title, paths, await self._records.note_sheets(batch, made))

    def _write(self, batch: str, record: BatchRecord, jobs: Sequence[Job]) -> tuple[Path, ...]:
        cells = [self._cell(record, index, job) for index, job in enumerate(cell_jobs(record, jobs))]
        layout = record.layout
        sheets = layout.sheets or ("",)
        size = math.ceil(len(cells) / len(sheets))
        is_table = bool(layout.rows) or 0 < len(layout.columns) <= MOST_IN_A_ROW
        columns = len(layout.columns) if is_table else min(MOST_IN_A_ROW, math.ceil(math.sqrt(size)))
        paths = []
        for number, label in enumerate(sheets, 1):
            shown = cells[(number - 1) * size : number * size]
            path = self._storage.sheet_path(record.title, batch, jobs[0].created_at, number)
            contact_sheet(
                [SheetCell(cell.path, "", cell.words) for cell in shown] if is_table else shown,
                path,
                columns=columns,
                row_labels=layout.rows if is_table else (),
                column_labels=layout.columns if is_table else (),
                title=" · ".join(part for part in (record.title, label) if part),
            )
            paths.append(path)
        return tuple(paths)

    def _cell(self, record: BatchRecord, index: int, job: Job | None) -> SheetCell:
        label = record.labels[index] if index < len(record.labels) else ""
        if job is None:
            return SheetCell(None, label, "not in the journal")
        path = self._storage.inside(job.picture) if job.picture else None
        return SheetCell(path, label, job.state.value)


def cell_jobs(record: BatchRecord, jobs: Sequence[Job]) -> tuple[Job | None, ...]:
    """Return the job of each picture of a batch: where one was sent again, the one that has the picture.

    Args:
        record: what the batch was.
        jobs: all of it, oldest first.
    """
    by_id = {job.id: job for job in jobs}
    again = [job for job in jobs if job.id not in record.jobs]
    return tuple(_best(by_id.get(job_id), again) for job_id in record.jobs)


def _best(first: Job | None, again: Sequence[Job]) -> Job | None:
    if first is None or first.picture:
        return first
    same = [job for job in again if job.endpoint == first.endpoint and job.parameters == first.parameters]
    pictured = [job for job in same if job.picture and job.profile == first.profile]
    return pictured[-1] if pictured else first


def _plain_record(jobs: Sequence[Job]) -> BatchRecord:
    """Return the record of a batch of which nothing was kept: pictures of one prompt with their seeds."""
    labels = tuple("" if job.seed is None else f"Seed {job.seed}" for job in jobs)
    return BatchRecord(title=jobs[0].title, jobs=tuple(job.id for job in jobs), labels=labels)
