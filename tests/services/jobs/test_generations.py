"""Generations from submission to the saved picture, against the simulator."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PIL import Image

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Change, JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

VALUES = {"prompt": "a fox in the snow", "width": 256, "height": 256, "output_format": "png"}


async def states(journal: Journal, job: Job) -> list[JobState]:
    return [event.state for event in await journal.jobs.story(job.id)]


async def test_generation_goes_through_every_state_to_a_verified_picture(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    changes: list[Change] = []
    jobs.subscribe(changes.append)
    async with running(jobs):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES | {"seed": 42})
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    assert done.cost_credits == simulator.ledger()[0]["cost"]
    assert done.error is None
    assert done.finished_at is not None
    (picture,) = await open_journal.pictures.for_job(job.id)
    assert done.picture == picture.path
    path = data_directory.inside(picture.path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == picture.sha256
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (256, 256))
    assert (picture.seed, picture.prompt) == (42, "a fox in the snow")
    story = await states(open_journal, job)
    assert story[:3] == [JobState.DRAFT, JobState.SUBMITTING, JobState.WAITING]
    assert story[-2:] == [JobState.COLLECTING, JobState.DONE]
    assert {"jobs", "pictures", "finished"} <= {change.kind for change in changes}
    assert list(data_directory.inside("tmp").iterdir()) == []
    assert simulator.violations() == []


async def test_many_at_once_stay_within_the_services_limit(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    async with running(jobs):
        submitted = await inference.generate("bfl", "flux-pro-1.1", VALUES, count=30)
        done = await ended(jobs, submitted)
    assert {job.state for job in done} == {JobState.DONE}
    assert len({job.seed for job in done}) == 30
    assert len({job.picture for job in done}) == 30
    assert len(simulator.ledger()) == 30
    assert simulator.violations() == []


async def test_rate_limit_sends_the_job_back_to_the_queue_until_it_is_taken(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.faults("429", count=3, where="submit")
    async with running(jobs):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    assert (await states(open_journal, job)).count(JobState.SUBMITTING) >= 2
    assert len(simulator.ledger()) == 1


@pytest.mark.parametrize("fault", ["drop-after", "truncated-body", "garbled-body", "503"])
async def test_lost_answer_leaves_the_job_in_doubt_and_is_never_repeated(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    fault: str,
) -> None:
    simulator.faults(fault, count=1, where="submit")
    async with running(jobs):
        (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
        (doubtful,) = await ended(jobs, [job])
        (other,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert doubtful.state is JobState.IN_DOUBT
    assert doubtful.error is not None
    assert "$0.04" in doubtful.error
    assert other.state is JobState.DONE
    assert len(simulator.ledger()) in {1, 2}
    again = await jobs.resend(job.id)
    async with running(jobs):
        (sent,) = await ended(jobs, [again])
        (closed,) = await ended(jobs, [job])
    assert sent.state is JobState.DONE
    assert closed.state is JobState.CANCELLED


async def test_polling_survives_every_passing_fault(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    for fault in ("500", "drop-before", "garbled-body", "429", "unknown-status"):
        simulator.faults(fault, count=2, where="poll")
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE
    assert done.error is None
    assert done.remote_status is None


async def test_damaged_deliveries_are_fetched_again(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    for fault in ("truncated-image", "wrong-type", "500", "drop-before"):
        simulator.faults(fault, count=2, where="delivery")
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert done.state is JobState.DONE
    (picture,) = await open_journal.pictures.for_job(done.id)
    with Image.open(data_directory.inside(picture.path)) as image:
        image.load()


async def test_expired_result_is_asked_for_once_more_and_then_named_with_its_cost(
    inference: InferenceService, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    async with running(jobs):
        simulator.faults("expired", count=1, where="delivery")
        (lucky,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
        simulator.faults("expired", where="delivery")
        (late,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES))
    assert lucky.state is JobState.DONE
    assert late.state is JobState.EXPIRED
    assert late.error is not None
    assert "it cost $0.04" in late.error


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("failed", JobState.FAILED),
        ("moderated", JobState.MODERATED),
        ("content-moderated", JobState.MODERATED),
    ],
)
async def test_unhappy_end_is_told_and_can_be_tried_again(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    fault: str,
    state: JobState,
) -> None:
    simulator.faults(fault, count=1)
    async with running(jobs):
        (job,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", VALUES | {"seed": 3}))
        again = await jobs.retry(job.id)
        (done,) = await ended(jobs, [again])
    assert job.state is state
    assert job.error
    assert (done.state, done.seed, done.parameters) == (JobState.DONE, 3, job.parameters)


@pytest.mark.parametrize(
    ("profile", "title"),
    [("wrong", "Key not accepted"), ("forbidden", "Not permitted")],
)
async def test_refusal_is_told_with_its_reason_and_costs_nothing(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
    profile: str,
    title: str,
) -> None:
    async with running(jobs):
        (job,) = await ended(jobs, await inference.generate(profile, "flux-pro-1.1", VALUES))
    assert (job.state, job.error_title) == (JobState.REFUSED, title)
    assert job.error
    assert simulator.ledger() == []
    assert await open_journal.spending.since(job.created_at) == 0
