"""A driver that was held up (suspended, asleep) finds that another has finished its job."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fluxtui.domain.jobs import IllegalTransition, Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.following import Following
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


def context_of(journal: Journal, storage: StorageService, gateway: Gateway) -> JobContext:
    """Return what a job works with, as the service makes it."""
    return JobContext(journal, storage, gateway, Pacing(), lambda: datetime.now(UTC))


async def test_it_leaves_the_finished_job_as_it_is(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
) -> None:
    values = {"prompt": "a fox", "width": 256, "height": 256}
    ordered = await inference.generate("bfl", "flux-pro-1.1", values)
    async with running(jobs):
        (done,) = await ended(jobs, ordered)
    as_it_was = done.model_copy(update={"state": JobState.WAITING})
    context = context_of(open_journal, data_directory, gateway)
    assert await Following(context, as_it_was).follow(at_once=True) == done
    assert await open_journal.jobs.get(done.id) == done


async def test_its_own_trouble_does_not_spoil_the_finished_job(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    reconnect: Callable[..., None],
) -> None:
    ordered = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox"})
    async with running(jobs):
        (done,) = await ended(jobs, ordered)
    reconnect(key="nonsense")
    as_it_was = done.model_copy(update={"state": JobState.WAITING})
    context = context_of(open_journal, data_directory, gateway)
    assert await Following(context, as_it_was).follow(at_once=True) == done
    assert await open_journal.jobs.get(done.id) == done


async def test_it_neither_saves_nor_names_a_second_picture(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
) -> None:
    ordered = await inference.generate(
        "bfl", "flux-pro-1.1", {"prompt": "a fox", "width": 256, "height": 256}
    )
    async with running(jobs):
        (done,) = await ended(jobs, ordered)
    as_it_was = done.model_copy(update={"state": JobState.COLLECTING, "picture": None})
    context = context_of(open_journal, data_directory, gateway)
    assert await Following(context, as_it_was).follow(at_once=True) == done
    assert await open_journal.jobs.get(done.id) == done
    assert _pictures_in(data_directory) == [done.picture]


class HeldUpStorage(StorageService):
    """The files as a driver sees them that is held up just before it puts a picture into its place."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.arrived, self.goes_on = threading.Event(), threading.Event()

    def keep(self, temporary: Path, final: Path) -> Path:
        self.arrived.set()
        self.goes_on.wait(50)
        return super().keep(temporary, final)


async def test_held_up_before_its_picture_is_in_place_it_takes_its_own_away(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    simulator: Simulator,
) -> None:
    ordered = await inference.generate(
        "bfl", "flux-pro-1.1", {"prompt": "a fox", "width": 256, "height": 256}
    )
    simulator.faults("503", where="delivery")
    async with running(jobs):
        (job,) = await ended(jobs, ordered, lambda job: job.state is JobState.COLLECTING)
    simulator.clear_faults()
    held_up = HeldUpStorage(data_directory.root)
    late = context_of(open_journal, held_up, gateway)
    following = asyncio.create_task(Following(late, job).follow(at_once=True))
    await asyncio.to_thread(held_up.arrived.wait, 10)
    other = context_of(open_journal, data_directory, gateway)
    done = await Following(other, job).follow(at_once=True)
    held_up.goes_on.set()
    with pytest.raises(IllegalTransition):
        await following
    assert await open_journal.jobs.get(job.id) == done
    assert _pictures_in(data_directory) == [done.picture]


class CancelledStorage(StorageService):
    """The files as a driver sees them that loses its job just after it put a picture into its place."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.arrived, self.goes_on = threading.Event(), threading.Event()

    def keep(self, temporary: Path, final: Path) -> Path:
        placed = super().keep(temporary, final)
        self.arrived.set()
        self.goes_on.wait(50)
        return placed


async def test_what_it_had_put_in_place_is_finished_though_it_was_given_up(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    simulator: Simulator,
) -> None:
    ordered = await inference.generate(
        "bfl", "flux-pro-1.1", {"prompt": "a fox", "width": 256, "height": 256}
    )
    simulator.faults("503", where="delivery")
    async with running(jobs):
        (job,) = await ended(jobs, ordered, lambda job: job.state is JobState.COLLECTING)
    simulator.clear_faults()
    cancelled = CancelledStorage(data_directory.root)
    first = context_of(open_journal, cancelled, gateway)
    following = asyncio.create_task(Following(first, job).follow(at_once=True))
    await asyncio.to_thread(cancelled.arrived.wait, 10)
    following.cancel()
    cancelled.goes_on.set()
    await asyncio.gather(following, return_exceptions=True)
    done = await open_journal.jobs.get(job.id)
    assert done is not None
    assert (done.state, _pictures_in(data_directory)) == (JobState.DONE, [done.picture])
    assert not [path for path in data_directory.inside("tmp").iterdir() if path.suffix == ".part"]


async def test_given_up_after_another_has_finished_it_still_takes_its_own_away(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    simulator: Simulator,
) -> None:
    ordered = await inference.generate(
        "bfl", "flux-pro-1.1", {"prompt": "a fox", "width": 256, "height": 256}
    )
    simulator.faults("503", where="delivery")
    async with running(jobs):
        (job,) = await ended(jobs, ordered, lambda job: job.state is JobState.COLLECTING)
    simulator.clear_faults()
    held_up = HeldUpStorage(data_directory.root)
    late = context_of(open_journal, held_up, gateway)
    following = asyncio.create_task(Following(late, job).follow(at_once=True))
    await asyncio.to_thread(held_up.arrived.wait, 10)
    done = await Following(context_of(open_journal, data_directory, gateway), job).follow(at_once=True)
    following.cancel()
    held_up.goes_on.set()
    await asyncio.gather(following, return_exceptions=True)
    assert await open_journal.jobs.get(job.id) == done
    assert _pictures_in(data_directory) == [done.picture]


def _pictures_in(storage: StorageService) -> list[str]:
    found = storage.inside("pictures").rglob("*.*")
    return [storage.relative(path) for path in found if path.is_file()]
