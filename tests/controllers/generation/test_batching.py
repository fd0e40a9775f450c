"""From a form with a batch to its pictures, their price and the words on the button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fluxtui.controllers.generation.batch import Batch, batch_estimate, batch_of
from fluxtui.controllers.generation.batch_ordering import BatchPrice
from fluxtui.controllers.generation.changes import FormChange, defaulted, values_text
from fluxtui.controllers.generation.cost import batch_text
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.price import Funds
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.axes import FINETUNE, OFFER, PROMPT, SHAPE, TypedAxis
from fluxtui.domain.batches import BatchSetup, SeedMode
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import STRENGTH
from fluxtui.domain.money import Estimate
from fluxtui.domain.uses import Offer
from fluxtui.services.finetune_defaults import lasting_values

ULTRA = "flux-pro-1.1-ultra-finetuned"


@pytest.fixture
def stock(all_offers: tuple[Offer, ...], make_finetune: Callable[..., Finetune]) -> Stock:
    return Stock(all_offers, (make_finetune("ft-1"), make_finetune("ft-2", name="Mo", trigger_word="MO")))


@pytest.fixture
def made(stock: Stock, offer: Callable[..., Offer]) -> Callable[..., Batch]:
    def make(form: GenerateForm, *axes: tuple[str, str], **setup: Any) -> Batch:
        typed = tuple(TypedAxis(parameter=name, values=values) for name, values in axes)
        return batch_of(replace(form, setup=BatchSetup(axes=typed, **setup)), stock, chosen(form))

    def chosen(form: GenerateForm) -> Offer:
        return offer(form.endpoint_id, form.profile)

    return make


@pytest.fixture
def dev(offer: Callable[..., Offer]) -> GenerateForm:
    return GenerateForm(prompt="a fox in snow").at(offer("flux-dev"))


@pytest.fixture
def ultra(offer: Callable[..., Offer]) -> GenerateForm:
    return GenerateForm(prompt="a fox", finetune="demo/ft-1").at(offer(ULTRA))


def test_grid_has_one_seed_unless_asked_otherwise(dev: GenerateForm, made: Callable[..., Batch]) -> None:
    same = made(dev, ("steps", "20, 30"), ("guidance", "2, 3"))
    assert len({item.values["seed"] for item in same.pictures}) == 1
    assert [(item.values["steps"], item.values["guidance"]) for item in same.pictures] == [
        (20, 2),
        (30, 2),
        (20, 3),
        (30, 3),
    ]
    assert (same.title, same.size_text) == ("Steps × Guidance", "2 × 2")
    assert same.layout.columns == ("Steps 20", "Steps 30")
    seeded = replace(dev, values={"seed": 5})
    rising = made(seeded, ("steps", "20, 30"), seeds=SeedMode.INCREASING)
    assert [item.values["seed"] for item in rising.pictures] == [5, 6]
    listed = made(seeded, seeds=SeedMode.LIST, seed_list="7, 9")
    assert [item.values["seed"] for item in listed.pictures] == [7, 9]


def test_seeds_without_a_grid_follow_the_number_of_pictures(
    dev: GenerateForm, made: Callable[..., Batch]
) -> None:
    random = made(replace(dev, count=3, values={"seed": 5}), seeds=SeedMode.RANDOM)
    assert [item.values["seed"] for item in random.pictures] == [None] * 3
    fixed = made(replace(dev, count=2, values={"seed": 5}), seeds=SeedMode.FIXED)
    assert [item.values["seed"] for item in fixed.pictures] == [5, 5]
    with pytest.raises(InvalidInput):
        made(replace(dev, count=None), seeds=SeedMode.FIXED)


def test_words_and_shapes_change(dev: GenerateForm, made: Callable[..., Batch]) -> None:
    batch = made(dev, (PROMPT, "fox, hare"), (SHAPE, "1:1, 16:9"))
    assert [item.values["prompt"] for item in batch.pictures][:2] == ["a fox in snow", "a hare in snow"]
    sizes = [(item.values["width"], item.values["height"]) for item in batch.pictures]
    assert sizes[0] == (896, 896)
    assert sizes[2][0] > sizes[2][1]


def test_each_finetune_brings_its_own_word(ultra: GenerateForm, made: Callable[..., Batch]) -> None:
    batch = made(ultra, (FINETUNE, "Lumi, Mo"), (STRENGTH, "0.8, 1.2"))
    assert [item.values["prompt"] for item in batch.pictures] == ["LUMI, a fox", "MO, a fox"] * 2
    assert [item.shot.finetune.id for item in batch.pictures if item.shot.finetune] == ["ft-1", "ft-2"] * 2
    assert batch.pictures[3].label == "Mo · Finetune strength 1.2"


def test_finetune_is_never_left_out_in_silence(dev: GenerateForm, made: Callable[..., Batch]) -> None:
    with pytest.raises(InvalidInput) as caught:
        made(dev, (FINETUNE, "Lumi, none"))
    assert "takes no finetune" in caught.value.sentence()


def test_prices_of_different_endpoints_are_added(
    dev: GenerateForm, made: Callable[..., Batch], stock: Stock
) -> None:
    batch = made(dev, (OFFER, "flux-dev, flux-pro-1.1"), ("seed", "1, 2"))
    cost = batch_estimate(batch, stock)
    assert cost is not None
    assert cost.credits == 2 * (2.5 + 4)
    assert cost.basis == "$0.025 to $0.04 each"
    assert batch.counts == {("demo", "flux-dev"): 2, ("demo", "flux-pro-1.1"): 2}


def test_size_changes_the_price_of_a_cell(offer: Callable[..., Offer], stock: Stock) -> None:
    klein = offer("flux-2-pro")
    typed = BatchSetup(axes=(TypedAxis(parameter=SHAPE, values="1024x1024, 2048x2048"),))
    form = GenerateForm(prompt="x", setup=typed).at(klein)
    batch = batch_of(form, stock, klein)
    alone = [form.estimate(klein) for form in (item.form for item in batch.pictures)]
    assert alone[0] is not None
    assert alone[1] is not None
    assert alone[0].credits < alone[1].credits
    total = batch_estimate(batch, stock)
    assert total is not None
    assert total.credits == alone[0].credits + alone[1].credits


@pytest.mark.parametrize(
    ("values", "funds", "label", "note", "wrong"),
    [
        ("20, 30", Funds(), "Generate 2 · $0.05  ^S", "Steps · $0.025 each · F11 changes it", False),
        ("20, 99", Funds(), "Generate  ^S", "✗ Steps must be 1 to 50 steps, so not 99.", True),
        ("20, 30", Funds(1.0), "Generate 2 · $0.05  ^S", "✗ Only $0.01 are left", True),
    ],
)
def test_words_on_the_button(
    dev: GenerateForm,
    stock: Stock,
    offer: Callable[..., Offer],
    values: str,
    funds: Funds,
    label: str,
    note: str,
    wrong: bool,
) -> None:
    form = replace(dev, setup=BatchSetup(axes=(TypedAxis(parameter="steps", values=values),)))
    words = batch_text(form, stock, offer("flux-dev"), funds)
    assert (words.label, words.note, words.is_wrong) == (label, note, wrong)


def test_dear_batch_is_asked_about() -> None:
    each = [Estimate(2.5, "a picture"), Estimate(4, "a picture", exact=False)]
    price = BatchPrice(each, {"demo": (Funds(3.0), 6.5)}, 1.0, seconds=75, size_text="2")
    assert price.total.show() == "~$0.065"
    assert (price.is_covered, price.needs_a_yes) == (False, True)
    assert not BatchPrice(each, {"demo": (Funds(), 6.5)}, 1.0).needs_a_yes
    assert BatchPrice(each, {"demo": (Funds(), 6.5)}, 0.05).needs_a_yes


def test_setup_is_kept_with_the_draft(dev: GenerateForm) -> None:
    form = replace(dev, setup=BatchSetup(seeds=SeedMode.LIST, seed_list="1, 2"))
    assert GenerateForm.from_draft(form.draft()) == form
    assert GenerateForm.from_draft({**form.draft(), "setup": 7}).setup == BatchSetup()


def test_defaults_of_a_finetune_stand_where_the_endpoint_takes_them(
    ultra: GenerateForm, stock: Stock, offer: Callable[..., Offer]
) -> None:
    endpoint = offer(ULTRA)
    recipe = {"prompt": "x", "seed": 3, "finetune_id": "ft-1", STRENGTH: 1.4, "prompt_upsampling": True}
    assert lasting_values(endpoint.endpoint, recipe) == {STRENGTH: 1.4, "prompt_upsampling": True}
    form, used = defaulted(ultra, endpoint, {STRENGTH: 1.4, "prompt_upsampling": True, "steps": 20}, stock)
    assert used == {STRENGTH: 1.4, "prompt_upsampling": True}
    assert form.values_for(endpoint)[STRENGTH] == 1.4
    assert values_text(endpoint, used) == "Finetune strength 1.4, Rewrite the prompt on"
    assert defaulted(ultra, endpoint, {STRENGTH: 99}, stock) == (ultra, {})
    assert FormChange(ultra).news == ""
