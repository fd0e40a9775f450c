"""Sample pictures of a training at fal: made with the file that came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from fluxtui.api.service import APIService
from fluxtui.domain.jobs import Job, JobState
from fluxtui.providers.fal.uploads import LORA_LIFETIME, FalUploads
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.jobs.materials import ProfileUploads
from fluxtui.services.journal import Journal
from fluxtui.simulator.running import Simulator
from tests.services.fal.conftest import GENERATOR, PROFILE, TRAINER, TRAINING

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


async def test_samples_are_made_with_the_file_of_the_training(
    finetuning: FinetuningService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
    training_folder: Path,
) -> None:
    dataset = await DatasetService().inspect(training_folder, await finetuning.rules(PROFILE, TRAINER))
    chosen = await finetuning.samples(PROFILE, TRAINER)
    assert chosen.offer is not None
    assert chosen.offer.ref == f"{PROFILE}/{GENERATOR}"
    async with running(jobs):
        training = await finetuning.start(
            PROFILE, dataset, TRAINING, endpoint_id=TRAINER, samples=["a FOXX in snow"]
        )
        (waiting,) = [job for job in await open_journal.jobs.active() if job.after == training.id]
        done, sample = await ended(jobs, [training, waiting])
    assert (sample.state, sample.error) == (JobState.DONE, None)
    assert sample.parameters["loras"] == [{"finetune": done.finetune_ref, "weight": 1.0}]
    assert done.finetune_ref == sample.finetune_ref
    assert sample.cost_credits == pytest.approx(waiting.estimate_credits)
    assert len(simulator.fal.ledger()) == 2
    assert simulator.fal.violations() == []


async def test_a_file_that_several_pictures_want_at_once_is_uploaded_once(
    gateway: Gateway, open_journal: Journal, tmp_path: Path
) -> None:
    path = tmp_path / "fox.safetensors"
    path.write_bytes(bytes(1000))
    api = await gateway.api(PROFILE)
    assert isinstance(api, APIService)
    uploads = [FalUploads(api, ProfileUploads(open_journal, PROFILE), None) for _ in range(4)]
    addresses = await asyncio.gather(*(one.address_of(path, LORA_LIFETIME) for one in uploads))
    assert len(set(addresses)) == 1


async def test_every_trainer_has_an_offer_or_tells_why_not(finetuning: FinetuningService) -> None:
    for trainer in await finetuning.endpoints(PROFILE):
        chosen = await finetuning.samples(PROFILE, trainer.info.id)
        if chosen.offer is None:
            assert "no samples" in chosen.reason
        else:
            assert chosen.offer.endpoint.info.finetunes is not None
            assert trainer.info.trains in chosen.offer.endpoint.info.finetunes.bases
            assert chosen.reason == ""
