"""Trainers of edits: what they are sent, what they cost, and what they refuse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from fluxtui.domain.dataset import Dataset, TrainingPicture
from fluxtui.domain.money import UnitPrice
from fluxtui.providers.base import LoraSource, Sought
from fluxtui.providers.fal import edit_training, other_training
from fluxtui.providers.fal.prices import INPUT_FACTORS, input_factor
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.providers.fal.training import FalTraining, PortraitTrainer
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.weights import FLUX_1, lora_file
from fluxtui.simulator.running import ServiceView
from tests.providers.fal.conftest import LORA, Memory, Order, Prepare

KLEIN = edit_training.Klein9BEditTrainer
FLUX_3 = edit_training.Flux3KleinEditTrainer


def pairs_with(counts: Sequence[int]) -> Dataset:
    """Return a dataset of pairs with so many pictures before each result."""

    def picture(name: str, inputs: tuple[TrainingPicture, ...] = ()) -> TrainingPicture:
        return TrainingPicture(name=name, width=512, height=512, format="PNG", size=1, inputs=inputs)

    pictures = tuple(
        picture(f"{number}_end.png", tuple(picture(f"{number}_{place}.png") for place in range(count)))
        for number, count in enumerate(counts)
    )
    return Dataset(source=Path("pairs"), pictures=pictures, pairs=True)


def told(usd: float, unit: str) -> UnitPrice:
    return UnitPrice(usd, unit, "2026-12-01", live=True)


async def test_bodies(prepare: Prepare) -> None:
    request = KLEIN.checked({"name": "Hats", "default_caption": "take the hat off", "steps": 200})
    body = dict((await prepare(request)).body)
    assert body.pop("image_data_url").endswith(".zip")
    assert body == {
        "default_caption": "take the hat off",
        "steps": 200,
        "learning_rate": 5e-5,
        "output_lora_format": "fal",
    }
    phrase = FLUX_3.checked({"name": "Hats", "default_caption": "take the hat off", "resolution": "512"})
    body = dict((await prepare(phrase)).body)
    assert body.pop("images_data_url").endswith(".zip")
    assert body == {
        "trigger_phrase": "take the hat off",
        "steps": 1000,
        "learning_rate": 1e-4,
        "resolution": 512,
    }


async def test_a_lora_to_go_on_with_is_sent_by_its_address(
    prepare: Prepare, order: Order, provider: FalProvider, clock: ManualClock, memory: Memory, tmp_path: Path
) -> None:
    path = tmp_path / "red.safetensors"
    path.write_bytes(lora_file(FLUX_1, "red", rank=1))
    loras = {LORA: LoraSource(name="Red", path=path, sha256="5ha")}
    request = PortraitTrainer.checked({"name": "Hats", "steps": 200, "resume_from_checkpoint": LORA})
    body = (await prepare(request, loras)).body
    assert isinstance(body, dict)
    assert body["resume_from_checkpoint"] == memory.kept["5ha"][0]
    plain = (await prepare(PortraitTrainer.checked({"name": "Hats"}))).body
    assert isinstance(plain, dict)
    assert "resume_from_checkpoint" not in plain
    sent = datetime.fromtimestamp(clock(), UTC)
    task = await order(request, loras)
    clock.advance(30)
    archive = next(url for url, _ in memory.kept.values() if url.endswith(".zip"))
    known = {LORA: memory.kept["5ha"][0]}
    (found,) = await provider.find(Sought(request, "Hats", sent, archive, addresses=known))
    assert found.remote_id == task.remote_id
    elsewhere = {LORA: "https://v3.fal.media/files/other.safetensors"}
    assert await provider.find(Sought(request, "Hats", sent, archive, addresses=elsewhere)) == ()


async def test_bodies_of_other_models(prepare: Prepare) -> None:
    krea = other_training.Krea2Trainer.checked({"name": "Hats", "trigger_word": "hatt"})
    body = dict((await prepare(krea)).body)
    assert body.pop("images_data_url").endswith(".zip")
    assert body == {"trigger_phrase": "hatt", "steps": 1000, "learning_rate": 5e-4, "resolution": 768}
    for trainer in (other_training.ZImageTurboTrainer, other_training.QwenImageTrainer):
        request = trainer.checked({"name": "Hats", "trigger_word": "hatt", "default_caption": "a hatt"})
        body = dict((await prepare(request)).body)
        assert body.pop("image_data_url").endswith(".zip")
        assert body == {"default_caption": "a hatt", "steps": 2000, "learning_rate": 5e-4}


@pytest.mark.parametrize(
    ("trainer", "counts", "dollars", "exact"),
    [
        (KLEIN, (1, 1), 4.22, False),
        (KLEIN, (2, 2), 6.88, False),
        (KLEIN, (4,), 13.90, False),
        (edit_training.Flux2EditTrainer, (1,), 11.816, True),
        (edit_training.Flux2EditTrainerV2, (1,), 11.816, True),
        (FLUX_3, (1, 4), 13.90, True),
        (FLUX_3, (10,), 46.88, True),
        (FLUX_3, (7,), 30.39, False),
        (edit_training.KontextTrainer, (1,), 2.50, False),
    ],
)
def test_price_grows_with_the_pictures_before_the_results(
    trainer: type[edit_training.EditTraining], counts: tuple[int, ...], dollars: float, exact: bool
) -> None:
    request = trainer.checked({"name": "Hats", "default_caption": "take the hat off", "steps": 1000})
    estimate = request.estimate_on(pairs_with(counts))
    assert estimate.credits == pytest.approx(dollars * 100, rel=1e-3)
    assert estimate.exact is exact
    assert request.estimate_on(None).credits == request.estimate_on(pairs_with((1,))).credits


def test_price_of_the_service_is_multiplied_too() -> None:
    request = KLEIN.checked({"name": "Hats", "default_caption": "x", "steps": 1000})
    estimate = request.estimate_on(pairs_with((2,)), told(0.0025, "train units"))
    assert estimate.credits == pytest.approx(860)
    assert "× 3.44 for 2 pictures before each result" in estimate.basis
    assert request.estimate_on(pairs_with((2,)), told(0.02, "units")).doubt


def test_factors_between_the_published_ones_are_never_too_low() -> None:
    factors = [input_factor(count) for count in range(1, 11)]
    assert factors == sorted(factors)
    growth = [after - before for before, after in pairwise(factors)]
    assert all(step > 1 for step in growth)
    assert input_factor(10) == INPUT_FACTORS[10]


@pytest.mark.parametrize(
    ("trainer", "steps", "dollars"),
    [
        (other_training.QwenImageTrainer, 100, 0.475),
        (other_training.QwenImageTrainer, 2000, 1.90),
        (other_training.ZImageTurboTrainer, 1000, 0.85),
        (other_training.Krea2Trainer, 1000, 2.80),
    ],
)
def test_prices_of_other_models_have_least_steps(
    trainer: type[FalTraining], steps: int, dollars: float
) -> None:
    values = {"name": "Hats", "trigger_word": "hatt", "default_caption": "a hatt", "steps": steps}
    fields = trainer.model_fields
    request = trainer.checked({name: value for name, value in values.items() if name in fields})
    estimate = request.estimate()
    assert estimate.credits == pytest.approx(dollars * 100)
    assert estimate.exact
    assert ("billed as 500" in estimate.basis) is (steps == 100)


async def test_what_is_billed_is_what_was_told(
    provider: FalProvider, order: Order, clock: ManualClock, fal: ServiceView
) -> None:
    request = KLEIN.checked({"name": "Hats", "default_caption": "take the hat off", "steps": 100})
    task = await order(request)
    clock.advance(30)
    status = await provider.status(task)
    expected = request.estimate_on(pairs_with((1,))).credits
    assert status.cost_credits == pytest.approx(expected)
    assert fal.ledger()[0]["cost"] == pytest.approx(expected)
