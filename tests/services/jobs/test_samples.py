"""Sample pictures: they wait for their training, go on with its finetune, and end with it where it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.spending import OverBudget
from fluxtui.services.budget import BudgetService
from fluxtui.services.config.model import BudgetSettings
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.validation import ValidationService
from fluxtui.simulator.running import Simulator
from tests.services.conftest import RunnerLooks

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
Start = Callable[..., Awaitable[tuple[Job, ...]]]

VALUES = {"finetune_comment": "Fox", "mode": "character", "iterations": 200, "finetune_type": "lora"}
PROMPTS = ("a fox in snow", "a fox at sea")
ULTRA_CREDITS = 7.0
TRAINING_CREDITS = 400.0


@pytest.fixture
def start(finetuning: FinetuningService, training_folder: Path, open_journal: Journal) -> Start:
    """Starts a training with samples; returns all its jobs, the training first."""

    async def begin(
        prompts: Sequence[str] = PROMPTS, service: FinetuningService = finetuning
    ) -> tuple[Job, ...]:
        dataset = await DatasetService().inspect(training_folder, await service.rules("bfl"))
        training = await service.start("bfl", dataset, VALUES, samples=prompts)
        waiting = [job for job in await open_journal.jobs.active() if job.after == training.id]
        return (training, *waiting)

    return begin


@pytest.fixture
def look(jobs: JobService, runner_looks: RunnerLooks) -> Callable[[], Awaitable[None]]:
    """Waits until the runner has looked at the journal twice more, from beginning to end."""

    async def wait() -> None:
        await runner_looks(jobs, 2)

    return wait


async def test_samples_are_written_with_their_training_and_not_sent_before_it(
    start: Start,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
) -> None:
    simulator.faults("latency", seconds=3600, count=1, where="poll")
    training, *samples = await start()
    assert [job.state for job in samples] == [JobState.DRAFT] * 2
    assert [job.parameters["prompt"] for job in samples] == list(PROMPTS)
    assert {job.estimate_credits for job in samples} == {ULTRA_CREDITS}
    assert len({job.seed for job in samples}) == 2
    assert all("finetune_id" not in job.parameters and job.waits for job in samples)
    async with running(jobs):
        await ended(jobs, [training], lambda job: job.remote_id is not None)
        assert (await jobs.queue_state("bfl")).order == ()
        assert len(simulator.ledger()) == 1
        simulator.clear_faults()
        done, *pictures = await ended(jobs, [training, *samples])
    assert done.running_at is None or done.running_at >= done.created_at
    for sample in pictures:
        assert (sample.state, sample.error, sample.after) == (JobState.DONE, None, None)
        assert (sample.finetune_id, sample.finetune_name) == (done.finetune_id, "Fox")
        assert sample.parameters["finetune_id"] == done.finetune_id
        notes = [event.note for event in await open_journal.jobs.story(sample.id)]
        assert "the training of Fox is done" in notes
        assert sample.submitted_at is not None
        assert done.finished_at is not None
        assert sample.submitted_at >= done.finished_at
    assert len(simulator.ledger()) == 3
    assert simulator.violations() == []


async def test_training_that_fails_cancels_its_samples(
    start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("failed", count=1, where="submit")
    async with running(jobs):
        training, *samples = await ended(jobs, await start())
    assert training.state is JobState.FAILED
    for sample in samples:
        assert (sample.state, sample.error_title) == (JobState.CANCELLED, "No finetune")
        assert "ended without a finetune; nothing was paid" in str(sample.error)
        assert sample.submitted_at is None
    assert len(simulator.ledger()) == 1


async def test_cancelling_the_training_cancels_its_samples_and_one_can_be_cancelled_alone(
    start: Start,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
    look: Callable[[], Awaitable[None]],
) -> None:
    await jobs.pause("bfl")
    training, first, second = await start()
    async with running(jobs):
        cancelled = await jobs.cancel(first.id)
        assert (cancelled.state, cancelled.error) == (JobState.CANCELLED, None)
        await look()
        kept = await open_journal.jobs.get(second.id)
        assert kept is not None
        assert kept.waits
        await jobs.cancel(training.id)
        (gone,) = await ended(jobs, [second])
    assert (gone.state, gone.error_title) == (JobState.CANCELLED, "No finetune")
    assert simulator.ledger() == []


async def test_they_wait_while_the_training_is_in_doubt_and_follow_what_becomes_of_it(
    start: Start,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
    look: Callable[[], Awaitable[None]],
) -> None:
    simulator.faults("drop-before", where="manage")
    simulator.faults("drop-after", count=1, where="submit")
    async with running(jobs):
        training, *samples = await start()
        await ended(jobs, [training])
        await look()
        for sample in samples:
            waiting = await open_journal.jobs.get(sample.id)
            assert waiting is not None
            assert waiting.waits
        new = await jobs.resend(training.id)
        simulator.clear_faults()
        done, *pictures = await ended(jobs, [new, *samples])
    assert done.state is JobState.DONE
    assert [sample.state for sample in pictures] == [JobState.DONE] * 2
    assert {sample.finetune_id for sample in pictures} == {done.finetune_id}


async def test_giving_a_doubtful_training_up_cancels_its_samples(
    start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    simulator.faults("drop-before", where="manage")
    simulator.faults("drop-after", count=1, where="submit")
    async with running(jobs):
        training, *samples = await start()
        await ended(jobs, [training])
        await jobs.give_up(training.id)
        ended_samples = await ended(jobs, samples)
    assert {sample.state for sample in ended_samples} == {JobState.CANCELLED}
    assert len(simulator.ledger()) == 1


async def test_program_that_died_between_training_and_samples_loses_none_and_sends_none_twice(
    start: Start,
    jobs: JobService,
    make_jobs: Callable[..., JobService],
    running: Running,
    ended: Ended,
    simulator: Simulator,
    open_journal: Journal,
    pacing: Pacing,
) -> None:
    # It looks at the journal so seldom that it is gone before it could let the samples go.
    blind = make_jobs(replace(pacing, watch=60.0))
    training, *samples = await start()
    async with running(blind):
        (done,) = await ended(blind, [training])
    assert done.state is JobState.DONE
    between = [await open_journal.jobs.get(sample.id) for sample in samples]
    assert [job.state for job in between if job] == [JobState.DRAFT] * 2
    other = make_jobs()
    async with running(jobs), running(other):
        pictures = await ended(jobs, samples)
    assert [sample.state for sample in pictures] == [JobState.DONE] * 2
    assert len(simulator.ledger()) == 3
    for sample in samples:
        notes = [event.note for event in await open_journal.jobs.story(sample.id)]
        assert notes.count("the training of Fox is done") == 1


async def test_cancelled_sample_that_is_sent_again_waits_as_before(
    start: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    await jobs.pause("bfl")
    training, first, *_ = await start(PROMPTS[:1])
    await jobs.cancel(first.id)
    again = await jobs.retry(first.id)
    assert again.after == training.id
    await jobs.resume("bfl")
    async with running(jobs):
        done, picture = await ended(jobs, [training, again])
    assert (picture.state, picture.finetune_id) == (JobState.DONE, done.finetune_id)


@pytest.mark.parametrize(("budget", "fits"), [(4.13, False), (4.14, True)])
async def test_training_and_samples_are_one_order_for_a_budget(
    start: Start,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    pacing: Pacing,
    budget: float,
    fits: bool,
) -> None:
    limits = BudgetService(open_journal, lambda: BudgetSettings(day_usd=budget))
    jobs = JobService(open_journal, data_directory, gateway, owner="thrifty", pacing=pacing, budget=limits)
    service = FinetuningService(
        open_journal, data_directory, gateway, DatasetService(), ValidationService(), jobs
    )
    if fits:
        await start(service=service)
    else:
        with pytest.raises(OverBudget):
            await start(service=service)
    credits = [job.estimate_credits for job in await open_journal.jobs.active()]
    assert sum(credits) == (TRAINING_CREDITS + 2 * ULTRA_CREDITS if fits else 0)


async def test_what_cannot_be_made_is_refused_before_anything_is_written(
    start: Start, open_journal: Journal, data_directory: StorageService
) -> None:
    with pytest.raises(InvalidInput, match="8 sample pictures at most, not 9"):
        await start(["a fox"] * 9)
    assert await open_journal.jobs.recent() == ()
    assert list(data_directory.inside("datasets").iterdir()) == []
    jobs = await start(["", "  a fox  ", "\t"])
    assert [job.title for job in jobs if job.kind is JobKind.GENERATION] == ["a fox"]


async def test_offer_is_the_first_endpoint_that_needs_words_only(finetuning: FinetuningService) -> None:
    chosen = await finetuning.samples("bfl")
    assert chosen.offer is not None
    assert chosen.offer.ref == "bfl/flux-pro-1.1-ultra-finetuned"
    price = chosen.estimate(3)
    assert price is not None
    assert price.credits == 3 * ULTRA_CREDITS
    assert chosen.estimate(0) is None
