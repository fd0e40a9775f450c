"""Trainings on pairs at fal, from the folder to a LoRA that edits; and what is refused before it is paid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.domain.dataset import Dataset
from fluxtui.domain.errors import DatasetError, InvalidInput
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Base
from fluxtui.services import finetuning as finetuning_module
from fluxtui.services.datasets import DatasetService
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.simulator.running import Simulator
from tests.services.fal.conftest import PROFILE

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
EDIT = "fal-ai/flux-2-klein-9b-base-trainer/edit"
KONTEXT = "fal-ai/flux-kontext-trainer"
FLUX_3 = "blackforestlabs/flux-3/klein/base/trainer/edit"
VALUES = {"name": "Night", "default_caption": "make it night", "steps": 200}


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two pairs with two pictures before each result; the first has an instruction."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for number, name in enumerate(("a_start", "a_start2", "a_end", "b_start", "b_start2", "b_end")):
        Image.new("RGB", (300, 300), (40 * number, 90, 20)).save(folder / f"{name}.png")
    (folder / "a.txt").write_text("make it night", encoding="utf-8")
    return folder


async def inspected(finetuning: FinetuningService, folder: Path, trainer: str = EDIT) -> Dataset:
    return await DatasetService().inspect(folder, await finetuning.rules(PROFILE, trainer))


@pytest.mark.parametrize(("trainer", "base"), [(EDIT, Base.KLEIN_9B), (FLUX_3, Base.FLUX3_KLEIN)])
async def test_pairs_become_a_lora_at_the_price_that_was_told(
    finetuning: FinetuningService,
    pairs: Path,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
    trainer: str,
    base: Base,
) -> None:
    dataset = await inspected(finetuning, pairs, trainer)
    started = await finetuning.start(PROFILE, dataset, VALUES, endpoint_id=trainer, without_use=True)
    assert started.estimate_credits == pytest.approx(0.2 * 200 * 3.44)
    async with running(jobs):
        (job,) = await ended(jobs, [started])
    assert (job.state, job.error) == (JobState.DONE, None)
    assert job.cost_credits == pytest.approx(started.estimate_credits)
    assert job.dataset is not None
    assert (job.dataset.pictures, job.dataset.captioned, job.dataset.pairs) == (2, 1, True)
    finetune = await open_journal.finetunes.get(PROFILE, str(job.finetune_id))
    assert finetune is not None
    assert (finetune.name, finetune.base, finetune.endpoint) == ("Night", base, trainer)
    assert finetune.weights is not None
    assert simulator.fal.violations() == []


@pytest.mark.parametrize("gone", ["b_end.png", "a_start.png"])
async def test_a_pair_without_its_other_half_is_refused_before_anything_is_sent(
    finetuning: FinetuningService, pairs: Path, simulator: Simulator, gone: str
) -> None:
    (pairs / gone).unlink()
    if gone == "a_start.png":
        (pairs / "a_start2.png").unlink()
    dataset = await inspected(finetuning, pairs)
    with pytest.raises(DatasetError, match="has no other half"):
        await finetuning.start(PROFILE, dataset, VALUES, endpoint_id=EDIT)
    assert simulator.fal.ledger() == []


async def test_single_pictures_are_refused_by_a_trainer_of_edits(
    finetuning: FinetuningService, training_folder: Path, simulator: Simulator
) -> None:
    dataset = await inspected(finetuning, training_folder)
    with pytest.raises(DatasetError, match="There is no pair in it"):
        await finetuning.start(PROFILE, dataset, VALUES, endpoint_id=EDIT)
    assert simulator.fal.ledger() == []


async def test_more_inputs_than_the_trainer_takes_are_refused(
    finetuning: FinetuningService, pairs: Path, simulator: Simulator
) -> None:
    dataset = await inspected(finetuning, pairs, KONTEXT)
    with pytest.raises(DatasetError, match="this trainer takes one before each result"):
        await finetuning.start(PROFILE, dataset, VALUES, endpoint_id=KONTEXT)
    assert simulator.fal.ledger() == []


async def test_pairs_without_any_instruction_are_refused(
    finetuning: FinetuningService, pairs: Path, simulator: Simulator
) -> None:
    dataset = await inspected(finetuning, pairs)
    with pytest.raises(InvalidInput, match="1 pair without a caption"):
        await finetuning.start(PROFILE, dataset, {**VALUES, "default_caption": None}, endpoint_id=EDIT)
    assert simulator.fal.ledger() == []


async def test_a_training_whose_result_nothing_uses_is_not_sold_unless_that_is_wanted(
    finetuning: FinetuningService, pairs: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = await inspected(finetuning, pairs)
    assert await finetuning.result_uses(PROFILE, EDIT)
    monkeypatch.setattr(finetuning_module, "result_uses", lambda *_: ())
    with pytest.raises(InvalidInput, match="Nothing that is known here edits with a LoRA"):
        await finetuning.start(PROFILE, dataset, VALUES, endpoint_id=EDIT)
    assert simulator.fal.ledger() == []
    job = await finetuning.start(PROFILE, dataset, VALUES, endpoint_id=EDIT, without_use=True)
    assert job.endpoint == EDIT


async def test_what_edits_has_no_samples_made_of_words_alone(finetuning: FinetuningService) -> None:
    offer = await finetuning.samples(PROFILE, EDIT)
    assert offer.offer is None
    assert "needs a picture to be edited" in offer.reason
