"""Trainings at Replicate, from pictures to weights in the data directory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from fluxtui.api.service import APIService
from fluxtui.domain.finetune import FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Base
from fluxtui.providers.base import CancelAnswer, Phase
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.models import ModelService
from fluxtui.services.models.uses import FileState
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.services.replicate.conftest import PROFILE, TRAINER, Start, Trained

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


async def test_a_training_ends_with_its_weights_in_the_data_directory(
    start: Start,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        job = await start()
        assert job.dataset is not None
        assert data_directory.inside(job.dataset.path).is_file()
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    (entry,) = simulator.replicate.ledger()
    assert done.cost_credits == pytest.approx(entry["cost"], abs=0.001)
    assert done.remote_id == entry["id"]
    finetune = await open_journal.finetunes.get(PROFILE, str(done.finetune_id))
    assert finetune is not None
    assert finetune.id.startswith("member-1/fox-")
    assert (finetune.name, finetune.trigger_word, finetune.state) == ("Fox", "FOXX", FinetuneState.READY)
    assert (finetune.iterations, finetune.lora_rank, finetune.base) == (200, 16, Base.FLUX1_DEV)
    assert (finetune.endpoint, finetune.weights_url, finetune.job_id) == (TRAINER, None, job.id)
    assert finetune.dataset == job.dataset
    weights = finetune.weights
    assert weights is not None
    assert (weights.base, weights.rank, weights.source) == (Base.FLUX1, 16, PROFILE)
    path = data_directory.inside(weights.path)
    assert path.stat().st_size == weights.size
    assert path.suffix == ".safetensors"
    log = await open_journal.logs.get(job.id)
    assert log is not None
    assert "Saved to" in log
    assert not list(data_directory.root.rglob("*.part"))
    assert simulator.replicate.violations() == []


async def test_the_fast_trainer_ends_as_a_finetune_too(
    running: Running, jobs: JobService, trained: Trained
) -> None:
    async with running(jobs):
        finetune = await trained(trainer="replicate/fast-flux-trainer")
    assert (finetune.iterations, finetune.trigger_word) == (200, "FOXX")
    assert finetune.weights is not None


async def test_weights_that_came_in_half_are_fetched_again(
    running: Running, jobs: JobService, trained: Trained, simulator: Simulator
) -> None:
    simulator.replicate.faults("truncated-archive", count=1, where="delivery")
    async with running(jobs):
        finetune = await trained()
    assert finetune.weights is not None
    assert len(simulator.replicate.ledger()) == 1


async def test_a_finetune_whose_weights_are_away_can_be_used_and_is_kept_all_the_same(
    start: Start,
    running: Running,
    make_jobs: Callable[..., JobService],
    pacing: Pacing,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    jobs = make_jobs(replace(pacing, search_factor=1e-5))
    simulator.replicate.faults("expired", where="delivery")
    async with running(jobs):
        job = await start()
        (away,) = await ended(jobs, [job], lambda job: job.is_looked_for)
        known = await open_journal.finetunes.all(PROFILE)
        assert [finetune.is_usable for finetune in known] == [True]
        assert away.state is JobState.COLLECTING
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE
    finetune = await open_journal.finetunes.get(PROFILE, str(done.finetune_id))
    assert finetune is not None
    assert finetune.weights is None
    assert finetune.is_usable
    story = await open_journal.jobs.story(done.id)
    assert "its weights are not here" in story[-1].note


async def test_the_finetune_is_listed_and_deleted(
    running: Running,
    jobs: JobService,
    trained: Trained,
    models: ModelService,
    finetuning: FinetuningService,
    open_journal: Journal,
) -> None:
    async with running(jobs):
        finetune = await trained()
    assert (await finetuning.status(PROFILE, finetune.id)).phase is Phase.READY
    result = await models.refresh(PROFILE)
    (known,) = result.finetunes
    assert (known.id, known.weights, known.dataset) == (finetune.id, finetune.weights, finetune.dataset)
    assert (result.failures, result.missing) == ((), ())
    await open_journal.finetunes.remove(PROFILE, finetune.id)
    (fresh,) = (await models.refresh(PROFILE)).finetunes
    assert (fresh.name, fresh.trigger_word, fresh.iterations) == ("Fox", "FOXX", 200)
    assert "deletes the version" in await models.delete(PROFILE, finetune.id)
    assert await models.list(PROFILE) == ()


@pytest.mark.parametrize(("word", "state"), [("failme", JobState.FAILED), ("abortme", JobState.CANCELLED)])
async def test_trainings_that_end_badly_leave_no_finetune(
    word: str,
    state: JobState,
    start: Start,
    running: Running,
    jobs: JobService,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        (job,) = await ended(jobs, [await start(trigger_word=word)])
    assert job.state is state
    assert await open_journal.finetunes.all() == ()
    assert not job.maybe_billed
    if state is JobState.FAILED:
        assert "CUDA out of memory" in str(job.error)
        assert job.cost_credits == pytest.approx(simulator.replicate.ledger()[0]["cost"], abs=0.001)


async def test_a_lost_training_is_found_and_never_sent_again(
    start: Start,
    running: Running,
    jobs: JobService,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.replicate.faults("drop-after", count=1, where="submit")
    async with running(jobs):
        job = await start()
        (done,) = await ended(jobs, [job], lambda job: job.state is JobState.DONE)
    states = [event.state for event in await open_journal.jobs.story(job.id)]
    assert states[:4] == [JobState.DRAFT, JobState.SUBMITTING, JobState.IN_DOUBT, JobState.WAITING]
    (entry,) = simulator.replicate.ledger()
    assert (done.remote_id, done.maybe_billed) == (entry["id"], False)
    finetune = await open_journal.finetunes.get(PROFILE, str(done.finetune_id))
    assert finetune is not None
    assert finetune.weights is not None


async def test_trainings_are_cancelled_at_the_service(
    start: Start,
    running: Running,
    jobs: JobService,
    ended: Ended,
    move_to: Callable[[Simulator], None],
) -> None:
    with running_simulator(Settings(seconds_per_training=4)) as slow:
        move_to(slow)
        async with running(jobs):
            waiting = await start()
            await ended(jobs, [waiting], lambda job: job.state is JobState.WAITING)
            await jobs.cancel(waiting.id)
            (gone,) = await ended(jobs, [waiting])
            runs = await start(name="Other")
            await ended(jobs, [runs], lambda job: job.state is JobState.RUNNING)
            await jobs.cancel(runs.id)
            (stopped,) = await ended(jobs, [runs])
        ledger = slow.replicate.ledger()
    assert (gone.state, gone.cancel_answer) == (JobState.CANCELLED, CancelAnswer.GONE.value)
    assert (gone.maybe_billed, gone.cost_credits) == (False, 0)
    assert (stopped.state, stopped.cancel_answer) == (JobState.CANCELLED, CancelAnswer.ASKED.value)
    assert stopped.cost_credits == pytest.approx(ledger[1]["cost"], abs=0.001)
    assert [entry["status"] for entry in ledger] == ["canceled", "canceled"]


async def test_without_credit_the_queue_waits(
    start: Start, running: Running, jobs: JobService, ended: Ended, simulator: Simulator
) -> None:
    async with running(jobs):
        job = await start(profile="poor")
        (held,) = await ended(jobs, [job], lambda job: job.error_title is not None)
    assert (held.state, held.error_title) == (JobState.DRAFT, "Out of credits")
    assert simulator.replicate.ledger() == []


async def test_the_upload_is_made_once_however_often_it_is_tried(
    start: Start, running: Running, jobs: JobService, ended: Ended, gateway: Gateway, simulator: Simulator
) -> None:
    simulator.replicate.faults("429", count=2, where="submit")
    async with running(jobs):
        (done,) = await ended(jobs, [await start()])
    assert done.state is JobState.DONE
    api = await gateway.api(PROFILE)
    assert isinstance(api, APIService)
    assert len((await api.get("/v1/files")).data["results"]) == 1
    assert len(simulator.replicate.ledger()) == 1


async def test_a_lost_file_is_fetched_again(
    running: Running,
    jobs: JobService,
    trained: Trained,
    models: ModelService,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        finetune = await trained()
    assert finetune.weights is not None
    data_directory.inside(finetune.weights.path).unlink()
    assert await models.verify(finetune) is FileState.MISSING
    steps: list[tuple[int, int]] = []
    fetched = await models.fetch_weights(PROFILE, finetune.id, lambda *step: steps.append(step))
    assert fetched.weights == finetune.weights
    assert await models.verify(fetched) is FileState.KEPT
    assert steps
    assert simulator.replicate.violations() == []
