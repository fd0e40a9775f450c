"""Trainings at fal from pictures to weights on disk, and pictures with them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from PIL import Image

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Base
from fluxtui.providers.base import CancelAnswer
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.jobs.pauses import Pauses
from fluxtui.services.jobs.requests import task_of
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.services.fal.conftest import GENERATOR, PROFILE, SMALL, Start, Trained

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


async def test_training_ends_as_a_file_that_generates(
    start: Start,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    simulator.faults("cookies")  # None is sent back, or it would be a violation.
    async with running(jobs):
        (job,) = await ended(jobs, [await start()])
        assert (job.state, job.error) == (JobState.DONE, None)
        finetune = await open_journal.finetunes.get(PROFILE, str(job.finetune_id))
        assert finetune is not None
        batch = await inference.generate(PROFILE, GENERATOR, {**SMALL, "seed": 5}, count=2, finetune=finetune)
        pictures = await ended(jobs, batch)
    assert (finetune.name, finetune.trigger_word, finetune.iterations) == ("Fox", "FOXX", 200)
    assert (finetune.base, finetune.endpoint, finetune.learning_rate) == (Base.KLEIN_9B, job.endpoint, 5e-5)
    assert finetune.weights is not None
    assert (finetune.weights.base, finetune.weights_url) == (Base.KLEIN_9B, None)
    assert data_directory.inside(finetune.weights.path).stat().st_size == finetune.weights.size
    assert "Saving the LoRA" in str(await open_journal.logs.get(job.id))
    for number, picture in enumerate(pictures):
        assert (picture.state, picture.error, picture.seed) == (JobState.DONE, None, 5 + number)
        with Image.open(data_directory.inside(str(picture.picture))) as opened:
            assert (opened.format, opened.size) == ("PNG", (256, 256))
    costs = {entry["id"]: entry["cost"] for entry in simulator.fal.ledger()}
    for done in (job, *pictures):
        assert done.cost_credits == pytest.approx(costs[str(done.remote_id)])
    assert len(costs) == 3
    assert simulator.fal.violations() == []


async def test_captions_that_are_missing_are_told_before_anything_is_sent(
    start: Start, simulator: Simulator
) -> None:
    with pytest.raises(InvalidInput, match="Default caption is needed"):
        await start(default_caption="")
    assert simulator.fal.ledger() == []


async def test_answer_that_is_lost_is_in_doubt_and_never_sent_again(
    start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.fal.faults("drop-after", count=1, where="submit")
    async with running(jobs):
        (job,) = await ended(jobs, [await start()])
    assert job.state is JobState.IN_DOUBT
    assert len(simulator.fal.ledger()) == 1


async def test_failure_at_the_service_is_told(
    start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    async with running(jobs):
        (job,) = await ended(jobs, [await start(default_caption="fail503me")])
    assert job.state is JobState.FAILED
    assert "The runner disconnected" in str(job.error)
    assert job.cost_credits == 0


async def test_weights_that_come_broken_are_fetched_again(
    trained: Trained, jobs: JobService, running: Running, simulator: Simulator
) -> None:
    simulator.fal.faults("truncated-weights", count=1, where="delivery")
    async with running(jobs):
        finetune = await trained()
    assert finetune.weights is not None


async def test_weights_in_no_known_form_are_kept_as_they_came(
    trained: Trained,
    jobs: JobService,
    running: Running,
    simulator: Simulator,
    open_journal: Journal,
    data_directory: StorageService,
) -> None:
    simulator.fal.faults("pickled-weights", where="delivery")
    async with running(jobs):
        finetune = await trained()
    assert (finetune.name, finetune.base, finetune.weights) == ("Fox", Base.KLEIN_9B, None)
    assert finetune.weights_url is not None
    (kept,) = (data_directory.root / "unreadable").iterdir()
    assert kept.read_bytes()[:1] == b"\x80"
    story = await open_journal.jobs.story(str(finetune.job_id))
    assert f"It is kept as it came: unreadable/{kept.name}" in story[-1].note


async def test_weights_in_an_archive_nobody_announced_are_unpacked(
    trained: Trained, jobs: JobService, running: Running, simulator: Simulator
) -> None:
    simulator.fal.faults("zipped-weights", count=1, where="delivery")
    async with running(jobs):
        finetune = await trained()
    assert finetune.weights is not None
    assert finetune.weights.fault == ""


async def test_weights_of_zeros_are_told_with_the_finetune(
    trained: Trained, jobs: JobService, running: Running, simulator: Simulator
) -> None:
    simulator.fal.faults("zero-weights", count=1, where="delivery")
    async with running(jobs):
        finetune = await trained()
    assert finetune.weights is not None
    assert "all its numbers are zero" in finetune.weights.fault


async def test_account_that_cannot_pay_keeps_its_training(
    start: Start,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    pauses = Pauses(open_journal)
    async with running(jobs), asyncio.timeout(40):
        waiting = await start("poor", steps=10_000)
        (job,) = await ended(jobs, [waiting], lambda job: bool(job.error_title))
        assert (job.state, job.error_title) == (JobState.DRAFT, "Out of credits")
        while (pause := await pauses.get("poor")) is None or pause.balance is None:
            await asyncio.sleep(0.05)
        simulator.fal.refill(20_000)
        (job,) = await ended(jobs, [waiting])
    assert (job.state, job.error) == (JobState.DONE, None)


class TestCancelling:
    """On a simulator that trains for so long that there is time to."""

    @pytest.fixture
    def simulator(self) -> Iterator[Simulator]:
        with running_simulator(Settings(seconds_per_training=600, seconds_per_image=600)) as slow:
            yield slow

    async def test_in_the_queue_of_fal(
        self, start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
    ) -> None:
        before = simulator.fal.credits()
        async with running(jobs):
            job = await start()
            await ended(jobs, [job], lambda job: job.remote_id is not None)
            await jobs.cancel(job.id)
            (done,) = await ended(jobs, [job])
        assert (done.state, done.cancel_answer) == (JobState.CANCELLED, CancelAnswer.GONE.value)
        assert not done.maybe_billed
        assert simulator.fal.credits() == before

    async def test_one_that_somebody_cancels_at_fal_says_so(
        self, start: Start, jobs: JobService, running: Running, ended: Ended, gateway: Gateway
    ) -> None:
        async with running(jobs):
            job = await start()
            (sent,) = await ended(jobs, [job], lambda job: job.remote_id is not None)
            await (await gateway.provider(sent.profile)).cancel(task_of(sent))
            (done,) = await ended(jobs, [job])
        assert (done.state, done.error_title) == (JobState.CANCELLED, "Cancelled at the service")
        assert "not from here; what it had used may be billed" in str(done.error)


class TestStopping:
    """On a simulator whose trainings begin soon and take long enough to be stopped."""

    @pytest.fixture
    def simulator(self) -> Iterator[Simulator]:
        with running_simulator(Settings(seconds_per_training=7, seconds_per_image=7)) as slow:
            yield slow

    async def test_what_runs_is_asked_to_stop_and_may_be_billed(
        self, start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
    ) -> None:
        async with running(jobs):
            job = await start()
            await ended(jobs, [job], lambda job: job.state is JobState.RUNNING)
            await jobs.cancel(job.id)
            (done,) = await ended(jobs, [job])
        assert (done.state, done.cancel_answer) == (JobState.CANCELLED, CancelAnswer.ASKED.value)
        assert done.maybe_billed
        assert done.finetune_id is None
        assert len(simulator.fal.ledger()) == 1
