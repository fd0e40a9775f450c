"""A training that goes on with the LoRA of an earlier one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from fluxtui.controllers.training.trainers import checkpoint_choices
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import FinetuneState
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.simulator.running import Simulator
from tests.services.fal.conftest import PROFILE, Start

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
PORTRAIT = "fal-ai/flux-lora-portrait-trainer"


@pytest.fixture
def begin(start: Start) -> Callable[..., Awaitable[Job]]:
    """Starts a training on portraits; of other trainers' values it takes none."""

    async def run(**values: object) -> Job:
        return await start(trainer=PORTRAIT, default_caption=None, **values)

    return run


async def test_it_goes_on_with_the_file_that_is_here(
    begin: Start,
    finetuning: FinetuningService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        (first,) = await ended(jobs, [await begin()])
        finetune = await open_journal.finetunes.get(PROFILE, str(first.finetune_id))
        assert finetune is not None
        (second,) = await ended(jobs, [await begin(resume_from_checkpoint=finetune.ref, steps=300)])
    assert (second.state, second.error) == (JobState.DONE, None)
    assert second.parameters["resume_from_checkpoint"] == finetune.ref
    assert finetune.weights is not None
    assert await open_journal.uploads.known(PROFILE, finetune.weights.sha256, timedelta(0)), "it was uploaded"
    assert simulator.fal.violations() == []
    assert second.cost_credits == pytest.approx(0.24 * 1000), "a thousand steps are billed at least"
    trainers = {trainer.endpoint.info.id: trainer for trainer in await finetuning.trainers(PROFILE)}
    choices = checkpoint_choices(trainers[PORTRAIT], [finetune])
    assert [(choice.value, choice.label) for choice in choices] == [(finetune.ref, "Fox")]
    assert checkpoint_choices(trainers["fal-ai/turbo-flux-trainer"], [finetune]) == ()
    other = finetune.model_copy(update={"endpoint": "fal-ai/turbo-flux-trainer"})
    gone = finetune.model_copy(update={"state": FinetuneState.DELETED})
    assert checkpoint_choices(trainers[PORTRAIT], [other, gone]) == ()


async def test_a_lora_that_is_not_known_fails_before_anything_is_sent(
    begin: Start, jobs: JobService, running: Running, ended: Ended, simulator: Simulator
) -> None:
    async with running(jobs):
        (job,) = await ended(jobs, [await begin(resume_from_checkpoint="fal/never-heard-of")])
    assert "is not known here" in str(job.error)
    assert simulator.fal.ledger() == []


async def test_other_trainers_take_none(start: Start) -> None:
    with pytest.raises(InvalidInput):
        await start(resume_from_checkpoint="fal/red")
