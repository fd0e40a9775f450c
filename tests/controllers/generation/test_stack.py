"""Finetunes that are used together: in the form, in its request, in grids, drafts and recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from fluxtui.controllers.background import Work
from fluxtui.controllers.generation.batch import batch_of
from fluxtui.controllers.generation.changes import (
    to_finetune,
    to_offer,
    to_recalled,
    to_request,
    without_gone,
)
from fluxtui.controllers.generation.editor import FormEditor
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.matching import misfits
from fluxtui.controllers.generation.news import News
from fluxtui.controllers.generation.ordering import GenerationOrder
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.controllers.signal import Signal
from fluxtui.domain.axes import FINETUNE, TypedAxis, axis_titles
from fluxtui.domain.batches import BatchSetup
from fluxtui.domain.endpoint import Group
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.loras import LoraRow
from fluxtui.domain.uses import Offer
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.finetuned import UltraFinetuned
from fluxtui.providers.fal.catalogue import GENERATION
from fluxtui.providers.fal.generation import Flux1Lora, Klein9BBaseLora, Klein9BLora
from fluxtui.services.finetune_defaults import lasting_values
from fluxtui.services.recipes.recall import Recalled

KLEIN = Offer("fal", "fal", Klein9BLora)
BASE = Offer("fal", "fal", Klein9BBaseLora)
DEV = Offer("fal", "fal", Flux1Lora)
ULTRA = Offer("demo", "bfl", UltraFinetuned)
OFFERS = (*(Offer("fal", "fal", endpoint) for endpoint in GENERATION), ULTRA)


def own(name: str, base: Base = Base.KLEIN_9B, **more: Any) -> Finetune:
    """Return a LoRA of the user's files."""
    return Finetune(
        profile=OWN_FILES,
        id=name,
        name=name,
        base=base,
        weights_url=f"https://e.org/{name}.safetensors",
        **more,
    )


FOX, OWL, OLD = own("fox", trigger_word="FOX"), own("owl", trigger_word="OWL"), own("old", Base.FLUX1_DEV)
STOCK = Stock(OFFERS, (FOX, OWL, OLD))


@pytest.fixture
def both() -> GenerateForm:
    """A form with two LoRAs, the second at half its weight."""
    form = GenerateForm(prompt="fog", finetune=FOX.ref).at(KLEIN)
    return form.with_stack([LoraRow(FOX.ref, 0.8), LoraRow(OWL.ref, 0.5)])


def sent(form: GenerateForm, offer: Offer = KLEIN, finetune: Finetune | None = FOX) -> Any:
    return form.request_values(offer, finetune)["loras"]


def test_all_that_are_on_are_sent_with_their_weights(both: GenerateForm) -> None:
    assert sent(both) == [{"finetune": FOX.ref, "weight": 0.8}, {"finetune": OWL.ref, "weight": 0.5}]
    assert both.values["finetune_strength"] == 0.8
    off = both.with_shown(KLEIN, STOCK.finetunes, [replace(both.stack[0], on=False), both.stack[1]])
    assert off.finetune == OWL.ref
    assert sent(off, finetune=OWL) == [{"finetune": OWL.ref, "weight": 0.5}]
    assert off.prompt_for(KLEIN, OWL) == "OWL, fog"
    assert [row.on for row in off.stack] == [False, True]


def test_one_alone_leaves_no_list_behind() -> None:
    form = GenerateForm(finetune=FOX.ref).at(KLEIN)
    assert form.stack == (LoraRow(FOX.ref),)
    assert form.values == {}
    stronger = form.with_shown(KLEIN, STOCK.finetunes, [LoraRow(FOX.ref, 1.3)])
    assert stronger.values == {"finetune_strength": 1.3}
    assert sent(stronger) == [{"finetune": FOX.ref, "weight": 1.3}]


def test_without_any_the_model_is_asked_alone() -> None:
    form = GenerateForm(prompt="fog").at(KLEIN)
    values = form.request_values(KLEIN)
    assert values["loras"] is None
    assert KLEIN.endpoint.checked(values).given().get("loras") is None
    assert form.estimate(KLEIN) is not None


def test_another_finetune_takes_the_place_of_the_first(both: GenerateForm) -> None:
    third = own("third")
    changed = both.with_finetune(third.ref)
    assert [row.finetune for row in changed.stack] == [third.ref, OWL.ref]
    assert changed.stack[0].weight == 0.8
    swapped = both.with_finetune(OWL.ref)
    assert [(row.finetune, row.on) for row in swapped.stack] == [(OWL.ref, True)]
    assert both.with_finetune(FOX.ref) == both


def test_none_switches_all_off_and_one_of_them_on_again(both: GenerateForm) -> None:
    none = both.with_finetune(None)
    assert none.finetune is None
    assert [(row.finetune, row.weight, row.on) for row in none.stack] == [
        (FOX.ref, 0.8, False),
        (OWL.ref, 0.5, False),
    ]
    assert sent(none, finetune=None) is None
    again = none.with_finetune(OWL.ref)
    assert (again.finetune, again.values["finetune_strength"]) == (OWL.ref, 0.5)
    assert [row.on for row in again.stack] == [False, True]


def test_choosing_none_stays_at_an_endpoint_that_needs_none(both: GenerateForm) -> None:
    change = to_finetune(STOCK, both, None)
    assert (change.form.endpoint_id, change.form.finetune) == (KLEIN.endpoint.info.id, None)


def test_what_leaves_the_list_is_said_where_it_was_on(both: GenerateForm) -> None:
    change = without_gone(both, {OWL.ref: OWL})
    assert [row.finetune for row in change.form.stack] == [FOX.ref]
    assert OWL.name in change.news
    assert FOX.name not in change.news
    assert change.severity == "warning"
    off = both.with_stack([replace(row, on=row.finetune != OWL.ref) for row in both.stack])
    assert without_gone(off, {OWL.ref: OWL}).news == ""


def test_gone_finetunes_leave_the_list(both: GenerateForm) -> None:
    left = both.without(FOX.ref)
    assert (left.finetune, left.stack) == (OWL.ref, (LoraRow(OWL.ref, 0.5),))
    assert both.without(FOX.ref, OWL.ref).finetune is None


def test_one_that_does_not_go_with_the_endpoint_waits(both: GenerateForm) -> None:
    mixed = both.with_stack([*both.stack, LoraRow(OLD.ref, 0.3)]).fitted_to(KLEIN, STOCK.finetunes)
    assert [row.finetune for row in mixed.rows_for(KLEIN, STOCK.finetunes)] == [FOX.ref, OWL.ref]
    assert len(sent(mixed)) == 2
    there = to_offer(STOCK, mixed, DEV)
    assert "what is made here is made without it" in there.news
    assert there.severity == "warning"
    assert [row.finetune for row in there.form.rows_for(DEV, STOCK.finetunes)] == [OLD.ref]
    entered = there.form.with_shown(DEV, STOCK.finetunes, [LoraRow(OLD.ref, 0.3)])
    assert entered.finetune == OLD.ref
    assert {row.finetune for row in entered.stack if not row.on} == {FOX.ref, OWL.ref}


def test_a_change_of_another_field_leaves_a_hidden_finetune(both: GenerateForm) -> None:
    at_dev = both.at(DEV)
    assert at_dev.with_shown(DEV, STOCK.finetunes, []) == at_dev
    assert at_dev.with_values(DEV.endpoint, {"steps": 9, "loras": None}).finetune == FOX.ref


def test_a_strength_that_is_out_of_range_is_shown_as_it_would_be_sent_and_refused() -> None:
    form = GenerateForm(finetune=FOX.ref, values={"finetune_strength": -0.5}).at(KLEIN)
    assert form.rows_for(KLEIN, STOCK.finetunes) == (LoraRow(FOX.ref, -0.5),)
    values = form.request_values(KLEIN, FOX)
    assert [row["weight"] for row in values["loras"]] == [-0.5]
    with pytest.raises(InvalidInput, match="weight out of range"):
        KLEIN.endpoint.checked({**values, "prompt": "fog"})


def test_drafts_with_places_become_drafts_with_a_list() -> None:
    old = {
        "profile": "fal",
        "endpoint_id": Klein9BLora.info.id,
        "finetune": FOX.ref,
        "prompt": "fog",
        "values": {
            "finetune_strength": 0.7,
            "finetune_id_2": OWL.ref,
            "finetune_strength_2": 0.4,
            "finetune_strength_3": 2.0,
            "steps": 5,
        },
    }
    form = GenerateForm.from_draft(old)
    assert form.stack == (LoraRow(FOX.ref, 0.7), LoraRow(OWL.ref, 0.4))
    assert form.values["steps"] == 5
    assert not {"finetune_id_2", "finetune_strength_2", "finetune_strength_3"} & form.values.keys()
    assert GenerateForm.from_draft(form.draft()) == form
    damaged = GenerateForm.from_draft({**old, "values": {"finetune_id_2": 5, "loras": "x"}})
    assert damaged.stack == (LoraRow(FOX.ref),)


def test_recipes_with_places_and_with_a_list_make_the_same_form(both: GenerateForm) -> None:
    new = KLEIN.endpoint.checked(both.request_values(KLEIN, FOX)).used()
    old = {name: value for name, value in new.items() if name != "loras"}
    old |= {
        "finetune_id": FOX.ref,
        "finetune_strength": 0.8,
        "finetune_id_2": OWL.ref,
        "finetune_strength_2": 0.5,
    }
    forms = [GenerateForm.from_recipe(KLEIN, recipe, ref) for recipe in (new, old) for ref in (FOX.ref, None)]
    assert all(form == forms[0] for form in forms)
    assert forms[0].stack == both.stack
    assert forms[0].finetune == FOX.ref


def test_repeating_without_a_finetune_that_is_gone_is_said(both: GenerateForm, tmp_path: Any) -> None:
    recipe = KLEIN.endpoint.checked(both.request_values(KLEIN, FOX)).used()
    stock = Stock(OFFERS, (FOX,))
    request = GenerateAgain("fal", Klein9BLora.info.id, recipe, FOX.ref)
    change = to_request(stock, GenerateForm(), request, tmp_path)
    assert change.news.startswith(f"{OWL.ref} cannot be used now")
    assert change.severity == "warning"
    assert OWL.ref in [row.finetune for row in change.form.rows_for(KLEIN, stock.finetunes)]
    (problem,) = misfits(KLEIN, change.form.request_values(KLEIN, FOX), stock.finetunes)
    assert problem.field == "loras"
    assert to_request(STOCK, GenerateForm(), request, tmp_path).news == ""


def test_a_recipe_with_a_finetune_that_is_gone_is_not_sent_as_it_is(both: GenerateForm) -> None:
    (problem,) = misfits(KLEIN, both.request_values(KLEIN, FOX), (FOX,))
    assert (problem.field, problem.reason[:4]) == ("loras", "LoRA")


def test_a_first_finetune_that_is_not_known_is_refused_and_not_left_out() -> None:
    form = GenerateForm(prompt="fog", finetune="files/gone").at(KLEIN)
    assert [row.finetune for row in form.rows_for(KLEIN, STOCK.finetunes)] == ["files/gone"]
    (problem,) = misfits(KLEIN, form.request_values(KLEIN), STOCK.finetunes)
    assert problem.reason == "LoRAs must be one of yours or the https address of a .safetensors file"


def test_recalled_lists_take_what_is_known(both: GenerateForm) -> None:
    rows = [{"finetune": "fal/x", "weight": 0.9}, {"finetune": OWL.ref, "weight": 0.4}, {"finetune": "fal/y"}]
    recalled = Recalled(
        "FluxTUI",
        {"prompt": "hills", "loras": rows},
        "fal",
        Klein9BLora.info.id,
        finetune_id="fox",
        finetune_name="Fox",
    )
    stock = Stock(OFFERS, (FOX.model_copy(update={"profile": "fal"}), OWL))
    change = to_recalled(stock, GenerateForm().at(KLEIN), recalled)
    assert change.form.stack == (LoraRow("fal/fox", 0.9), LoraRow(OWL.ref, 0.4))
    assert "Further finetunes are not among yours: fal/y." in change.news


def grid(form: GenerateForm, *axes: tuple[str, str]) -> list[Any]:
    typed = tuple(TypedAxis(parameter=name, values=values) for name, values in axes)
    batch = batch_of(replace(form, setup=BatchSetup(axes=typed)), STOCK, KLEIN)
    return [
        [(row["finetune"], row["weight"]) for row in item.values["loras"] or ()] for item in batch.pictures
    ]


def test_grids_over_the_weight_of_each(both: GenerateForm) -> None:
    assert grid(both, ("finetune_strength", "0.5, 1")) == [
        [(FOX.ref, 0.5), (OWL.ref, 0.5)],
        [(FOX.ref, 1.0), (OWL.ref, 0.5)],
    ]
    assert grid(both, ("finetune_strength_2", "0.2, 0.9")) == [
        [(FOX.ref, 0.8), (OWL.ref, 0.2)],
        [(FOX.ref, 0.8), (OWL.ref, 0.9)],
    ]
    titles = axis_titles(Klein9BLora)
    assert titles["finetune_strength"] == "Finetune strength"
    assert titles["finetune_strength_3"] == "Strength of LoRA 3"


def test_a_grid_over_finetunes_changes_the_first_alone(both: GenerateForm) -> None:
    third = own("third")
    stock = Stock(OFFERS, (FOX, OWL, third))
    setup = BatchSetup(axes=(TypedAxis(parameter=FINETUNE, values="fox, third, none"),))
    batch = batch_of(replace(both, setup=setup), stock, KLEIN)
    names = [[row["finetune"] for row in item.values["loras"] or ()] for item in batch.pictures]
    assert names == [[FOX.ref, OWL.ref], [third.ref, OWL.ref], [OWL.ref]]
    alone = replace(GenerateForm(prompt="p", finetune=FOX.ref).at(KLEIN), setup=setup)
    bare = batch_of(alone, stock, KLEIN).pictures[-1]
    assert bare.values["loras"] is None
    assert bare.shot.finetune is None


def test_a_grid_over_a_weight_that_counts_for_nothing_is_refused(both: GenerateForm) -> None:
    with pytest.raises(InvalidInput, match="There is no LoRA 3 whose strength could be varied"):
        grid(both, ("finetune_strength_3", "1, 2"))
    with pytest.raises(InvalidInput, match="There is no LoRA whose strength"):
        grid(GenerateForm(prompt="p").at(KLEIN), ("finetune_strength", "1, 2"))


def test_an_order_names_the_first_finetune(both: GenerateForm) -> None:
    order = GenerationOrder.from_form(both, KLEIN, FOX)
    assert order.finetune is FOX
    assert order.values["prompt"] == "FOX, fog"


def test_a_fresh_profile_begins_with_what_needs_no_finetune() -> None:
    offers = OFFERS[:-1]
    begun = Stock(offers).beginning(GenerateForm())
    offer = Stock(offers).offer_of(begun)
    assert offer is not None
    assert offer.endpoint.info.group is Group.BASE
    assert offer.endpoint.info.id == "fal-ai/flux-2/klein/9b"
    loras = tuple(offer for offer in offers if offer.endpoint.takes_finetune())
    optional = Stock(loras).offer_of(Stock(loras).beginning(GenerateForm()))
    assert optional is not None
    with_one = Stock(offers, (FOX,)).beginning(GenerateForm())
    assert (with_one.finetune, with_one.endpoint_id) == (FOX.ref, Klein9BBaseLora.info.id)


def test_the_strength_of_a_picture_can_be_kept(both: GenerateForm) -> None:
    recipe = KLEIN.endpoint.checked(both.request_values(KLEIN, FOX)).used()
    assert lasting_values(Klein9BLora, recipe)["finetune_strength"] == 0.8
    assert "loras" not in lasting_values(Klein9BLora, recipe)


class Kept:
    """Knows what was kept of finetunes."""

    async def get(self, ref: str) -> Mapping[str, Any]:
        return {"finetune_strength": 0.6, "steps": 7} if ref == OWL.ref else {}


async def test_an_added_lora_begins_with_the_strength_that_was_kept_for_it() -> None:
    begun: list[Work] = []
    host: Any = SimpleNamespace(services=SimpleNamespace(finetune_defaults=Kept()))
    catalogue: Any = SimpleNamespace(stock=STOCK)
    begin: Any = lambda work, **_: begun.append(work)  # noqa: E731
    editor = FormEditor(host, catalogue, News(Signal()), begin, lambda: None)
    editor.amend(profile="fal", endpoint_id=Klein9BLora.info.id, finetune=FOX.ref)
    rows = [{"finetune": FOX.ref, "weight": 0.9}, {"finetune": OWL.ref, "weight": 1.0}]
    editor.enter_values(Klein9BLora, {"loras": rows})
    assert editor.form.stack == (LoraRow(FOX.ref, 0.9), LoraRow(OWL.ref, 1.0))
    revision = editor.revision
    (work,) = begun
    await work
    assert editor.form.stack == (LoraRow(FOX.ref, 0.9), LoraRow(OWL.ref, 0.6))
    assert editor.revision > revision
    assert "steps" not in editor.form.values
    editor.enter_values(Klein9BLora, {"loras": rows[:1]})
    assert list(editor.form.stack) == [LoraRow(FOX.ref, 0.9)]
    assert len(begun) == 1
