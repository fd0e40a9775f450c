"""Batches that were ordered: their end, their sheets, and that no crash in between pays twice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.batch_records import BatchRecords, Layout
from fluxtui.services.batches import BatchService, cell_jobs
from fluxtui.services.inference import InferenceService, Shot
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

ROOT = Path(__file__).parents[2]
LAYOUT = Layout(columns=("Seed 1", "Seed 2"), rows=("Width 256", "Width 512"))
SHOTS = [
    Shot(
        "bfl",
        "flux-pro-1.1",
        {"prompt": "a fox", "width": width, "height": 256, "seed": seed},
        label=f"Width {width} · Seed {seed}",
    )
    for width in (256, 512)
    for seed in (1, 2)
]


@pytest.fixture
def batches(open_journal: Journal, data_directory: StorageService, gateway: Gateway) -> BatchService:
    return BatchService(open_journal, data_directory, gateway)


async def ordered(inference: InferenceService) -> tuple[str, tuple[Job, ...]]:
    jobs = await inference.generate_shots(SHOTS, batch_title="Seed × Width", layout=LAYOUT)
    batch = jobs[0].batch
    assert batch is not None
    return batch, jobs


async def test_grid_is_due_when_all_has_ended_and_its_sheet_is_made_once(
    inference: InferenceService,
    jobs: JobService,
    batches: BatchService,
    running: Running,
    ended: Ended,
) -> None:
    batch, made = await ordered(inference)
    assert await batches.due() == ()
    with pytest.raises(InvalidInput):
        await batches.make_sheets(batch)
    async with running(jobs):
        await ended(jobs, made)
    assert await batches.due() == (batch,)
    sheets = await batches.make_sheets(batch)
    assert sheets.is_first
    assert await batches.due() == ()
    assert await batches.sheets(batch) == sheets.paths
    (path,) = sheets.paths
    assert path.parent.name == "sheets"
    with Image.open(path) as sheet:
        assert sheet.width > 400
    again = await batches.make_sheets(batch)
    assert (again.paths, again.is_first) == (sheets.paths, False)


async def test_third_axis_makes_several_sheets(
    inference: InferenceService, jobs: JobService, batches: BatchService, running: Running, ended: Ended
) -> None:
    layout = Layout(columns=("Seed 1",), rows=("Width 256",), sheets=("A", "B", "C", "D"))
    made = await inference.generate_shots(SHOTS, batch_title="three", layout=layout)
    async with running(jobs):
        await ended(jobs, made)
    sheets = await batches.make_sheets(made[0].batch or "")
    assert len(set(sheets.paths)) == 4


async def test_cell_that_was_sent_again_has_the_picture_of_then(
    inference: InferenceService,
    jobs: JobService,
    batches: BatchService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.faults("content-moderated", count=1)
    batch, made = await ordered(inference)
    async with running(jobs):
        done = await ended(jobs, made)
        (failed,) = [job for job in done if job.state is not JobState.DONE]
        await batches.make_sheets(batch)
        (second,) = await ended(jobs, [await jobs.retry(failed.id)])
    record = await BatchRecords(open_journal).get(batch)
    assert record is not None
    cells = cell_jobs(record, await open_journal.jobs.of_batch(batch))
    assert len(cells) == len(made)
    assert cells[done.index(failed)] == second


async def test_plain_pictures_of_one_prompt_have_a_sheet_too(
    inference: InferenceService, jobs: JobService, batches: BatchService, running: Running, ended: Ended
) -> None:
    made = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox", "seed": 1}, count=3)
    async with running(jobs):
        await ended(jobs, made)
    assert await batches.due() == ()
    assert len((await batches.make_sheets(made[0].batch or "")).paths) == 1


async def test_time_to_expect_comes_from_this_journal(
    inference: InferenceService, jobs: JobService, batches: BatchService, running: Running, ended: Ended
) -> None:
    asked = {("bfl", "flux-pro-1.1"): 4}
    assert await batches.expected_seconds(asked) is None
    made = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox"})
    async with running(jobs):
        await ended(jobs, made)
    seconds = await batches.expected_seconds(asked)
    assert seconds is not None
    assert 0 < seconds < 20
    assert await batches.expected_seconds({**asked, ("bfl", "flux-dev"): 1}) is None


CRASHING = """
import asyncio
import os
import sys
from pathlib import Path

from pydantic import SecretStr

from fluxtui.api.options import KeyPolicy
from fluxtui.api.service import APIService
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.providers.registry import provider_hosts
from fluxtui.services import batches as batches_module
from fluxtui.services.batch_records import BatchRecords, Layout
from fluxtui.services.batches import BatchService
from fluxtui.services.inference import InferenceService, Shot
from fluxtui.services.jobs import JobService, Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.validation import ValidationService

_, root, base_url, where = sys.argv


class Gateway:
    def __init__(self):
        trusted = provider_hosts("bfl").trusted_hosts
        self._api = APIService(base_url, SecretStr("sim-valid"), KeyPolicy(trusted_hosts=trusted))

    async def provider(self, profile):
        return BFLProvider(self._api)

    async def api(self, profile):
        return self._api


def dying(real, *, after):
    async def call(*args, **options):
        if after:
            await real(*args, **options)
        os._exit(9)

    return call


async def main():
    storage = StorageService(Path(root))
    async with Journal(storage.journal_path) as journal:
        gateway = Gateway()
        jobs = JobService(journal, storage, gateway, owner=str(os.getpid()), pacing=Pacing(watch=0.02))
        inference = InferenceService(journal, storage, gateway, ValidationService(), jobs)
        batches = BatchService(journal, storage, gateway)
        if where == "before the note":
            BatchRecords.keep = dying(BatchRecords.keep, after=False)
        elif where == "after the note":
            BatchRecords.keep = dying(BatchRecords.keep, after=True)
        elif where == "after the jobs":
            type(journal.jobs).add = dying(type(journal.jobs).add, after=True)
        elif where == "before the sheet":
            batches_module.contact_sheet = lambda *args, **options: os._exit(9)
        elif where == "after the sheet":
            BatchRecords.note_sheets = dying(BatchRecords.note_sheets, after=False)
        if where.endswith("the sheet"):
            for batch in await batches.due():
                await batches.make_sheets(batch)
        else:
            layout = Layout(columns=("1", "2"), rows=("256", "512"))
            shots = [
                Shot("bfl", "flux-pro-1.1", dict(prompt="x", width=w, height=256, seed=s), label=f"{w} {s}")
                for w in (256, 512)
                for s in (1, 2)
            ]
            await inference.generate_shots(shots, batch_title="crash", layout=layout)


asyncio.run(main())
"""


async def crashed(storage: StorageService, simulator: Simulator, where: str) -> None:
    """Let a program that orders a grid, or makes its sheet, die at a point."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CRASHING, str(storage.root), simulator.base_url, where, cwd=ROOT
    )
    assert await process.wait() == 9


@pytest.mark.parametrize(
    ("where", "paid"), [("before the note", 0), ("after the note", 0), ("after the jobs", 4)]
)
async def test_program_killed_while_ordering_pays_once_or_not_at_all(
    where: str,
    paid: int,
    jobs: JobService,
    batches: BatchService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    await crashed(data_directory, simulator, where)
    found = await open_journal.jobs.recent()
    assert len(found) == paid
    async with running(jobs):
        await ended(jobs, found)
    assert len(simulator.ledger()) == paid
    due = await batches.due()
    assert len(due) == (1 if paid else 0)
    for batch in due:
        assert len((await batches.make_sheets(batch)).paths) == 1


@pytest.mark.parametrize("where", ["before the sheet", "after the sheet"])
async def test_program_killed_over_the_sheet_makes_it_at_the_next_start(
    where: str,
    inference: InferenceService,
    jobs: JobService,
    batches: BatchService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    batch, made = await ordered(inference)
    async with running(jobs):
        await ended(jobs, made)
    await crashed(data_directory, simulator, where)
    assert await batches.due() == (batch,)
    assert (await batches.make_sheets(batch)).is_first
    assert len(list(data_directory.inside("sheets").iterdir())) == 1
    assert len(simulator.ledger()) == len(made)
