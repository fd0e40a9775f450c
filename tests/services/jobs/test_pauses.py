"""Queues that are held: without credits, or by the user; and how they go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Change, JobService, Pause, PauseReason
from fluxtui.services.journal import Journal
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
MakeJobs = Callable[..., JobService]

VALUES = {"prompt": "a fox", "width": 256, "height": 256}
NOW = datetime(2026, 11, 23, tzinfo=UTC)


async def generate(inference: InferenceService, count: int = 1, profile: str = "poor") -> tuple[Job, ...]:
    return await inference.generate(profile, "flux-pro-1.1", VALUES, count=count)


def has_reason(job: Job) -> bool:
    return job.error_title == "Out of credits"


async def test_without_credits_the_queue_is_paused_once_and_goes_on_with_new_ones(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.refill(6)
    notices: list[Change] = []
    jobs.subscribe(lambda change: notices.append(change) if change.notice else None)
    async with running(jobs):
        first = await ended(jobs, await generate(inference))
        submitted = await generate(inference, 8)
        await ended(jobs, submitted[:1], has_reason)
        state = await jobs.queue_state("poor")
        assert state.pause is not None
        assert state.pause.reason is PauseReason.CREDITS
        others = await generate(inference, 2, "bfl")
        assert {job.state for job in await ended(jobs, others)} == {JobState.DONE}
        held = await ended(jobs, submitted, lambda job: True)
        assert {job.state for job in held} <= {JobState.DRAFT, JobState.SUBMITTING}
        simulator.refill(1_000)
        done = await ended(jobs, submitted)
    assert {job.state for job in (*first, *done)} == {JobState.DONE}
    assert not any(job.error for job in done)
    assert [change.title for change in notices] == ["Out of credits", "Queue goes on"]
    assert "$0.04" in notices[0].notice
    assert (await jobs.queue_state("poor")).pause is None
    assert (await jobs.queue_state("poor")).limit == 24
    assert simulator.violations() == []


async def test_credits_that_are_not_enough_do_not_let_the_queue_go_on(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.refill(2)
    async with running(jobs):
        submitted = await generate(inference, 3)
        await ended(jobs, submitted[:1], has_reason)
        simulator.refill(3.9)
        await ended(jobs, await generate(inference, 3, "bfl"))
        assert (await jobs.queue_state("poor")).pause is not None
        resumed = asyncio.Event()
        jobs.subscribe(lambda change: resumed.set() if change.kind == "queue" else None)
        for job in submitted:
            await ended(jobs, [job], lambda job: job.state is JobState.DRAFT)
            await jobs.cancel(job.id)
        async with asyncio.timeout(40):
            await resumed.wait()
        assert (await jobs.queue_state("poor")).pause is None
        await ended(jobs, await generate(inference), has_reason)
    assert len(simulator.ledger()) == 3
    assert simulator.credits("poor") == 3.9


async def test_user_pauses_and_resumes_the_queue_of_one_profile_for_all_programs(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: MakeJobs,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
) -> None:
    simulator.refill(100)
    other = make_jobs()
    assert await other.pause("bfl")
    assert not await jobs.pause("bfl"), "it is the same pause everywhere"
    told: list[Change] = []
    jobs.subscribe(lambda change: told.append(change) if change.notice else None)
    async with Journal(open_journal.path) as later, running(jobs), running(other):
        held = await generate(inference, 2, "bfl")
        await ended(jobs, await generate(inference))
        assert len(simulator.ledger()) == 1
        assert [(change.title, "paused by you" in change.notice) for change in told] == [
            ("Queue paused", True)
        ]
        state = await jobs.queue_state("bfl")
        assert state.order == tuple(job.id for job in held)
        assert state.pause is not None
        assert state.pause.reason is PauseReason.USER
        assert {job.id for job in await later.jobs.in_states([JobState.DRAFT])} == {job.id for job in held}
        assert await jobs.resume("bfl")
        assert not await jobs.resume("bfl")
        assert {job.state for job in await ended(jobs, held)} == {JobState.DONE}


async def test_what_was_sent_is_collected_while_the_queue_is_paused(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("503", where="poll")
    async with running(jobs):
        sent = await ended(
            jobs, await generate(inference, 1, "bfl"), lambda job: job.state is JobState.WAITING
        )
        await jobs.pause("bfl")
        simulator.clear_faults()
        (done,) = await ended(jobs, sent)
    assert done.state is JobState.DONE


@pytest.mark.parametrize(
    ("before", "now", "price", "over"),
    [
        (None, 100.0, 4.0, False),
        (3.0, 3.0, 4.0, False),
        (3.0, 3.9, 4.0, False),
        (3.0, 4.0, 4.0, True),
        (3.0, 3.0, 1.4, True),
        (50.0, 50.0, 4.0, False),
        (50.0, 51.0, 4.0, True),
    ],
)
def test_a_pause_ends_by_itself_only_where_something_is_better(
    before: float | None, now: float, price: float, over: bool
) -> None:
    pause = Pause(reason=PauseReason.CREDITS, since=NOW, price=4.0, balance=before)
    assert pause.is_over(now, price) is over
    held = pause.model_copy(update={"reason": PauseReason.USER})
    assert not held.is_over(10_000, 0)
