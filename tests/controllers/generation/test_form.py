from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.form_fields import parameters_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.uses import Offer
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.catalogue import GENERATION
from fluxtui.providers.bfl.finetuned import FillFinetuned, UltraFinetuned
from fluxtui.providers.bfl.flux1 import FluxDev, FluxPro11Ultra
from fluxtui.providers.bfl.flux2 import Flux2Pro
from fluxtui.providers.replicate.generation import TrainedVersion

MakeFinetune = Callable[..., Finetune]

ULTRA = Offer("demo", "bfl", UltraFinetuned)
DEV = Offer("demo", "bfl", FluxDev)
PRO = Offer("demo", "bfl", FluxPro11Ultra)
VERSION = Offer("replicate", "replicate", TrainedVersion)
FILL = Offer("demo", "bfl", FillFinetuned)


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("a lamp in fog", "LUMI, a lamp in fog"),
        ("  a lamp in fog \n", "LUMI, a lamp in fog"),
        ("a lamp called lumi in fog", "a lamp called lumi in fog"),
        ("LUMINOUS fog", "LUMI, LUMINOUS fog"),
        ("", ""),
    ],
)
def test_the_trigger_word_is_put_in_once(make_finetune: MakeFinetune, prompt: str, sent: str) -> None:
    form = GenerateForm(finetune="demo/ft-1", prompt=prompt).at(ULTRA)
    assert form.request_values(ULTRA, make_finetune())["prompt"] == sent


def test_the_trigger_word_can_be_left_out(make_finetune: MakeFinetune) -> None:
    form = GenerateForm(finetune="demo/ft-1", prompt="fog", with_trigger=False).at(ULTRA)
    assert form.request_values(ULTRA, make_finetune())["prompt"] == "fog"


def test_an_endpoint_without_finetune_gets_neither_word_nor_finetune(make_finetune: MakeFinetune) -> None:
    form = GenerateForm(finetune="demo/ft-1", prompt="fog").at(DEV)
    values = form.request_values(DEV, make_finetune())
    assert values["prompt"] == "fog"
    assert "finetune_id" not in values


def test_what_two_endpoints_know_is_kept_and_the_rest_waits() -> None:
    form = GenerateForm().with_values(FluxDev, {"seed": 5, "steps": 20, "guidance": 3.0})
    assert form.values == {"seed": 5, "steps": 20}
    other = form.with_values(FluxPro11Ultra, {**form.values_for(PRO), "raw": True})
    assert other.values_for(PRO)["seed"] == 5
    assert other.values_for(DEV)["steps"] == 20
    assert "steps" not in other.request_values(PRO)


def test_a_value_that_does_not_fit_gives_way_to_the_default() -> None:
    form = GenerateForm(values={"guidance": 80.0, "aspect_ratio": "5:1", "width": 100, "seed": 3})
    values = form.values_for(DEV)
    assert (values["guidance"], values["width"], values["seed"]) == (3.0, 1024, 3)
    assert form.values_for(PRO)["aspect_ratio"] == "16:9"


def test_a_wrong_number_reaches_the_check_of_the_endpoint() -> None:
    form = GenerateForm(prompt="fog").with_values(FluxDev, {"steps": 900})
    with pytest.raises(InvalidInput) as caught:
        FluxDev.checked(form.request_values(DEV))
    assert [problem.field for problem in caught.value.problems] == ["steps"]


@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
def test_every_endpoint_has_a_price_before_anything_is_typed(endpoint: Any) -> None:
    estimate = GenerateForm().estimate(Offer("demo", "bfl", endpoint))
    assert estimate is not None
    assert estimate.credits > 0
    assert not {"prompt", "finetune_id"} & {item.name for item in parameters_of(endpoint)}


def test_a_wrong_finetune_hides_no_price() -> None:
    form = GenerateForm(finetune="-").with_values(TrainedVersion, {"steps": 10})
    few = form.at(VERSION).estimate(VERSION)
    many = form.with_values(TrainedVersion, {"steps": 40}).estimate(VERSION)
    assert few is not None
    assert many is not None
    assert few.credits < many.credits
    assert form.with_values(TrainedVersion, {"steps": 900}).estimate(VERSION) is None


def test_there_is_no_price_while_a_parameter_is_wrong() -> None:
    form = GenerateForm(prompt="fog").with_values(Flux2Pro, {"width": 7})
    assert form.estimate(Offer("demo", "bfl", Flux2Pro)) is None


def test_a_draft_gives_the_same_form_again() -> None:
    form = GenerateForm("demo", "flux-dev", "demo/ft-1", "fog\nand rain", {"seed": 5}, 4, with_trigger=False)
    assert GenerateForm.from_draft(form.draft()) == form


def test_a_draft_of_before_there_were_profiles_keeps_its_finetune() -> None:
    old = {"endpoint_id": "flux-dev", "finetune_id": "ft-1", "prompt": "fog"}
    assert GenerateForm.from_draft(old) == GenerateForm("", "flux-dev", "ft-1", "fog")


def test_a_draft_of_before_references_were_a_list_keeps_them() -> None:
    old = {
        "endpoint_id": "flux-2-pro",
        "values": {"input_image_2": "/b.png", "input_image": "/a.png", "seed": 1},
    }
    assert GenerateForm.from_draft(old).values == {"references": ["/a.png", "/b.png"], "seed": 1}
    damaged = {"values": {"references": "/a.png", "input_image": 5}}
    assert GenerateForm.from_draft(damaged).values == {}


@pytest.mark.parametrize(
    "draft",
    [{}, {"prompt": 5, "values": [], "count": "x", "with_trigger": None, "other": 1}],
    ids=["empty", "nonsense"],
)
def test_a_damaged_draft_is_an_empty_form(draft: dict[str, Any]) -> None:
    assert GenerateForm.from_draft(draft) == GenerateForm()


@pytest.mark.parametrize("count", [0, 25, None, "4", 1.5])
def test_a_wrong_number_of_pictures_is_told(count: Any) -> None:
    with pytest.raises(InvalidInput, match="1 to 24"):
        replace(GenerateForm(), count=count).pictures()


def test_a_recipe_becomes_the_form_it_came_from(make_finetune: MakeFinetune) -> None:
    form = GenerateForm(finetune="demo/ft-1", prompt="fog").at(ULTRA)
    form = form.with_values(UltraFinetuned, {"seed": 9})
    recipe = UltraFinetuned.checked(form.request_values(ULTRA, make_finetune())).given()
    assert recipe["finetune_id"] == "ft-1"
    again = GenerateForm.from_recipe(ULTRA, recipe, "demo/ft-1")
    assert again == replace(form, prompt="LUMI, fog")
    assert again.request_values(ULTRA, make_finetune())["prompt"] == "LUMI, fog"
    assert GenerateForm.from_recipe(ULTRA, recipe).finetune == "ft-1"


def test_a_picture_stays_when_the_endpoint_changes_to_one_that_takes_it() -> None:
    form = GenerateForm().with_values(FillFinetuned, {"image": "/pictures/lamp.png"})
    assert form.values_for(FILL)["image"] == "/pictures/lamp.png"


def test_a_file_stands_in_the_request_by_its_ref(
    offer: Callable[..., Offer], make_finetune: MakeFinetune
) -> None:
    mix = offer("atelier/mix", "studio")
    own = make_finetune(
        "own", profile=OWN_FILES, base=Base.FLUX2_DEV, weights_url="https://e.org/a.safetensors"
    )
    form = GenerateForm(finetune=own.ref, prompt="fog").at(mix)
    assert form.request_values(mix, own)["finetune_id"] == "files/own"
    assert form.request_values(mix, own)["prompt"] == "LUMI, fog"


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("https://example.org/a.safetensors", True),
        ("https://example.org/a.safetensors?sig=1", True),
        ("http://example.org/a.safetensors", False),
        ("https://example.org/a.zip", False),
        ("an-id", False),
        ("https://[broken/a.safetensors", False),
    ],
)
def test_an_address_goes_with_what_takes_files(offer: Callable[..., Offer], typed: str, taken: bool) -> None:
    mix = offer("atelier/mix", "studio")
    assert (GenerateForm(finetune=typed).at(mix).finetune_for(mix, None) == typed) is taken
    assert (GenerateForm(finetune=typed).finetune_for(ULTRA, None) is None) is ("://" in typed)


def test_a_further_lora_stays_only_where_the_endpoint_takes_it(
    offer: Callable[..., Offer], make_finetune: MakeFinetune
) -> None:
    mix = offer("atelier/mix", "studio")
    right = make_finetune(
        "a", profile=OWN_FILES, base=Base.FLUX2_DEV, weights_url="https://e.org/a.safetensors"
    )
    wrong = right.model_copy(update={"id": "b", "base": Base.FLUX1_DEV})
    known = (right, wrong)

    def second(ref: str) -> Any:
        form = GenerateForm().with_values(mix.endpoint, {"extra_lora": ref})
        return form.values_for(mix, known)["extra_lora"]

    assert second(right.ref) == right.ref
    assert second(wrong.ref) is None
    assert second("https://example.org/c.safetensors") == "https://example.org/c.safetensors"


def test_a_draft_of_before_the_second_lora_stood_in_a_list_has_it_there() -> None:
    kept = {"finetune_strength": 0.7, "extra_lora": "files/owl", "extra_lora_scale": 0.4}

    def rows(endpoint_id: str) -> list[tuple[str, float]]:
        form = GenerateForm.from_draft({"endpoint_id": endpoint_id, "finetune": "files/fox", "values": kept})
        return [(row.finetune, row.weight) for row in form.stack]

    assert rows("black-forest-labs/flux-dev-lora") == [("files/fox", 0.7), ("files/owl", 0.4)]
    # Where it is a parameter of its own still, it stays one.
    assert rows("trained-version") == [("files/fox", 0.7)]
    draft = {"endpoint_id": "trained-version", "values": kept}
    assert GenerateForm.from_draft(draft).values["extra_lora"] == "files/owl"
