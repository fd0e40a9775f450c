"""Trainings from pictures to a finetune in the list, against the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.domain.finetune import FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.providers.base import Accepted, Progress
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Change, JobService
from fluxtui.services.journal import Journal
from fluxtui.services.models import ModelService
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

VALUES = {
    "finetune_comment": "Fox",
    "mode": "character",
    "trigger_word": "FOXX",
    "finetune_type": "lora",
    "iterations": 200,
    "learning_rate": 1e-4,
}


async def start(finetuning: FinetuningService, folder: Path) -> Job:
    dataset = await DatasetService().inspect(folder, await finetuning.rules("bfl"))
    return await finetuning.start("bfl", dataset, VALUES)


async def test_training_ends_as_a_finetune_that_generates(
    finetuning: FinetuningService,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
    training_folder: Path,
) -> None:
    changes: list[Change] = []
    jobs.subscribe(changes.append)
    async with running(jobs):
        job = await start(finetuning, training_folder)
        assert job.dataset is not None
        assert data_directory.inside(job.dataset.path).is_file()
        (done,) = await ended(jobs, [job])
        assert done.state is JobState.DONE
        assert done.finetune_id is not None
        finetune = await open_journal.finetunes.get("bfl", done.finetune_id)
        assert finetune is not None
        (picture,) = await ended(
            jobs, await inference.generate("bfl", "flux-pro-1.1-ultra-finetuned", {}, finetune=finetune)
        )
    assert done.cost_credits == 400 or done.credits == 400
    assert (finetune.name, finetune.trigger_word, finetune.state) == ("Fox", "FOXX", FinetuneState.READY)
    assert (finetune.finetune_type, finetune.iterations, finetune.job_id) == ("lora", 200, job.id)
    assert finetune.dataset == job.dataset
    assert job.dataset.pictures == 3
    assert picture.state is JobState.DONE
    assert picture.finetune_name == "Fox"
    assert picture.picture is not None
    assert "fox" in picture.picture
    kinds = [change.kind for change in changes]
    assert kinds.index("finetunes") < kinds.index("finished")
    assert simulator.violations() == []


async def test_refresh_while_training_does_not_call_it_ready(
    finetuning: FinetuningService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    models: ModelService,
    simulator: Simulator,
    training_folder: Path,
) -> None:
    simulator.faults("503", where="poll")
    async with running(jobs):
        job = await start(finetuning, training_folder)
        (sent,) = await ended(jobs, [job], lambda job: job.remote_id is not None)
        result = await models.refresh("bfl")
        assert [finetune.state for finetune in result.finetunes] == [FinetuneState.TRAINING]
        simulator.clear_faults()
        await ended(jobs, [sent])
        result = await models.refresh("bfl")
    assert [finetune.state for finetune in result.finetunes] == [FinetuneState.READY]
    assert result.finetunes[0].job_id == job.id


async def test_upload_tells_how_far_it_is(
    finetuning: FinetuningService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    training_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quarter_told = asyncio.Event()

    async def slow_upload(
        _: BFLProvider, request: TrainingEndpoint, archive: Path, progress: Progress
    ) -> Accepted:
        progress(1, 4)
        await quarter_told.wait()
        return Accepted("never heard of")

    def listen(change: Change) -> None:
        if change.job is not None and change.job.remote_status == "sending, 25 %":
            quarter_told.set()

    monkeypatch.setattr(BFLProvider, "train", slow_upload)
    jobs.subscribe(listen)
    async with running(jobs):
        job = await start(finetuning, training_folder)
        await ended(jobs, [job], lambda job: job.remote_id is not None)
    assert quarter_told.is_set()
