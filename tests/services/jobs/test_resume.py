"""Jobs across the ends of programs, lost networks, full disks and several runners."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService, Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from tests.services.conftest import RunnerLooks

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
MakeJobs = Callable[..., JobService]

VALUES = {"prompt": "a fox", "width": 256, "height": 256}


async def generate(inference: InferenceService, count: int = 1) -> tuple[Job, ...]:
    return await inference.generate("bfl", "flux-pro-1.1", VALUES, count=count)


async def test_next_program_goes_on_where_the_last_one_ended(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: MakeJobs,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    simulator.faults("503", where="poll")
    submitted = await generate(inference, 3)
    async with running(jobs):
        await ended(jobs, submitted, lambda job: job.state is JobState.WAITING and job.error is not None)
    simulator.clear_faults()
    next_program = make_jobs()
    async with running(next_program):
        done = await ended(next_program, submitted)
    assert {job.state for job in done} == {JobState.DONE}
    assert len(simulator.ledger()) == 3


async def test_job_found_half_sent_is_in_doubt_and_not_sent(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    (job,) = await generate(inference)
    assert await open_journal.jobs.claim(job.id, "a killed program", 0.2)
    await open_journal.jobs.move(job.id, JobState.SUBMITTING)
    async with running(jobs):
        (doubtful,) = await ended(jobs, [job])
    assert doubtful.state is JobState.IN_DOUBT
    assert "$0.04" in (doubtful.error or "")
    assert simulator.ledger() == []


async def test_job_of_a_living_driver_is_left_alone(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    (foreign,) = await generate(inference)
    assert await open_journal.jobs.claim(foreign.id, "another program", 60)
    async with running(jobs):
        await ended(jobs, await generate(inference))
    current = await open_journal.jobs.get(foreign.id)
    assert current is not None
    assert current.state is JobState.DRAFT
    assert len(simulator.ledger()) == 1


async def test_two_programs_send_each_job_once(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: MakeJobs,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    other = make_jobs()
    async with running(jobs), running(other):
        done = await ended(jobs, await generate(inference, 12))
    assert {job.state for job in done} == {JobState.DONE}
    assert len(simulator.ledger()) == 12
    assert simulator.violations() == []


async def test_request_on_its_way_is_waited_for_when_the_program_ends(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.faults("latency", seconds=0.3, count=1, where="submit")
    (job,) = await generate(inference)
    async with running(jobs):
        await ended(jobs, [job], lambda job: job.state is JobState.SUBMITTING)
    current = await open_journal.jobs.get(job.id)
    assert current is not None
    assert current.state is JobState.WAITING
    assert current.remote_id is not None
    assert await open_journal.jobs.claim(job.id, "anybody", 1)


async def test_request_without_an_answer_at_the_end_is_in_doubt(
    inference: InferenceService,
    make_jobs: MakeJobs,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
    pacing: Pacing,
) -> None:
    hasty = make_jobs(replace(pacing, last_answer=0.05))
    simulator.faults("latency", seconds=3600, count=1, where="submit")
    (job,) = await generate(inference)
    async with running(hasty):
        hasty.wake()
        await ended(hasty, [job], lambda job: job.state is JobState.SUBMITTING)
    current = await open_journal.jobs.get(job.id)
    assert current is not None
    assert current.state is JobState.IN_DOUBT


async def test_picture_in_place_is_not_fetched_twice(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: MakeJobs,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        (first,) = await ended(jobs, await generate(inference))
    content = data_directory.inside(str(first.picture)).read_bytes()
    (job,) = await generate(inference)
    for state in (JobState.SUBMITTING, JobState.WAITING, JobState.COLLECTING):
        await open_journal.jobs.move(job.id, state)
    data_directory.write_atomic(data_directory.inside("pictures") / "kept.jpg", content)
    await open_journal.jobs.update(job.id, picture="pictures/kept.jpg", remote_id="long gone")
    next_program = make_jobs()
    async with running(next_program):
        (done,) = await ended(next_program, [job])
    assert (done.state, done.picture) == (JobState.DONE, "pictures/kept.jpg")


async def test_without_a_network_jobs_wait_in_the_queue_and_say_so(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    reconnect: Callable[..., None],
    simulator: Simulator,
    unused_tcp_port: int,
) -> None:
    reconnect(base_url=f"http://127.0.0.1:{unused_tcp_port}")
    (job,) = await generate(inference)
    async with running(jobs):
        (waiting,) = await ended(jobs, [job], lambda job: job.remote_status is not None)
        assert waiting.state is JobState.DRAFT
        assert waiting.remote_status == "No connection, trying again"
        reconnect(base_url=simulator.base_url)
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE


async def test_key_that_is_refused_while_polling_keeps_the_job(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    reconnect: Callable[..., None],
    simulator: Simulator,
) -> None:
    simulator.faults("latency", seconds=3600, count=1, where="submit")
    (job,) = await generate(inference)
    async with running(jobs):
        await ended(jobs, [job], lambda job: job.state is JobState.SUBMITTING)
        reconnect(key="nonsense")
        simulator.clear_faults()
        (held,) = await ended(jobs, [job], lambda job: job.error_title == "Key not accepted")
        assert held.state is JobState.WAITING
        reconnect(key="sim-valid")
        (done,) = await ended(jobs, [job])
    assert (done.state, done.error) == (JobState.DONE, None)


async def test_disk_that_takes_nothing_holds_the_result_and_says_so(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    pictures = data_directory.inside("pictures")
    simulator.faults("503", where="poll")
    (job,) = await generate(inference)
    async with running(jobs):
        await ended(jobs, [job], lambda job: job.remote_id is not None)
        pictures.rmdir()
        pictures.touch()
        simulator.clear_faults()
        (held,) = await ended(jobs, [job], lambda job: job.error_title == "Storage")
        assert held.state is JobState.COLLECTING
        assert held.error
        pictures.unlink()
        (done,) = await ended(jobs, [job])
    assert (done.state, done.error) == (JobState.DONE, None)
    assert len([path for path in pictures.rglob("*") if path.is_file()]) == 1


async def test_only_what_was_not_sent_can_be_cancelled(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    (draft,) = await generate(inference)
    cancelled = await jobs.cancel(draft.id)
    assert cancelled.state is JobState.CANCELLED
    simulator.faults("503", where="poll")
    async with running(jobs):
        (sent,) = await ended(jobs, await generate(inference), lambda job: job.state is JobState.WAITING)
        with pytest.raises(InvalidInput, match=r"cannot call a job back; it is charged \$0\.04"):
            await jobs.cancel(sent.id)
    with pytest.raises(InvalidInput, match="nothing to cancel"):
        await jobs.cancel(draft.id)
    with pytest.raises(InvalidInput, match="only one that has ended"):
        await jobs.retry(sent.id)
    with pytest.raises(InvalidInput, match="not in doubt"):
        await jobs.resend(sent.id)
    assert len(simulator.ledger()) == 1


async def test_changes_of_another_program_are_told(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    runner_looks: RunnerLooks,
) -> None:
    told = asyncio.Event()
    async with running(jobs), Journal(open_journal.path) as other:
        (job,) = await ended(jobs, await generate(inference))
        # Our own changes are told without a job too, once: let that pass.
        await runner_looks(jobs, 2)
        jobs.subscribe(lambda change: told.set() if change.job is None else None)
        assert not told.is_set()
        await other.jobs.update(job.id, title="renamed")
        async with asyncio.timeout(40):
            await told.wait()
