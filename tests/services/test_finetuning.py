"""Starting trainings, and what is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from fluxtui.domain.errors import DatasetError, InvalidInput
from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.providers.base import Phase
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

VALUES = {"finetune_comment": "Fox", "mode": "general", "iterations": 100}


async def test_job_holds_the_whole_recipe(
    finetuning: FinetuningService,
    open_journal: Journal,
    data_directory: StorageService,
    training_folder: Path,
) -> None:
    progress: list[tuple[int, int]] = []
    dataset = await DatasetService().inspect(training_folder, await finetuning.rules("bfl"))
    job = await finetuning.start("bfl", dataset, VALUES, lambda done, total: progress.append((done, total)))
    assert await open_journal.jobs.get(job.id) == job
    assert (job.kind, job.state, job.title) == (JobKind.TRAINING, JobState.DRAFT, "Fox")
    assert job.parameters["lora_rank"] == 32
    assert job.dataset is not None
    assert data_directory.inside(job.dataset.path).is_file()
    assert (job.dataset.pictures, job.dataset.captioned) == (3, 1)
    assert job.dataset.names == ("0.png", "1.png", "2.png")
    assert progress[-1] == (3, 3)
    endpoint = await finetuning.endpoint("bfl")
    assert job.estimate_credits == finetuning.estimate(endpoint, VALUES).credits == 200


async def test_wrong_values_and_unusable_pictures_are_refused_before_anything_is_written(
    finetuning: FinetuningService,
    open_journal: Journal,
    data_directory: StorageService,
    training_folder: Path,
    tmp_path: Path,
) -> None:
    rules = await finetuning.rules("bfl")
    dataset = await DatasetService().inspect(training_folder, rules)
    with pytest.raises(InvalidInput, match="sent"):
        await finetuning.start("bfl", dataset, VALUES | {"iterations": 5})
    (tmp_path / "empty").mkdir()
    empty = await DatasetService().inspect(tmp_path / "empty", rules)
    with pytest.raises(DatasetError, match="no picture"):
        await finetuning.start("bfl", empty, VALUES)
    assert await open_journal.jobs.recent() == ()
    assert list(data_directory.inside("datasets").iterdir()) == []


async def test_status_of_an_unknown_finetune_is_told(finetuning: FinetuningService) -> None:
    assert (await finetuning.status("bfl", "never-trained")).phase is Phase.MISSING
