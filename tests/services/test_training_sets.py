"""What was trained on: the archive that was kept, and whether the user's pictures are still the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import StorageError
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.uses import Trainer
from fluxtui.domain.workspace import History
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.services.training_sets import TrainingSetService, looks_like

VALUES = {"finetune_comment": "Fox", "mode": "general", "iterations": 100}


@pytest.fixture
def workspaces(data_directory: StorageService) -> WorkspaceService:
    return WorkspaceService(data_directory)


@pytest.fixture
def training_sets(data_directory: StorageService, workspaces: WorkspaceService) -> TrainingSetService:
    return TrainingSetService(data_directory, DatasetService(), workspaces)


@pytest.fixture
async def rules(finetuning: FinetuningService) -> DatasetRules:
    return await finetuning.rules("bfl")


@pytest.fixture
async def job(finetuning: FinetuningService, training_folder: Path, rules: DatasetRules) -> Job:
    dataset = await DatasetService().inspect(training_folder, rules)
    return await finetuning.start("bfl", dataset, VALUES)


async def test_the_archive_is_kept_and_known(
    training_sets: TrainingSetService, job: Job, data_directory: StorageService
) -> None:
    assert job.dataset is not None
    kept = await training_sets.archive_of(job.dataset)
    assert kept is not None
    assert kept.path == data_directory.dataset_path(job.dataset.sha256)
    assert (kept.shown, kept.size, kept.is_there) == (job.dataset.path, kept.path.stat().st_size, True)
    kept.path.write_bytes(b"short")
    changed = await training_sets.archive_of(job.dataset)
    assert changed is not None
    assert not changed.is_there
    kept.path.unlink()
    gone = await training_sets.archive_of(job.dataset)
    assert gone is not None
    assert not gone.is_there


@pytest.mark.parametrize("told", [None, {}, {"path": 3}, {"path": "../../etc/passwd", "size": 1}])
async def test_what_names_no_archive_has_none(
    training_sets: TrainingSetService, told: dict[str, Any] | None
) -> None:
    dataset = None if told is None else TrainingSet.model_validate(told)
    assert await training_sets.archive_of(dataset) is None


async def test_pictures_that_are_still_the_same_are_trained_on_again(
    training_sets: TrainingSetService, job: Job, rules: DatasetRules, training_folder: Path
) -> None:
    origin = await training_sets.origin(job.dataset, rules)
    assert (origin.source, origin.is_archive, origin.is_same) == (str(training_folder), False, True)


async def test_changed_pictures_give_way_to_the_archive(
    training_sets: TrainingSetService,
    job: Job,
    rules: DatasetRules,
    training_folder: Path,
    workspaces: WorkspaceService,
) -> None:
    kept = await training_sets.archive_of(job.dataset)
    assert kept is not None
    (training_folder / "0.txt").write_text("another fox", encoding="utf-8")
    changed = await training_sets.origin(job.dataset, rules)
    assert (changed.source, changed.is_archive, changed.is_same) == (str(kept.path), True, True)
    (training_folder / "0.txt").write_text("a fox", encoding="utf-8")
    assert not (await training_sets.origin(job.dataset, rules)).is_archive
    history = await workspaces.load(training_folder)
    edited = history.present.with_captions({"1.png": "a green fox"})
    await workspaces.save(History(present=edited))
    assert (await training_sets.origin(job.dataset, rules)).is_archive
    for file in training_folder.iterdir():
        file.unlink()
    assert (await training_sets.origin(job.dataset, rules)).is_archive
    unknown = await training_sets.origin(job.dataset, None)
    assert unknown.is_archive


async def test_without_pictures_and_archive_nothing_is_the_same(
    training_sets: TrainingSetService, job: Job, rules: DatasetRules, training_folder: Path
) -> None:
    kept = await training_sets.archive_of(job.dataset)
    assert kept is not None
    kept.path.unlink()
    Image.new("RGB", (300, 300), "blue").save(training_folder / "9.png")
    origin = await training_sets.origin(job.dataset, rules)
    assert (origin.source, origin.is_archive, origin.is_same) == (str(training_folder), False, False)
    assert (await training_sets.origin(None, rules)).source == ""


async def test_trainings_of_older_versions_are_compared_by_names_and_captions(
    job: Job, rules: DatasetRules, training_folder: Path
) -> None:
    assert job.dataset is not None
    older = job.dataset.model_copy(update={"print": ""})
    dataset = await DatasetService().inspect(training_folder, rules)
    assert looks_like(dataset, older)
    assert not looks_like(dataset, older.model_copy(update={"captioned": 2}))
    assert not looks_like(dataset, older.model_copy(update={"print": "0"}))
    assert not looks_like(dataset, TrainingSet())


async def test_the_archive_is_exported_to_a_new_file_only(
    training_sets: TrainingSetService, job: Job, tmp_path: Path
) -> None:
    kept = await training_sets.archive_of(job.dataset)
    assert kept is not None
    target = tmp_path / "fox.zip"
    assert await training_sets.export(job.dataset, target) == target
    assert target.read_bytes() == kept.path.read_bytes()
    target.write_bytes(b"mine")
    with pytest.raises(StorageError, match="there already"):
        await training_sets.export(job.dataset, target)
    assert target.read_bytes() == b"mine"
    with pytest.raises(StorageError, match="could not be copied"):
        await training_sets.export(job.dataset, tmp_path / "nowhere" / "fox.zip")


async def test_a_damaged_archive_is_not_exported(
    training_sets: TrainingSetService, job: Job, tmp_path: Path
) -> None:
    kept = await training_sets.archive_of(job.dataset)
    assert kept is not None
    kept.path.write_bytes(bytes(kept.size))
    target = tmp_path / "fox.zip"
    with pytest.raises(StorageError, match="damaged"):
        await training_sets.export(job.dataset, target)
    assert not target.exists()
    kept.path.unlink()
    with pytest.raises(StorageError, match="no longer"):
        await training_sets.export(job.dataset, target)


async def test_the_pace_of_a_trainer_comes_from_the_journal(
    finetuning: FinetuningService, open_journal: Journal, job: Job
) -> None:
    (trainer,) = await finetuning.trainers("bfl")
    assert await finetuning.pace(trainer) is None
    for state in (JobState.SUBMITTING, JobState.WAITING, JobState.COLLECTING, JobState.DONE):
        await open_journal.jobs.move(job.id, state)
    pace = await finetuning.pace(trainer)
    assert pace is not None
    assert pace.trainings == 1
    assert 0 <= pace.seconds_per_step < 1
    other = Trainer("bfl", "fal", "fal", trainer.endpoint)
    assert await finetuning.pace(other) is None
