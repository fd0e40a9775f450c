"""Trainings in doubt: found again by themselves where that is sure, by the user where it is not."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import Change, JobService
from fluxtui.services.jobs.doubt import DoubtWatch
from fluxtui.services.journal import Journal
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.services.conftest import MovedClock

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
MakeJobs = Callable[..., JobService]
Start = Callable[..., Awaitable[Job]]
Looks = Callable[[int], Awaitable[None]]

VALUES = {"finetune_comment": "Fox", "mode": "character", "iterations": 200, "finetune_type": "lora"}


def is_doubtful(job: Job) -> bool:
    return job.state is JobState.IN_DOUBT


def is_done(job: Job) -> bool:
    return job.state is JobState.DONE


@pytest.fixture
def start(finetuning: FinetuningService, training_folder: Path) -> Start:
    """Starts a training with the same recipe, or with some values of its own."""

    async def begin(**values: object) -> Job:
        dataset = await DatasetService().inspect(training_folder, await finetuning.rules("bfl"))
        return await finetuning.start("bfl", dataset, VALUES | values)

    return begin


@pytest.fixture
def looks(jobs: JobService, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Waits until what is in doubt has been looked for some more times, each from beginning to end."""
    look_for, begun, ended = DoubtWatch._look_for, itertools.count(), set[int]()

    async def counted(watch: DoubtWatch, job: Job) -> None:
        number = next(begun)
        await look_for(watch, job)
        ended.add(number)

    async def wait(count: int) -> None:
        first = next(begun)
        async with asyncio.timeout(40):
            while len([number for number in ended if number > first]) < count:
                jobs.wake()
                await asyncio.sleep(0.01)

    monkeypatch.setattr(DoubtWatch, "_look_for", counted)
    return wait


async def test_accepted_training_is_found_by_itself_and_goes_on(
    jobs: JobService,
    running: Running,
    ended: Ended,
    start: Start,
    simulator: Simulator,
    open_journal: Journal,
) -> None:
    told: list[Change] = []
    jobs.subscribe(lambda change: told.append(change) if change.notice else None)
    async with running(jobs):
        (first,) = await ended(jobs, [await start()])
        simulator.faults("drop-after", count=1, where="submit")
        job = await start()
        (done,) = await ended(jobs, [job], is_done)
    states = [event.state for event in await open_journal.jobs.story(job.id)]
    assert states[:4] == [JobState.DRAFT, JobState.SUBMITTING, JobState.IN_DOUBT, JobState.WAITING]
    assert done.finetune_id not in {None, first.finetune_id}
    assert not done.maybe_billed
    assert [change.title for change in told] == ["Found at the service"]
    assert len(simulator.ledger()) == 2
    assert simulator.violations() == []


async def test_finetune_that_is_listed_late_is_found_by_the_next_program(
    jobs: JobService,
    make_jobs: MakeJobs,
    running: Running,
    ended: Ended,
    start: Start,
    reconnect: Callable[..., None],
) -> None:
    clock, settings = MovedClock(), Settings(seconds_per_training=0.1, listing_delay=60)
    with running_simulator(settings, clock) as slow:
        reconnect(base_url=slow.base_url)
        slow.faults("drop-after", count=1, where="submit")
        async with running(jobs):
            (doubtful,) = await ended(jobs, [await start()], is_doubtful)
            assert (await jobs.look_again(doubtful.id)).state is JobState.IN_DOUBT
        clock.advance(60)
        next_program = make_jobs()
        async with running(next_program):
            (done,) = await ended(next_program, [doubtful], is_done)
        assert len(slow.ledger()) == 1
    assert done.finetune_id


async def test_training_that_never_arrived_stays_in_doubt_and_is_not_sent(
    jobs: JobService,
    running: Running,
    ended: Ended,
    start: Start,
    simulator: Simulator,
    open_journal: Journal,
    looks: Looks,
) -> None:
    async with running(jobs):
        await ended(jobs, [await start()])
        simulator.faults("503", count=1, where="submit")
        (doubtful,) = await ended(jobs, [await start()], is_doubtful)
        await looks(4)
        assert (await jobs.look_again(doubtful.id)).state is JobState.IN_DOUBT
        given_up = await jobs.give_up(doubtful.id)
    assert given_up.state is JobState.CANCELLED
    assert await open_journal.spending.possible_since(given_up.created_at) == given_up.estimate_credits
    assert len(simulator.ledger()) == 1


async def test_twins_are_left_to_the_user(
    jobs: JobService,
    running: Running,
    ended: Ended,
    start: Start,
    reconnect: Callable[..., None],
    looks: Looks,
) -> None:
    clock, settings = MovedClock(), Settings(seconds_per_training=0.1, listing_delay=60)
    with running_simulator(settings, clock) as slow:
        reconnect(base_url=slow.base_url)
        slow.faults("drop-after", count=2, where="submit")
        async with running(jobs):
            twins = await ended(jobs, [await start(), await start()], is_doubtful)
            clock.advance(60)
            await looks(4)
            for twin in twins:
                await ended(jobs, [twin], is_doubtful)
            await jobs.look_again(twins[0].id)
            # What is left is the only one that the other can be.
            done = await ended(jobs, twins, is_done)
        assert len({job.finetune_id for job in done}) == 2
        assert len(slow.ledger()) == 2


async def test_finetune_of_a_twin_on_its_way_is_not_taken(
    jobs: JobService,
    running: Running,
    ended: Ended,
    start: Start,
    simulator: Simulator,
    open_journal: Journal,
    looks: Looks,
) -> None:
    simulator.faults("503", count=1, where="submit")
    async with running(jobs):
        (doubtful,) = await ended(jobs, [await start()], is_doubtful)
        other = await start()
        # Its driver is about to write the answer down.
        (sent,) = await ended(jobs, [other], lambda job: job.remote_id is not None)
    await jobs.pause("bfl")
    twin = await start()
    await open_journal.jobs.claim(twin.id, "another program", 60)
    await open_journal.jobs.move(twin.id, JobState.SUBMITTING)
    await open_journal.jobs.update(sent.id, remote_id=None)
    async with running(jobs):
        await looks(3)
    assert (await ended(jobs, [doubtful], is_doubtful))[0].state is JobState.IN_DOUBT


async def test_finetune_with_other_parameters_is_not_taken_for_it(
    jobs: JobService,
    running: Running,
    ended: Ended,
    start: Start,
    simulator: Simulator,
    open_journal: Journal,
    looks: Looks,
) -> None:
    async with running(jobs):
        simulator.faults("503", count=1, where="submit")
        (doubtful,) = await ended(jobs, [await start()], is_doubtful)
        (other,) = await ended(jobs, [await start(iterations=300)])
        async with Journal(open_journal.path) as later:
            # As if trained elsewhere: nothing here tells whose it is.
            await later.jobs.update(other.id, remote_id=None)
            for finetune in await later.finetunes.all():
                await later.finetunes.remove("bfl", finetune.id)
        await looks(3)
        assert (await jobs.look_again(doubtful.id)).state is JobState.IN_DOUBT


async def test_finetune_from_before_the_submission_is_not_taken_for_it(
    jobs: JobService,
    running: Running,
    ended: Ended,
    start: Start,
    open_journal: Journal,
    reconnect: Callable[..., None],
    looks: Looks,
) -> None:
    # What it has made just now is from a minute ago, by its own clock.
    with running_simulator(Settings(seconds_per_training=0.1, listing_delay=0), MovedClock(-60)) as behind:
        reconnect(base_url=behind.base_url)
        async with running(jobs):
            (earlier,) = await ended(jobs, [await start()])
            await open_journal.jobs.update(earlier.id, remote_id=None)
            for finetune in await open_journal.finetunes.all():
                await open_journal.finetunes.remove("bfl", finetune.id)
            behind.faults("503", count=1, where="submit")
            (doubtful,) = await ended(jobs, [await start()], is_doubtful)
            await looks(3)
            assert (await ended(jobs, [doubtful], is_doubtful))[0].state is JobState.IN_DOUBT
            taken = await jobs.look_again(doubtful.id)
            assert taken.remote_id == earlier.finetune_id, "the user may decide so"
