"""fal's own prices beside our table: agreed with, doubted, or not understood."""

from __future__ import annotations

import pytest

from fluxtui.api.service import APIService
from fluxtui.domain.money import MOST_CREDITS, UnitPrice, show_credits
from fluxtui.providers.fal import platform
from fluxtui.providers.fal.base_generation import Flux2MaxAtFal, Flux2ProAtFal
from fluxtui.providers.fal.generation import Klein9BEditLora, Klein9BLora
from fluxtui.providers.fal.other_generation import Flux3KleinLoraAtFal, ZImageLora
from fluxtui.providers.fal.picture_generation import Flux1Inpainting, SeedvrUpscale
from fluxtui.providers.fal.prices import TABLE, billed
from fluxtui.providers.fal.provider import FalProvider
from fluxtui.providers.fal.training import FastTrainer, Klein9BTrainer
from fluxtui.simulator.running import ServiceView
from tests.providers.fal.conftest import LORA, SMALL, TRAINING

FAST = FastTrainer.checked({"name": "Red", "steps": 1000})
PICTURE = Klein9BLora.checked({**SMALL, "finetune_id": LORA})


def told(usd: float, unit: str) -> UnitPrice:
    return UnitPrice(usd, unit, "2026-11-30", live=True)


def test_price_that_agrees_is_exact() -> None:
    estimate = FAST.estimate(told(0.003, "steps"))
    assert (estimate.credits, estimate.exact) == (300, True)
    assert estimate.basis == "1,000 steps, fal's price; our table says $2.00"
    assert FAST.estimate(told(0.0021, "steps")).basis == "1,000 steps, fal's price"


@pytest.mark.parametrize(("usd", "credits"), [(0.02, 2000), (0.0002, 200), (0.0, 200)])
def test_price_far_from_the_table_shows_both_and_the_higher_counts(usd: float, credits: float) -> None:
    estimate = FAST.estimate(told(usd, "steps"))
    assert (estimate.credits, estimate.exact) == (credits, False)
    assert estimate.doubt == f"fal tells {show_credits(usd * 1e5)}, our table $2.00"
    assert estimate.doubt in estimate.basis
    assert estimate.times(3).doubt == estimate.doubt


@pytest.mark.parametrize("unit", ["units", "Train Units", "train  unit"])
def test_units_of_a_trainer_are_taken_as_steps_but_not_as_certain(unit: str) -> None:
    estimate = FAST.estimate(told(0.0025, unit))
    assert (estimate.credits, estimate.exact) == (250, False)
    assert FAST.estimate(told(0.02, unit)).credits == 2000


@pytest.mark.parametrize("unit", ["compute seconds", "megapixels", "images"])
def test_unit_that_is_not_understood_is_said(unit: str) -> None:
    estimate = FAST.estimate(told(0.001, unit))
    assert (estimate.credits, estimate.exact) == (200, False)
    assert estimate.doubt == f"fal's $0.001 for each “{unit}” is not understood"
    assert estimate.doubt in estimate.basis


def test_pictures_by_the_megapixel_or_by_the_picture() -> None:
    assert PICTURE.estimate(told(0.012, "Megapixel")).exact
    assert PICTURE.estimate(told(0.012, "images")).credits == pytest.approx(1.2)
    assert not PICTURE.estimate(told(0.012, "units")).exact
    apart = PICTURE.estimate(told(0.11, "mp"))
    assert apart.credits == pytest.approx(11)
    assert not apart.exact


def test_price_that_can_be_none_leaves_the_table() -> None:
    huge = FAST.estimate(told(MOST_CREDITS / 100, "steps"))
    assert huge.credits == 200


def test_inputs_of_unknown_size_are_never_too_cheap() -> None:
    values = {"prompt": "p", "finetune_id": LORA, "input_image": "https://a.b/c.png", "image_size": None}
    edit = Klein9BEditLora.checked(values)
    estimate = edit.estimate()
    assert estimate.credits == pytest.approx(TABLE[edit.info.id].usd * 100 * 8)
    assert estimate.basis == "up to 4 MP out, up to 4 MP in, prices of 2026-11"
    assert not estimate.exact


def test_first_megapixel_that_costs_more_than_the_rest() -> None:
    large = {"prompt": "p", "image_size": "custom", "width": 2048, "height": 1536}
    assert Flux2ProAtFal.checked({"prompt": "p"}).estimate().credits == pytest.approx(3)
    assert Flux2ProAtFal.checked(large).estimate().credits == pytest.approx(6)
    live = Flux2MaxAtFal.checked(large).estimate(told(0.14, "megapixels"))
    assert live.credits == pytest.approx((0.14 + 2 * 0.06) * 100)


def test_what_is_billed_beside_pixels_and_what_is_not() -> None:
    sized = {"prompt": "p", "image_size": "square"}
    assert ZImageLora.checked(sized).estimate().credits == pytest.approx(0.85)
    assert ZImageLora.checked({**sized, "enable_prompt_expansion": True}).estimate().credits == pytest.approx(
        1.1
    )
    inpainting = Flux1Inpainting.checked({**sized, "image": "https://a.b/c.png", "mask": "https://a.b/m.png"})
    assert inpainting.estimate().credits == pytest.approx(3.5)
    assert inpainting.estimate().exact
    unknown = Flux3KleinLoraAtFal.checked({"prompt": "p"}).estimate()
    assert unknown.credits == pytest.approx(1.872)
    assert not unknown.exact


@pytest.mark.parametrize(("factor", "megapixels"), [(1, 4), (1.5, 9), (4, 64)])
def test_upscaling_is_never_too_cheap(factor: float, megapixels: int) -> None:
    estimate = SeedvrUpscale.checked({"image": "https://a.b/c.png", "upscale_factor": factor}).estimate()
    assert estimate.credits == pytest.approx(megapixels * 0.1)
    assert estimate.basis == f"up to {megapixels} MP out, prices of 2026-12"
    assert not estimate.exact


def test_cost_by_a_price_that_is_doubted_is_not_told() -> None:
    assert billed(FAST.info.id, 1000, told(0.002, "steps")) == pytest.approx(200)
    assert billed(FAST.info.id, 1000, told(0.02, "steps")) is None
    assert billed(FAST.info.id, 1e15, told(0.002, "steps")) is None
    assert billed("fal-ai/flux-2-trainer", 1e15, None) is None


async def test_prices_of_the_service(api: APIService, provider: FalProvider, fal: ServiceView) -> None:
    training = Klein9BTrainer.checked(TRAINING)
    plain = training.estimate()
    fal.faults("tenfold-price", where="manage", count=1)
    doubted = training.estimate((await platform.prices(api, [training.info.id]))[training.info.id])
    assert doubted.credits == pytest.approx(plain.credits * 10)
    assert not doubted.exact
    fal.faults("vague-units", where="manage", count=1)
    vague = training.estimate((await platform.prices(api, [training.info.id]))[training.info.id])
    assert vague.credits == pytest.approx(plain.credits)
    assert not vague.exact
    fal.faults("absurd-cost", where="manage", count=9)
    assert await provider.prices() == {}
