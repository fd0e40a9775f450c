"""What an order costs and what is on offer, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fluxtui.controllers.generation.choices import NO_FINETUNE, finetune_choices, offer_choices
from fluxtui.controllers.generation.cost import button_label, cost_note
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.ordering import GenerationOrder, repeatable
from fluxtui.controllers.generation.price import Funds, Price
from fluxtui.controllers.generation.stock import Stock
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.uses import Offer
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.providers.bfl.finetuned import FillFinetuned
from fluxtui.providers.bfl.flux1 import FluxDev
from fluxtui.services.storage import StorageService

OWN = tuple(Offer("demo", "bfl", endpoint) for endpoint in GENERATION)
SEVEN_CENTS = Estimate(7, "a picture")


def test_endpoints_tell_price_and_availability() -> None:
    choices = offer_choices(Stock(OWN), GenerateForm())
    notes = {choice.value: choice.note for choice in choices}
    assert notes["demo/flux-pro-1.1-ultra-finetuned"] == "$0.07"
    assert notes["demo/flux-pro-finetuned"] == "$0.06 · ended"
    assert notes["demo/flux-2-klein-4b-finetuned"].endswith("· beta")
    assert notes["demo/flux-tools/erase-v1"].endswith("· tool")
    assert all("demo" not in choice.label for choice in choices)


def test_only_ready_finetunes_are_offered_favourites_first(make_finetune: Callable[..., Finetune]) -> None:
    finetunes = [
        make_finetune("training", state=FinetuneState.TRAINING),
        make_finetune("plain"),
        make_finetune("favourite", favourite=True),
        make_finetune("deleted", state=FinetuneState.DELETED),
    ]
    values = [choice.value for choice in finetune_choices(Stock(OWN, tuple(finetunes)))]
    assert values == [NO_FINETUNE, "demo/favourite", "demo/plain"]


@pytest.mark.parametrize(
    ("estimate", "count", "label"),
    [
        (SEVEN_CENTS, 4, "Generate 4 · $0.28  ^S"),
        (replace(SEVEN_CENTS, exact=False), 1, "Generate 1 · ~$0.07  ^S"),
        (None, 2, "Generate 2  ^S"),
        (SEVEN_CENTS, 25, "Generate  ^S"),
        (SEVEN_CENTS, "x", "Generate  ^S"),
    ],
)
def test_the_button_names_number_and_price(estimate: Estimate | None, count: Any, label: str) -> None:
    assert button_label(estimate, count) == label


def test_the_note_warns_where_the_balance_is_too_small() -> None:
    assert cost_note(SEVEN_CENTS, 4, Funds(27.0)) == ("✗ Only $0.27 are left", True)
    assert cost_note(SEVEN_CENTS, 4, Funds(27.0, owner="fal")) == ("✗ Only $0.27 are left at fal", True)
    assert cost_note(SEVEN_CENTS, 4, Funds(28.0)) == ("$0.07 a picture", False)
    assert cost_note(Estimate(3, "1 MP out"), 1, Funds()) == ("$0.03 a picture: 1 MP out", False)
    assert cost_note(None, 1, Funds())[1] is False
    assert cost_note(SEVEN_CENTS, 0, Funds())[1] is True


def test_price_that_is_doubted_is_said() -> None:
    doubted = Estimate(20, "1 MP out; a, b", exact=False, doubt="a, b")
    told = UnitPrice(0.2, "megapixels", "2026-11-23", live=True)
    assert cost_note(doubted, 1, Funds(100.0), told) == ("a, b", False)


def test_a_balance_that_is_never_told_is_no_reason_to_warn() -> None:
    note, wrong = cost_note(SEVEN_CENTS, 24, Funds(None, is_told=False, owner="studio"))
    assert (note, wrong) == ("$0.07 a picture · balance not told", False)
    question = Price(SEVEN_CENTS, 24, Funds(None, is_told=False, owner="studio"), 1.0)
    assert question.needs_a_yes
    assert question.is_covered


def test_a_dear_order_and_an_uncovered_one_need_a_yes() -> None:
    assert not Price(SEVEN_CENTS, 4, Funds(100.0), 0.28).needs_a_yes
    assert Price(SEVEN_CENTS, 5, Funds(100.0), 0.28).needs_a_yes
    assert Price(SEVEN_CENTS, 1, Funds(6.0), 5.0).needs_a_yes
    assert not Price(SEVEN_CENTS, 1, Funds(), 5.0).needs_a_yes


def test_another_seed_is_the_same_recipe_without_its_seed(make_job: Callable[..., Job]) -> None:
    order = GenerationOrder.another_seed(Offer("demo", "bfl", FluxDev), make_job().parameters, None)
    assert order.values == {"prompt": "a lamp", "steps": 20}
    assert order.count == 1


def test_kept_inputs_are_named_by_their_whole_path(tmp_path: Path) -> None:
    storage = StorageService(tmp_path)
    recipe = {"prompt": "inputs/x.png", "image": "inputs/x.png", "mask": "https://example.org/m.png"}
    assert repeatable(FillFinetuned, recipe, storage) == {
        "prompt": "inputs/x.png",
        "image": str(tmp_path / "inputs/x.png"),
        "mask": "https://example.org/m.png",
    }
