"""Jobs at fal whose answer was lost: found among its past requests by exactly what they were sent with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.running import Simulator, running_simulator
from tests.services.conftest import MovedClock
from tests.services.fal.conftest import GENERATOR, PROFILE, SMALL, FalGateway, Start, Trained

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

TRAINING_SECONDS = 60.0


def is_done(job: Job) -> bool:
    return job.state is JobState.DONE


async def test_training_that_was_accepted_is_found_once_it_has_ended(
    start: Start,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.fal.faults("drop-after", count=1, where="submit")
    async with running(jobs), asyncio.timeout(40):
        (job,) = await ended(jobs, [await start()], is_done)
    states = [event.state for event in await open_journal.jobs.story(job.id)]
    assert states[:4] == [JobState.DRAFT, JobState.SUBMITTING, JobState.IN_DOUBT, JobState.WAITING]
    assert not job.maybe_billed
    finetune = await open_journal.finetunes.get(PROFILE, str(job.finetune_id))
    assert finetune is not None
    assert finetune.weights is not None
    assert len(simulator.fal.ledger()) == 1


async def test_picture_is_found_by_its_seed_and_not_taken_for_its_sisters(
    trained: Trained,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    async with running(jobs), asyncio.timeout(40):
        finetune = await trained()
        simulator.fal.faults("drop-after", count=2, where="submit")
        batch = await inference.generate(PROFILE, GENERATOR, SMALL, count=3, finetune=finetune)
        pictures = await ended(jobs, batch, is_done)
    seeds = {job.seed for job in pictures}
    assert len(seeds) == len({job.remote_id for job in pictures}) == 3
    assert len(simulator.fal.ledger()) == 4
    assert simulator.fal.violations() == []


async def test_order_that_never_arrived_is_not_found_among_others(
    start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    async with running(jobs), asyncio.timeout(40):
        await ended(jobs, [await start()])
        simulator.fal.faults("503", count=1, where="submit")
        (doubtful,) = await ended(jobs, [await start()])
        assert doubtful.state is JobState.IN_DOUBT
        assert (await jobs.look_again(doubtful.id)).state is JobState.IN_DOUBT
    assert len(simulator.fal.ledger()) == 1


class TestSlowly:
    """On a simulator that works for so long that a job is in doubt while it runs."""

    @pytest.fixture
    def clock(self) -> MovedClock:
        return MovedClock()

    @pytest.fixture
    def simulator(self, clock: MovedClock) -> Iterator[Simulator]:
        settings = Settings(seconds_per_training=TRAINING_SECONDS, seconds_per_image=0.05)
        with running_simulator(settings, clock) as slow:
            yield slow

    @pytest.fixture
    async def gateway(self, simulator: Simulator) -> AsyncIterator[Gateway]:
        gateway = FalGateway(simulator.fal, {PROFILE: VALID_KEY})
        yield gateway
        await gateway.close()

    async def test_what_runs_is_not_listed_and_stays_in_doubt_until_it_has_ended(
        self,
        start: Start,
        jobs: JobService,
        running: Running,
        ended: Ended,
        simulator: Simulator,
        clock: MovedClock,
    ) -> None:
        simulator.fal.faults("drop-after", count=1, where="submit")
        async with running(jobs), asyncio.timeout(40):
            (doubtful,) = await ended(jobs, [await start()])
            assert (await jobs.look_again(doubtful.id)).state is JobState.IN_DOUBT
            clock.advance(TRAINING_SECONDS)
            (job,) = await ended(jobs, [doubtful], is_done)
        assert job.finetune_id
        assert len(simulator.fal.ledger()) == 1

    async def test_where_fal_lists_what_runs_it_is_found_at_once(
        self,
        start: Start,
        jobs: JobService,
        running: Running,
        ended: Ended,
        simulator: Simulator,
        clock: MovedClock,
    ) -> None:
        simulator.fal.faults("listed-at-once")
        simulator.fal.faults("drop-after", count=1, where="submit")
        async with running(jobs), asyncio.timeout(40):
            (found,) = await ended(jobs, [await start()], lambda job: job.remote_id is not None)
            assert found.state in {JobState.WAITING, JobState.RUNNING}
            clock.advance(TRAINING_SECONDS)
            await ended(jobs, [found], is_done)

    async def test_twins_are_left_to_the_user(
        self,
        start: Start,
        jobs: JobService,
        running: Running,
        ended: Ended,
        simulator: Simulator,
        clock: MovedClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO", logger="fluxtui")
        simulator.fal.faults("drop-after", count=2, where="submit")
        async with running(jobs), asyncio.timeout(40):
            twins = await ended(jobs, [await start(), await start()])
            clock.advance(TRAINING_SECONDS)
            while "2 tasks may be it, none is surely" not in caplog.text:
                jobs.wake()
                await asyncio.sleep(0.01)
            assert all(job.state is JobState.IN_DOUBT for job in await ended(jobs, twins))
            await jobs.look_again(twins[0].id)
            done = await ended(jobs, twins, is_done)
        assert len({job.finetune_id for job in done}) == 2


class TestClocksThatDiffer:
    """On a simulator whose clock is a minute behind, so that what it was sent seems older than it is."""

    @pytest.fixture
    def clock(self) -> MovedClock:
        return MovedClock(-60)

    @pytest.fixture
    def simulator(self, clock: MovedClock) -> Iterator[Simulator]:
        with running_simulator(Settings(seconds_per_training=1.5), clock) as behind:
            yield behind

    @pytest.fixture
    async def gateway(self, simulator: Simulator) -> AsyncIterator[Gateway]:
        gateway = FalGateway(simulator.fal, {PROFILE: VALID_KEY})
        yield gateway
        await gateway.close()

    async def test_exactly_what_was_sent_is_found_all_the_same(
        self,
        start: Start,
        jobs: JobService,
        running: Running,
        ended: Ended,
        simulator: Simulator,
        clock: MovedClock,
    ) -> None:
        simulator.fal.faults("drop-after", count=1, where="submit")
        async with running(jobs), asyncio.timeout(40):
            doubtful = await ended(jobs, [await start()])
            clock.advance(1.5)
            await ended(jobs, doubtful, is_done)

    async def test_task_of_a_twin_that_was_given_up_is_not_taken(
        self,
        start: Start,
        jobs: JobService,
        running: Running,
        ended: Ended,
        simulator: Simulator,
        clock: MovedClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO", logger="fluxtui")
        simulator.fal.faults("drop-after", count=1, where="submit")
        async with running(jobs), asyncio.timeout(40):
            (first,) = await ended(jobs, [await start()])
            await jobs.give_up(first.id)
            simulator.fal.faults("503", count=1, where="submit")
            (second,) = await ended(jobs, [await start()])
            clock.advance(1.5)
            while f"job {second.id}: 1 tasks may be it, none is surely" not in caplog.text:
                jobs.wake()
                await asyncio.sleep(0.01)
            (second,) = await ended(jobs, [second])
        assert (second.state, second.remote_id) == (JobState.IN_DOUBT, None)
        assert len(simulator.fal.ledger()) == 1
