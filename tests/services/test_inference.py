"""From a form's values to jobs: seeds, inputs, finetunes and refusals before anything is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

FINETUNED = "flux-pro-1.1-ultra-finetuned"


async def test_each_picture_gets_a_random_seed_of_its_own(inference: InferenceService) -> None:
    jobs = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox"}, count=4)
    seeds = [job.seed for job in jobs]
    assert len(set(seeds)) == 4
    assert all(seed is not None and 0 <= seed < 2**32 for seed in seeds)
    assert [job.parameters["seed"] for job in jobs] == seeds
    assert len({job.batch for job in jobs}) == 1
    assert {job.state for job in jobs} == {JobState.DRAFT}


async def test_given_seed_is_counted_up(inference: InferenceService) -> None:
    jobs = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox", "seed": 7}, count=3)
    assert [job.seed for job in jobs] == [7, 8, 9]


async def test_endpoint_without_seeds_gets_none(inference: InferenceService) -> None:
    (job,) = await inference.generate("bfl", "flux-3-image", {"prompt": "a fox"})
    assert job.seed is None
    assert "seed" not in job.parameters


async def test_input_picture_is_kept_and_sent(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    tmp_path: Path,
) -> None:
    original = tmp_path / "in.png"
    Image.new("RGB", (300, 200), "purple").save(original)
    values = {"prompt": "a fox", "input_image": str(original)}
    (job,) = await inference.generate("bfl", "flux-kontext-pro", values)
    kept = str(job.parameters["input_image"])
    assert kept.startswith("inputs/")
    assert data_directory.inside(kept).is_file()
    original.unlink()
    async with running(jobs):
        (done,) = await ended(jobs, [job])
    assert done.state is JobState.DONE


async def test_job_whose_input_is_gone_is_refused_without_being_sent(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
    tmp_path: Path,
) -> None:
    Image.new("RGB", (300, 200), "purple").save(tmp_path / "in.png")
    values = {"prompt": "a fox", "input_image": str(tmp_path / "in.png")}
    (job,) = await inference.generate("bfl", "flux-kontext-pro", values)
    data_directory.inside(str(job.parameters["input_image"])).unlink()
    async with running(jobs):
        (refused,) = await ended(jobs, [job])
    assert refused.state is JobState.REFUSED
    assert "is gone from the data directory" in (refused.error or "")
    assert simulator.ledger() == []


@pytest.mark.parametrize(
    ("endpoint", "values", "field"),
    [
        ("flux-pro-1.1", {"width": 100}, "width"),
        ("flux-kontext-pro", {"prompt": "x", "input_image": "/nothing/here.png"}, "input_image"),
        ("flux-pro-1.1-ultra-finetuned", {"prompt": "x"}, "finetune_id"),
    ],
)
async def test_wrong_values_are_named_and_nothing_is_written(
    inference: InferenceService, open_journal: Journal, endpoint: str, values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await inference.generate("bfl", endpoint, values)
    assert field in {problem.field for problem in caught.value.problems}
    assert await open_journal.jobs.recent() == ()


@pytest.mark.parametrize(
    ("profile", "state", "reason"),
    [
        ("other", FinetuneState.READY, "belongs to the profile other"),
        ("bfl", FinetuneState.TRAINING, "still in training"),
        ("bfl", FinetuneState.MISSING, "no longer listed"),
        ("bfl", FinetuneState.DELETED, "was deleted"),
    ],
)
async def test_finetune_that_cannot_be_used_is_refused_with_the_reason(
    inference: InferenceService, profile: str, state: FinetuneState, reason: str
) -> None:
    finetune = Finetune(profile=profile, id="abc", name="Fox", state=state)
    with pytest.raises(InvalidInput) as caught:
        await inference.generate("bfl", FINETUNED, {"prompt": "x"}, finetune=finetune)
    assert reason in caught.value.sentence()


async def test_known_finetune_gives_the_job_its_name(
    inference: InferenceService, open_journal: Journal
) -> None:
    await open_journal.finetunes.put(Finetune(profile="bfl", id="abc", name="Fox"))
    (job,) = await inference.generate("bfl", FINETUNED, {"prompt": "x", "finetune_id": "abc"})
    assert (job.finetune_id, job.finetune_name) == ("abc", "Fox")


async def test_estimate_is_for_all_pictures(inference: InferenceService) -> None:
    endpoints = {endpoint.info.id: endpoint for endpoint in await inference.endpoints("bfl")}
    estimate = inference.estimate(endpoints["flux-pro-1.1"], {"prompt": "x"}, 3)
    assert estimate.credits == 12
    with pytest.raises(InvalidInput):
        inference.estimate(endpoints["flux-pro-1.1"], {"prompt": "x"}, 0)
