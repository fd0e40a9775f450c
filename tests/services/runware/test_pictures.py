"""Pictures at Runware, down to the disk, and those whose order was never answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PIL import Image

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Base
from fluxtui.providers.runware.tasks import task_id_of
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.models import ModelService
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from tests.services.runware.conftest import KLEIN, KLEIN_LORA, PROFILE, SMALL

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
OWN = "simstudio:red-sheets@1"


def is_doubtful(job: Job) -> bool:
    return job.state is JobState.IN_DOUBT


def is_done(job: Job) -> bool:
    return job.state is JobState.DONE


async def test_pictures_down_to_the_disk(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        batch = await inference.generate(PROFILE, KLEIN, {**SMALL, "seed": 5}, count=2)
        done = await ended(jobs, batch)
    for number, job in enumerate(done):
        assert (job.state, job.seed, job.remote_id) == (JobState.DONE, 5 + number, task_id_of(job.id))
        with Image.open(data_directory.inside(str(job.picture))) as picture:
            assert (picture.format, picture.size) == ("PNG", (512, 512))
    costs = {entry["id"]: entry["cost"] for entry in simulator.runware.ledger()}
    assert {str(job.remote_id): job.cost_credits for job in done} == pytest.approx(costs)
    assert simulator.violations() == []


async def test_random_seeds_are_none_that_the_service_refuses(
    inference: InferenceService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluxtui.domain.seeds.secrets.randbelow", lambda _limit: 0)
    (job,) = await inference.generate(PROFILE, KLEIN, SMALL)
    assert job.parameters["seed"] == 1


async def test_a_seed_after_the_largest_is_the_smallest(inference: InferenceService) -> None:
    jobs = await inference.generate(PROFILE, KLEIN, {**SMALL, "seed": 2**32 - 1}, count=2)
    assert [job.parameters["seed"] for job in jobs] == [2**32 - 1, 1]


async def test_twins_whose_answers_were_lost_are_each_found_as_what_they_are(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    values = {**SMALL, "seed": 5}
    simulator.runware.faults("drop-after", count=2, where="submit")
    async with running(jobs):
        twins = [(await inference.generate(PROFILE, KLEIN, values))[0] for _ in range(3)]
        done = await ended(jobs, twins, is_done)
    assert {job.remote_id for job in done} == {task_id_of(job.id) for job in twins}
    assert not any(job.maybe_billed for job in done)
    assert len(simulator.runware.ledger()) == 3
    assert simulator.violations() == []


async def test_a_doubtful_one_is_found_by_the_next_program(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: Callable[..., JobService],
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    simulator.runware.faults("drop-after", count=1, where="submit")
    simulator.runware.faults("503", where="poll")
    async with running(jobs):
        (job,) = await inference.generate(PROFILE, KLEIN, SMALL)
        await ended(jobs, [job], is_doubtful)
    simulator.clear_faults()
    following = make_jobs()
    async with running(following):
        (done,) = await ended(following, [job], is_done)
    assert done.remote_id == task_id_of(job.id)
    assert len(simulator.runware.ledger()) == 1
    assert simulator.violations() == []


async def test_one_that_never_arrived_stays_in_doubt_and_is_not_sent_again(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    simulator.runware.faults("drop-before", count=1, where="submit")
    async with running(jobs):
        (job,) = await inference.generate(PROFILE, KLEIN, SMALL)
        await ended(jobs, [job], is_doubtful)
        for _ in range(3):
            jobs.wake()
            await asyncio.sleep(0.1)
        kept = await open_journal.jobs.get(job.id)
    assert kept is not None
    assert kept.state is JobState.IN_DOUBT
    assert simulator.runware.ledger() == []


async def test_the_accounts_loras_come_into_the_list_and_generate(
    models: ModelService,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    simulator: Simulator,
) -> None:
    await models.refresh(PROFILE)
    known = {finetune.id: finetune for finetune in await models.list(PROFILE)}
    assert set(known) == {OWN, "simstudio:ink@2", "simstudio:unsorted@1"}
    assert (known[OWN].trigger_word, known[OWN].base) == ("SHEET", Base.KLEIN_9B)
    async with running(jobs):
        batch = await inference.generate(PROFILE, KLEIN_LORA, SMALL, finetune=known[OWN])
        (done,) = await ended(jobs, batch)
    assert (done.state, done.finetune_id) == (JobState.DONE, OWN)


async def test_one_of_civitai_is_added_by_its_name(models: ModelService) -> None:
    added = await models.add(PROFILE, "civitai:618692@691639")
    assert isinstance(added, Finetune)
    assert (added.name, added.base) == ("Flux Realism v1", Base.FLUX1_DEV)


async def test_what_was_added_by_its_name_does_not_go_missing(models: ModelService) -> None:
    for name in ("civitai:618692@691639", "civitai:1@2"):
        await models.add(PROFILE, name)
    result = await models.refresh(PROFILE)
    assert result.missing == ()
    assert len(result.finetunes) == 5


async def test_one_of_the_account_that_was_added_by_its_name_can_go_missing(
    models: ModelService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await models.add(PROFILE, OWN)
    await models.refresh(PROFILE)
    monkeypatch.setattr("fluxtui.simulator.runware.answering.LORAS", ())
    result = await models.refresh(PROFILE)
    assert OWN in {finetune.id for finetune in result.missing}
