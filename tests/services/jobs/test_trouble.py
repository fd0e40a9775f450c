"""Disks and journals that fail: nothing is sent that is not written down, nothing fetched is lost."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, closing, contextmanager
from pathlib import Path

import pytest

from fluxtui.domain.errors import JournalGone
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Change, JobService, Pacing
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

VALUES = {"prompt": "a fox", "width": 256, "height": 256}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the journal while the block runs."""
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@pytest.fixture
async def impatient(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway, pacing: Pacing
) -> Callable[[Journal], JobService]:
    """Makes a job service that hardly waits for a lock."""
    return lambda journal: JobService(journal, data_directory, gateway, owner="impatient", pacing=pacing)


def troubles(jobs: JobService) -> list[Change]:
    found: list[Change] = []
    jobs.subscribe(lambda change: found.append(change) if change.kind == "trouble" else None)
    return found


def in_trouble(job: Job) -> bool:
    return job.error_title == "Storage"


def saved(storage: StorageService) -> list[Path]:
    return [path for path in storage.inside("pictures").rglob("*") if path.is_file()]


async def test_nothing_is_sent_while_the_journal_cannot_be_written(
    inference: InferenceService,
    impatient: Callable[[Journal], JobService],
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
    async with Journal(open_journal.path, lock_timeout=0.02) as hasty:
        jobs = impatient(hasty)
        told = troubles(jobs)
        async with running(jobs):
            with locked(open_journal.path):
                await until(jobs, lambda: bool(told))
                (held,) = await ended(jobs, [job], lambda job: True)
                assert held.state is JobState.DRAFT
                assert simulator.ledger() == []
            (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    assert len(simulator.ledger()) == len(saved(data_directory)) == 1
    assert "locked by another program" in told[0].notice


async def test_answer_is_written_down_as_soon_as_the_journal_works_again(
    inference: InferenceService,
    impatient: Callable[[Journal], JobService],
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.faults("latency", seconds=3600, count=1, where="submit")
    (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
    async with Journal(open_journal.path, lock_timeout=0.02) as hasty:
        jobs = impatient(hasty)
        told = troubles(jobs)
        async with running(jobs):
            await ended(jobs, [job], lambda job: job.state is JobState.SUBMITTING)
            with locked(open_journal.path):
                simulator.clear_faults()
                await until(jobs, lambda: any(change.job for change in told))
            (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    assert len(simulator.ledger()) == 1


async def until(jobs: JobService, condition: Callable[[], bool]) -> None:
    """Wait for a change after which a condition holds."""
    news = asyncio.Event()
    unsubscribe = jobs.subscribe(lambda _: news.set())
    async with asyncio.timeout(40):
        while not condition():
            news.clear()
            await news.wait()
    unsubscribe()


@pytest.mark.parametrize("broken", [("pictures",), ("pictures", "tmp")])
async def test_fetched_picture_is_held_until_the_disk_takes_it(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: tuple[str, ...],
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    directories = [data_directory.inside(name) for name in broken]
    told = troubles(jobs)
    (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
    simulator.faults("503", where="poll")
    async with running(jobs):
        await ended(jobs, [job], lambda job: job.remote_id is not None)
        for directory in directories:
            directory.rmdir()
            directory.touch()
        simulator.clear_faults()
        (held,) = await ended(jobs, [job], in_trouble)
        assert held.state is JobState.COLLECTING
        assert len(list(elsewhere.iterdir())) == len(broken) - 1
        # From now on the service has it no more.
        simulator.faults("expired", where="delivery")
        for directory in directories:
            directory.unlink()
            directory.mkdir()
        (done,) = await ended(jobs, [job])
    assert (done.state, done.error) == (JobState.DONE, None)
    assert len(saved(data_directory)) == 1
    assert list(elsewhere.iterdir()) == list(data_directory.inside("tmp").iterdir()) == []
    assert len(told) == 1


async def test_picture_in_its_place_is_not_fetched_again_when_only_the_journal_failed(
    inference: InferenceService,
    impatient: Callable[[Journal], JobService],
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    simulator.faults("latency", seconds=3600, count=1, where="delivery")
    (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
    async with Journal(open_journal.path, lock_timeout=0.02) as hasty:
        jobs = impatient(hasty)
        told = troubles(jobs)
        async with running(jobs):
            await ended(jobs, [job], lambda job: job.state is JobState.COLLECTING)
            with locked(open_journal.path):
                simulator.clear_faults()
                await until(jobs, lambda: any(change.job for change in told))
                simulator.faults("expired", where="delivery")
            (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    assert [data_directory.inside(str(done.picture))] == saved(data_directory)


async def test_a_journal_that_is_deleted_ends_all_sending(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    told = troubles(jobs)
    await inference.generate("bfl", "flux-pro-1.1", VALUES, count=3)
    shutil.rmtree(data_directory.root)
    async with running(jobs):
        await until(jobs, lambda: any("deleted or replaced" in change.notice for change in told))
    assert simulator.ledger() == []
    with pytest.raises(JournalGone):
        await open_journal.check()


async def test_a_journal_that_is_replaced_is_not_written_into(
    open_journal: Journal, inference: InferenceService
) -> None:
    open_journal.path.rename(open_journal.path.with_name("moved"))
    open_journal.path.touch()
    with pytest.raises(JournalGone, match="deleted or replaced"):
        await inference.generate("bfl", "flux-pro-1.1", VALUES)


async def test_nothing_is_ordered_while_pictures_cannot_be_kept(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    told = troubles(jobs)
    pictures = data_directory.inside("pictures")
    pictures.rmdir()
    pictures.touch()
    ordered = await inference.generate("bfl", "flux-pro-1.1", VALUES, count=3)
    async with running(jobs):
        await until(jobs, lambda: any("Nothing is ordered" in change.notice for change in told))
        assert simulator.ledger() == []
        pictures.unlink()
        done = await ended(jobs, ordered)
    assert {job.state for job in done} == {JobState.DONE}
    assert len(simulator.ledger()) == 3
