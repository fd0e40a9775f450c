"""Saved pictures tell how they were made, and none is lost for want of that."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.errors import FluxError, PictureError, StorageError
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.recipes import read_parameters, read_recipe
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

VALUES = {"prompt": "a fox — 狐", "width": 256, "height": 256, "seed": 42}


def pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.tobytes()


@pytest.mark.parametrize(
    ("endpoint", "output_format"), [("flux-pro-1.1", "png"), ("flux-pro-1.1", "jpeg"), ("flux-2-pro", "webp")]
)
async def test_saved_picture_holds_its_recipe_and_the_journal_knows_the_file(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
    endpoint: str,
    output_format: str,
) -> None:
    async with running(jobs):
        values = VALUES | {"output_format": output_format}
        (done,) = await ended(jobs, await inference.generate("bfl", endpoint, values))
    (picture,) = await open_journal.pictures.for_job(done.id)
    path = data_directory.inside(picture.path)
    content = path.read_bytes()
    assert (picture.size, picture.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    recipe = read_recipe(path)
    assert recipe is not None
    assert (recipe.job_id, recipe.endpoint, recipe.seed) == (done.id, endpoint, 42)
    assert recipe.parameters == done.parameters
    assert recipe.cost_credits == simulator.ledger()[0]["cost"]
    assert recipe.created_at == done.created_at
    told = read_parameters(path)
    assert told is not None
    assert (told.prompt, told.size) == ("a fox — 狐", (256, 256))
    for secret in (b"sim-valid", b"127.0.0.1", b"sig=", str(data_directory.root).encode()):
        assert secret not in content
    story = await open_journal.jobs.story(done.id)
    assert story[-1].note == picture.path
    assert list(data_directory.inside("tmp").iterdir()) == []


@pytest.mark.parametrize(
    "error", [PictureError("It is not what it should be."), StorageError("The disk is full.")]
)
async def test_picture_that_cannot_take_its_recipe_is_saved_as_it_came(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    monkeypatch: pytest.MonkeyPatch,
    error: FluxError,
) -> None:
    def fail(*_: object) -> None:
        raise error

    async with running(jobs):
        values = VALUES | {"output_format": "jpeg"}
        (told,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", values))
        monkeypatch.setattr("fluxtui.services.recipes.embed", fail)
        (plain,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", values))
    assert (plain.state, plain.error) == (JobState.DONE, None)
    (picture,) = await open_journal.pictures.for_job(plain.id)
    path = data_directory.inside(picture.path)
    content = path.read_bytes()
    assert (picture.size, picture.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert read_recipe(path) is None
    assert pixels(path) == pixels(data_directory.inside(told.picture or ""))
    story = await open_journal.jobs.story(plain.id)
    assert story[-1].note == f"{picture.path} (without its recipe in the file: {error.message})"
    assert list(data_directory.inside("tmp").iterdir()) == []


async def test_recipe_that_a_jpeg_cannot_hold_costs_no_picture(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
) -> None:
    values = VALUES | {"prompt": "fox " * 17_000, "output_format": "jpeg"}
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", values))
    assert done.state is JobState.DONE
    assert read_recipe(data_directory.inside(done.picture or "")) is None
    story = await open_journal.jobs.story(done.id)
    assert "too long for a JPEG" in story[-1].note


async def test_recipe_of_a_finetuned_picture_names_finetune_and_trigger_word(
    finetuning: FinetuningService,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    training_folder: Path,
) -> None:
    dataset = await DatasetService().inspect(training_folder, await finetuning.rules("bfl"))
    training = {"finetune_comment": "Fox", "trigger_word": "FOXX", "mode": "character", "iterations": 200}
    async with running(jobs):
        (trained,) = await ended(jobs, [await finetuning.start("bfl", dataset, training)])
        finetune = await open_journal.finetunes.get("bfl", trained.finetune_id or "")
        submitted = await inference.generate("bfl", "flux-pro-1.1-ultra-finetuned", {}, finetune=finetune)
        (done,) = await ended(jobs, submitted)
    recipe = read_recipe(data_directory.inside(done.picture or ""))
    assert recipe is not None
    assert (recipe.finetune_id, recipe.finetune_name) == (trained.finetune_id, "Fox")
    assert recipe.trigger_word == "FOXX"
