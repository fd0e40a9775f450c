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
from fluxtui.domain.spending import OverBudget
from fluxtui.services.batch_records import BatchRecords, Layout
from fluxtui.services.budget import BudgetService
from fluxtui.services.config.model import BudgetSettings
from fluxtui.services.inference import InferenceService, Shot
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.validation import ValidationService
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


async def test_shots_are_one_batch_of_different_pictures_in_their_order(
    inference: InferenceService, open_journal: Journal
) -> None:
    shots = [
        Shot("bfl", "flux-pro-1.1", {"prompt": "a fox", "seed": 7}, label="pro"),
        Shot("bfl", "flux-dev", {"prompt": "a hare", "steps": 20}, label="dev \x1b[31m"),
    ]
    jobs = await inference.generate_shots(shots, batch_title="animals", layout=Layout(columns=("1", "2")))
    assert [(job.endpoint, job.title) for job in jobs] == [("flux-pro-1.1", "a fox"), ("flux-dev", "a hare")]
    assert jobs[0].seed == 7
    assert jobs[1].seed is not None
    (batch,) = {job.batch for job in jobs}
    assert batch is not None
    record = await BatchRecords(open_journal).get(batch)
    assert record is not None
    assert (record.title, record.layout.columns) == ("animals", ("1", "2"))
    assert record.labels[0] == "pro"
    assert "\x1b" not in record.labels[1]
    assert {job.id for job in await open_journal.jobs.recent()} == {job.id for job in jobs}


async def test_one_wrong_shot_stops_all_and_is_named(
    inference: InferenceService, open_journal: Journal, data_directory: StorageService, tmp_path: Path
) -> None:
    Image.new("RGB", (300, 200), "purple").save(tmp_path / "in.png")
    shots = [
        Shot("bfl", "flux-kontext-pro", {"prompt": "x", "input_image": str(tmp_path / "in.png")}),
        Shot("bfl", "flux-dev", {"prompt": "x", "steps": 5000}, label="steps 5000"),
    ]
    with pytest.raises(InvalidInput) as caught:
        await inference.generate_shots(shots, batch_title="wrong")
    assert caught.value.sentence().startswith("steps 5000: Nothing was sent.")
    assert await open_journal.jobs.recent() == ()
    assert await BatchRecords(open_journal).all() == {}
    assert [path for path in data_directory.inside("inputs").rglob("*") if path.is_file()] == []


async def test_budget_counts_all_shots_together(
    open_journal: Journal, data_directory: StorageService, gateway: Gateway
) -> None:
    budget = BudgetService(open_journal, lambda: BudgetSettings(day_usd=0.10))
    jobs = JobService(open_journal, data_directory, gateway, owner="poor", budget=budget)
    inference = InferenceService(open_journal, data_directory, gateway, ValidationService(), jobs)
    shots = [Shot("bfl", "flux-pro-1.1", {"prompt": word}, label=word) for word in ("a", "b", "c")]
    with pytest.raises(OverBudget):
        await inference.generate_shots(shots, batch_title="dear")
    assert await open_journal.jobs.recent() == ()
    assert await BatchRecords(open_journal).all() == {}
    assert len(await inference.generate_shots(shots[:2])) == 2


async def test_input_of_many_shots_is_kept_once(
    inference: InferenceService, data_directory: StorageService, tmp_path: Path
) -> None:
    Image.new("RGB", (300, 200), "purple").save(tmp_path / "in.png")
    values = {"prompt": "x", "input_image": str(tmp_path / "in.png")}
    shots = [Shot("bfl", "flux-kontext-pro", {**values, "seed": seed}) for seed in (1, 2, 3)]
    jobs = await inference.generate_shots(shots)
    assert len({job.parameters["input_image"] for job in jobs}) == 1
    assert len([path for path in data_directory.inside("inputs").rglob("*") if path.is_file()]) == 1


async def test_order_of_no_shots_is_refused(inference: InferenceService) -> None:
    with pytest.raises(InvalidInput):
        await inference.generate_shots(())
