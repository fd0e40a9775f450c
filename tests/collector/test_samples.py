"""Collectors go on with the sample pictures of a training, whatever ended in between."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.domain.jobs import Job
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import JobService, new_id
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.validation import ValidationService
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from tests.collector.conftest import HeldClock
from tests.fakes.leases import leases_run_out
from tests.services.conftest import LoopbackGateway

StartCollector = Callable[..., subprocess.Popen[str]]
Rows = Callable[[], list[dict[str, Any]]]
WaitForJobs = Callable[..., float]

VALUES = {"finetune_comment": "Fox", "mode": "character", "iterations": 200}
PATIENCE = 40.0


@asynccontextmanager
async def services(data_dir: Path, simulator: Simulator) -> AsyncIterator[tuple[FinetuningService, Journal]]:
    storage = StorageService(data_dir)
    gateway = LoopbackGateway(simulator.base_url, {"bfl": VALID_KEY})
    async with Journal(storage.journal_path) as journal:
        jobs = JobService(journal, storage, gateway, owner="program")
        yield (
            FinetuningService(journal, storage, gateway, DatasetService(), ValidationService(), jobs),
            journal,
        )
    await gateway.close()


@pytest.fixture
def order(data_dir: Path, simulator: Simulator, tmp_path: Path) -> Callable[..., Awaitable[Job]]:
    """Return a function that orders a training with sample pictures as a program does that ends at once."""

    async def begin(*prompts: str) -> Job:
        folder = tmp_path / "fox"
        folder.mkdir()
        for number, colour in enumerate(("red", "green", "orange")):
            Image.new("RGB", (300, 300), colour).save(folder / f"{number}.png")
        async with services(data_dir, simulator) as (finetuning, _):
            dataset = await DatasetService().inspect(folder, await finetuning.rules("bfl"))
            return await finetuning.start("bfl", dataset, VALUES, samples=prompts)

    return begin


async def test_killed_collector_is_followed_by_one_that_finishes_the_samples(
    order: Callable[..., Awaitable[Job]],
    start_collector: StartCollector,
    journal_rows: Rows,
    data_dir: Path,
    wait_for_jobs: WaitForJobs,
    simulator: Simulator,
    clock: HeldClock,
) -> None:
    clock.hold()
    await order("a fox in snow", "a fox at sea")
    first = start_collector()
    wait_for_jobs(lambda rows: rows[0]["remote_id"] is not None)
    first.kill()
    first.communicate()
    assert [row["state"] for row in journal_rows()[1:]] == ["draft", "draft"]
    leases_run_out(StorageService(data_dir).journal_path)
    clock.go_on()
    second = start_collector()
    output, errors = second.communicate(timeout=PATIENCE)
    assert (second.returncode, errors) == (0, "")
    assert output.splitlines()[-1] == "2 pictures, 1 training finished."
    assert {row["state"] for row in journal_rows()} == {"done"}
    assert len(simulator.ledger()) == 3


async def test_samples_of_a_training_that_was_done_before_are_made(
    order: Callable[..., Awaitable[Job]],
    start_collector: StartCollector,
    journal_rows: Rows,
    data_dir: Path,
    simulator: Simulator,
) -> None:
    training = await order()
    start_collector().communicate(timeout=PATIENCE)
    # As a program leaves it that is killed between the end of the training and the samples.
    async with services(data_dir, simulator) as (finetuning, journal):
        offer = (await finetuning.samples("bfl")).offer
        assert offer is not None
        fields = {
            "kind": "generation",
            "state": "draft",
            "endpoint": offer.endpoint.info.id,
            "after": training.id,
        }
        recipe = {"prompt": "a fox in snow", "seed": 7}
        sample = {**training.values(), **fields, "id": new_id(), "parameters": recipe, "dataset": None}
        await journal.jobs.add([Job.model_validate(sample)])
    process = start_collector()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    done, sample_row = journal_rows()
    assert (sample_row["state"], sample_row["finetune_id"]) == ("done", done["finetune_id"])
    assert len(simulator.ledger()) == 2


async def test_collector_does_not_stay_for_what_waits_for_a_training_in_doubt(
    order: Callable[..., Awaitable[Job]],
    start_collector: StartCollector,
    journal_rows: Rows,
    simulator: Simulator,
) -> None:
    simulator.faults("drop-after", count=1, where="submit")
    simulator.faults("drop-before", where="manage")
    await order("a fox in snow")
    process = start_collector()
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "waits       picture   a fox in snow" in output
    assert "1 job not finished" in output
    assert [row["state"] for row in journal_rows()] == ["in doubt", "draft"]
