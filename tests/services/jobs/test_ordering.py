"""The order of the queue as the user changes it, and the limits of the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import IN_FLIGHT_STATES, Job, JobKind, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.simulator.running import Simulator
from tests.services.conftest import RunnerLooks

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
MakeJobs = Callable[..., JobService]

VALUES = {"prompt": "a fox", "width": 256, "height": 256}


@pytest.fixture
async def queued(inference: InferenceService) -> list[str]:
    """The ids of five jobs in the queue; nothing sends them."""
    return [job.id for job in await inference.generate("bfl", "flux-pro-1.1", VALUES, count=5)]


async def order_of(jobs: JobService, queued: list[str]) -> list[int]:
    return [queued.index(job_id) for job_id in (await jobs.queue_state("bfl")).order]


async def test_jobs_move_one_by_one_and_to_the_top(jobs: JobService, queued: list[str]) -> None:
    assert await order_of(jobs, queued) == [0, 1, 2, 3, 4]
    await jobs.to_top(queued[3])
    assert await order_of(jobs, queued) == [3, 0, 1, 2, 4]
    await jobs.move_down(queued[3])
    assert await order_of(jobs, queued) == [0, 3, 1, 2, 4]
    await jobs.move_up(queued[4])
    assert await order_of(jobs, queued) == [0, 3, 1, 4, 2]
    await jobs.move_up(queued[0])
    await jobs.move_down(queued[2])
    assert await order_of(jobs, queued) == [0, 3, 1, 4, 2], "the ends stay where they are"


async def test_new_jobs_come_after_those_that_have_a_place(
    jobs: JobService, inference: InferenceService, queued: list[str]
) -> None:
    await jobs.move_down(queued[4])
    await jobs.to_top(queued[4])
    (new,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
    assert (await jobs.queue_state("bfl")).order[0] == queued[4]
    assert (await jobs.queue_state("bfl")).order[-1] == new.id


async def test_jobs_are_sent_in_the_chosen_order(
    jobs: JobService,
    queued: list[str],
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    for place in (2, 0, 4):
        await jobs.to_top(queued[place])
    # All meet a "not now"; after that one goes alone until it is taken.
    simulator.faults("429", count=5, where="submit")
    async with running(jobs):
        found = [job for job in [await open_journal.jobs.get(job_id) for job_id in queued] if job]
        done = await ended(jobs, found)
    sent = sorted(done, key=lambda job: str(job.submitted_at))
    assert sent[0].id == queued[4]
    assert {job.state for job in sent} == {JobState.DONE}


async def test_only_what_is_queued_can_be_moved(
    jobs: JobService, queued: list[str], open_journal: Journal
) -> None:
    await open_journal.jobs.move(queued[0], JobState.CANCELLED)
    with pytest.raises(InvalidInput, match="not in the queue"):
        await jobs.to_top(queued[0])
    with pytest.raises(InvalidInput, match="not in the journal"):
        await jobs.move_up("nothing")


@pytest.mark.parametrize(("endpoint", "limit"), [("flux-pro-1.1", 24), ("flux-kontext-max", 6)])
async def test_all_programs_together_stay_within_the_limits(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: MakeJobs,
    running: Running,
    open_journal: Journal,
    simulator: Simulator,
    runner_looks: RunnerLooks,
    endpoint: str,
    limit: int,
) -> None:
    simulator.faults("503", where="poll")
    values = VALUES if limit == 24 else {"prompt": "a fox"}
    await inference.generate("bfl", endpoint, values, count=limit + 9)
    programs = [jobs, make_jobs(), make_jobs()]
    most = 0
    async with running(programs[0]), running(programs[1]), running(programs[2]), asyncio.timeout(40):
        while len(simulator.ledger()) < limit:
            most = max(most, len(await open_journal.jobs.in_states(IN_FLIGHT_STATES)))
            await asyncio.sleep(0.01)
        for program in programs:
            await runner_looks(program, 2)
        flying = await open_journal.jobs.in_states(IN_FLIGHT_STATES)
    assert max(most, len(flying)) == limit == len(simulator.ledger())
    assert simulator.violations() == []
    assert all(job.kind is JobKind.GENERATION for job in flying)


async def test_room_is_checked_when_a_job_is_taken(
    jobs: JobService, queued: list[str], open_journal: Journal
) -> None:
    begin = open_journal.jobs.begin
    assert await begin(queued[0], limit=2, endpoint_limit=None)
    assert await begin(queued[1], limit=2, endpoint_limit=1) is None
    assert await begin(queued[1], limit=2, endpoint_limit=2)
    assert await begin(queued[2], limit=2, endpoint_limit=None) is None
    current = await open_journal.jobs.get(queued[2])
    assert current is not None
    assert current.state is JobState.DRAFT


async def test_many_refusals_slow_down_and_full_speed_comes_back(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("429", count=30, where="submit")
    async with running(jobs):
        submitted = await inference.generate("bfl", "flux-pro-1.1", VALUES, count=20)
        done = await ended(jobs, submitted)
    assert {job.state for job in done} == {JobState.DONE}
    assert len(simulator.ledger()) == 20
    assert (await jobs.queue_state("bfl")).rest == 0
