"""Which endpoints and finetunes are on offer over several profiles, and which go together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fluxtui.controllers.generation.changes import to_finetune, to_offer
from fluxtui.controllers.generation.choices import (
    finetune_choices,
    lora_choices,
    offer_choices,
    short_name,
    short_title,
)
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.matching import misfits
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.generation.supply import OfferAnswer, Supply
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.loras import LoraRow
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.prices import Prices
from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.uses import Offer, fits, why_not
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.catalogue import GENERATION as FAL
from fluxtui.providers.fal.generation import Klein9BBaseEditLora, Klein9BBaseLora, Klein9BLora

FindOffer = Callable[..., Offer]
MakeFinetune = Callable[..., Finetune]

ULTRA = "flux-pro-1.1-ultra-finetuned"
ADDRESS = "https://example.org/lumi.safetensors"


@pytest.fixture
def bfl(make_finetune: MakeFinetune) -> Finetune:
    """A finetune that only the account demo can use, by its id."""
    return make_finetune("ft-1", name="Lumi", base=Base.FLUX1_PRO)


@pytest.fixture
def own(make_finetune: MakeFinetune) -> Finetune:
    """A LoRA's file, which goes wherever its base model is."""
    return make_finetune("fox", profile=OWN_FILES, name="Fox", base=Base.FLUX2_DEV, weights_url=ADDRESS)


@pytest.fixture
def stock(all_offers: tuple[Offer, ...], bfl: Finetune, own: Finetune) -> Stock:
    """The offers of demo and studio, and a finetune for each."""
    return Stock(all_offers, (bfl, own))


def test_endpoints_say_whose_they_are_only_where_there_are_several(stock: Stock) -> None:
    groups = {choice.value: choice.group for choice in offer_choices(stock, GenerateForm())}
    assert (groups["studio/atelier/plain"], groups["demo/flux-dev"]) == ("studio", "demo")
    alone = Stock(tuple(offer for offer in stock.offers if offer.profile == "demo"))
    assert {choice.group for choice in offer_choices(alone, GenerateForm())} == {""}


def test_what_has_learned_an_edit_comes_to_an_endpoint_that_edits(make_finetune: MakeFinetune) -> None:
    offers = tuple(Offer("fal", "fal", endpoint) for endpoint in FAL)
    plain = make_finetune("plain", profile="fal", base=Base.KLEIN_9B, weights_url=ADDRESS)
    edit = plain.model_copy(update={"id": "edit", "dataset": TrainingSet(pictures=12, pairs=True)})
    stock = Stock(offers, (plain, edit))
    for finetune, endpoint in ((plain, Klein9BBaseLora), (edit, Klein9BBaseEditLora)):
        chosen = to_finetune(stock, GenerateForm(), finetune.ref).form
        assert chosen.endpoint_id == endpoint.info.id
    at_words = GenerateForm().at(offers[FAL.index(Klein9BLora)])
    assert to_finetune(stock, at_words, plain.ref).form.endpoint_id == Klein9BLora.info.id
    assert to_finetune(stock, at_words, edit.ref).form.endpoint_id == Klein9BBaseEditLora.info.id
    without = Stock((Offer("fal", "fal", Klein9BLora),), (edit,))
    assert to_finetune(without, GenerateForm(), edit.ref).form.endpoint_id == Klein9BLora.info.id


def test_an_edit_without_a_picture_to_be_edited_is_told(make_finetune: MakeFinetune) -> None:
    words, editing = (Offer("fal", "fal", endpoint) for endpoint in (Klein9BLora, Klein9BBaseEditLora))
    plain = make_finetune("plain", profile="fal", base=Base.KLEIN_9B, weights_url=ADDRESS)
    edit = plain.model_copy(update={"id": "edit", "dataset": TrainingSet(pictures=12, pairs=True)})
    stock = Stock((words, editing), (plain, edit))
    notes = [choice.note for choice in lora_choices(words, (plain, edit), shared=False)]
    assert [note.startswith("learned an edit") for note in notes] == [False, True]
    assert "edit" not in lora_choices(editing, (edit,), shared=False)[0].note.partition(" · ")[0].split()
    alone = to_offer(stock, GenerateForm(finetune=edit.ref).at(editing), words)
    assert alone.news.startswith(f"{edit.name} learned an edit, but")
    assert alone.severity == "warning"
    rows = (LoraRow(plain.ref), LoraRow(edit.ref))
    second = to_offer(stock, GenerateForm().at(editing).with_stack(rows), words)
    assert second.news == alone.news
    off = (rows[0], LoraRow(edit.ref, on=False))
    assert not to_offer(stock, GenerateForm().at(editing).with_stack(off), words).news
    assert not to_offer(stock, alone.form, editing).news


def test_profiles_stand_together_finetuned_endpoints_first(all_offers: tuple[Offer, ...]) -> None:
    ours = tuple(offer for offer in all_offers if offer.profile == "demo")
    theirs = tuple(reversed([offer for offer in all_offers if offer.profile == "studio"]))
    supply = Supply(
        ("studio", "demo"), {"demo": OfferAnswer("demo", ours), "studio": OfferAnswer("studio", theirs)}
    )
    profiles = [offer.profile for offer in supply.offers]
    assert profiles == ["studio"] * 3 + ["demo"] * len(ours)
    takes = [offer.endpoint.takes_finetune() for offer in supply.offers if offer.profile == "demo"]
    assert takes == sorted(takes, reverse=True)
    assert [offer.endpoint.info.id for offer in supply.offers][2] == "atelier/plain"


def test_with_a_finetune_its_endpoints_come_first(stock: Stock, own: Finetune) -> None:
    choices = offer_choices(stock, GenerateForm(finetune=own.ref))
    assert {choice.value for choice in choices[:2]} == {"studio/atelier/mix", "studio/atelier/old-mix"}
    groups = {choice.value: choice.group for choice in choices}
    assert groups["studio/atelier/mix"] == "studio · with Fox"
    assert groups["studio/atelier/plain"] == "studio · without Fox"
    assert groups[f"demo/{ULTRA}"] == "demo · without Fox"
    assert len(choices) == len(stock.offers)


def test_a_finetune_says_why_the_endpoint_does_not_take_it(
    stock: Stock, offer: FindOffer, bfl: Finetune, own: Finetune
) -> None:
    mix = offer("atelier/mix", "studio")
    notes = {choice.value: choice.note for choice in finetune_choices(stock, mix)}
    assert notes[own.ref] == "LUMI · FLUX.2 [dev]"
    assert notes[bfl.ref] == "not here: for FLUX.1 [pro] · LUMI"
    notes = {choice.value: choice.note for choice in finetune_choices(stock, offer(ULTRA))}
    assert notes[own.ref].startswith("not here: trained elsewhere")
    notes = {choice.value: choice.note for choice in finetune_choices(stock, offer("flux-dev"))}
    assert "not here" not in notes[own.ref] + notes[bfl.ref]


def test_finetunes_say_whose_they_are(stock: Stock, bfl: Finetune, own: Finetune) -> None:
    labels = {choice.value: choice.label for choice in finetune_choices(stock)}
    assert labels[bfl.ref] == "Lumi · demo"
    assert labels[own.ref] == "Fox · your files"


@pytest.mark.parametrize(
    ("endpoint_id", "profile", "changes", "words"),
    [
        (ULTRA, "second", {"base": Base.FLUX1_PRO}, "belongs to the profile demo, not to second"),
        (ULTRA, "demo", {"base": Base.FLUX2_DEV}, "was trained on FLUX.2 [dev], not on "),
        ("atelier/mix", "studio", {"base": Base.FLUX2_DEV}, "has no file of its weights"),
        ("atelier/plain", "studio", {}, "takes no finetune"),
        (ULTRA, "demo", {}, ""),
        ("atelier/mix", "studio", {"weights_url": ADDRESS}, ""),
    ],
)
def test_why_a_finetune_does_not_fit(
    offer: FindOffer,
    make_finetune: MakeFinetune,
    endpoint_id: str,
    profile: str,
    changes: dict[str, object],
    words: str,
) -> None:
    place, finetune = offer(endpoint_id, profile), make_finetune(**changes)
    assert words in why_not(place, finetune)
    assert fits(place, finetune) is not bool(words)


def test_a_file_is_no_finetune_of_an_account(offer: FindOffer, own: Finetune) -> None:
    assert why_not(offer(ULTRA), own).startswith("is a file of yours; ")


def test_choosing_a_finetune_takes_an_endpoint_of_its_profile_that_is_still_offered(
    stock: Stock, offer: FindOffer, own: Finetune, bfl: Finetune
) -> None:
    form = GenerateForm(prompt="fog").at(offer("flux-dev"))
    change = to_finetune(stock, form, own.ref)
    assert (change.form.profile, change.form.endpoint_id) == ("studio", "atelier/mix")
    assert change.news == "The endpoint is now FLUX.2 [dev] with a LoRA · studio."
    again = to_finetune(stock, change.form, bfl.ref)
    assert (again.form.profile, again.form.endpoint_id) == ("demo", ULTRA)
    assert to_finetune(stock, again.form, None).form.profile == "demo"


def test_a_finetune_that_nothing_takes_changes_nothing(
    stock: Stock, offer: FindOffer, make_finetune: MakeFinetune
) -> None:
    lost = make_finetune("lost", profile="gone", name="Lost")
    form = GenerateForm(prompt="fog").at(offer("flux-dev"))
    change = to_finetune(Stock(stock.offers, (*stock.finetunes, lost)), form, lost.ref)
    assert change.form == form
    assert change.severity == "warning"
    assert lost.ref not in {choice.value for choice in finetune_choices(stock)}


def test_an_address_brings_an_endpoint_that_takes_files(stock: Stock, offer: FindOffer) -> None:
    change = to_finetune(stock, GenerateForm().at(offer("flux-dev")), ADDRESS)
    assert change.form.endpoint_id == "atelier/mix"


def test_an_endpoint_that_does_not_take_the_finetune_says_why_and_remembers_it(
    stock: Stock, offer: FindOffer, bfl: Finetune
) -> None:
    mix = offer("atelier/mix", "studio")
    change = to_offer(stock, GenerateForm(finetune=bfl.ref).at(offer(ULTRA)), mix)
    assert change.news.startswith("Lumi was trained on FLUX.1 [pro], not on FLUX.2 [dev].")
    assert change.form.finetune == bfl.ref
    assert change.form.request_values(mix, bfl)["finetune_id"] is None
    back = to_offer(stock, change.form, offer(ULTRA))
    assert (back.news, back.form.finetune) == ("", bfl.ref)


def test_further_loras_are_offered_as_the_request_names_them(
    stock: Stock, offer: FindOffer, own: Finetune
) -> None:
    mix = offer("atelier/mix", "studio")
    choices = lora_choices(mix, stock.fitting(mix), shared=True)
    assert [choice.value for choice in choices] == ["files/fox"]
    assert own.ref == "files/fox"


def test_a_further_lora_that_does_not_fit_is_a_problem_of_its_field(
    stock: Stock, offer: FindOffer, bfl: Finetune, own: Finetune
) -> None:
    mix = offer("atelier/mix", "studio")
    values = {"finetune_id": own.ref, "extra_lora": bfl.ref}
    (problem,) = misfits(mix, values, stock.finetunes)
    assert problem.field == "extra_lora"
    assert problem.reason.startswith("Lumi was trained on FLUX.1 [pro]")
    assert misfits(mix, {"finetune_id": own.ref, "extra_lora": ADDRESS}, stock.finetunes) == ()
    (problem,) = misfits(mix, {"finetune_id": "just-words"}, stock.finetunes)
    assert problem.reason == "LoRA must be one of yours or the https address of a .safetensors file"


def test_a_price_that_was_told_counts_for_its_service_alone(
    all_offers: tuple[Offer, ...], offer: FindOffer
) -> None:
    told = UnitPrice(0.05, "images", "2026-11-23", live=True)
    prices = Prices().with_told("atelier", {"atelier/mix": told, "atelier/plain": told})
    stock = Stock(all_offers, (), prices)
    notes = {choice.value: choice.note for choice in offer_choices(stock, GenerateForm())}
    assert notes["studio/atelier/mix"] == "$0.05"
    assert notes["studio/atelier/old-mix"] == "$0.03 · ended"
    # It has no way to reckon with a price that was told, so our own table holds.
    assert notes["studio/atelier/plain"] == "$0.03 · base"
    assert stock.price_of(offer("atelier/plain", "studio")) is None


def test_a_form_of_a_profile_that_is_gone_begins_with_the_same_endpoint_of_another(
    all_offers: tuple[Offer, ...],
) -> None:
    form = GenerateForm("removed", "flux-dev", None, "fog")
    assert Stock(all_offers).beginning(form) == GenerateForm("demo", "flux-dev", None, "fog")
    assert Stock().beginning(form) == form


def test_long_names_keep_their_owner_while_there_is_room() -> None:
    assert short_name("a rather long name · studio", 20) == "a rather l… · studio"
    assert short_name("a rather long name · studio", 12) == "a rather long name"
    assert short_title("FLUX.2 [dev] with a LoRA · studio", 24) == "FLUX.2 [dev] · studio"
    assert short_title("FLUX.1 [dev] with LoRA · replicate", 24) == "FLUX.1 [dev] · replicate"
    assert short_title("FLUX.2 [dev] with LoRAs · fal", 25) == "FLUX.2 [dev] · fal"
    assert short_title("FLUX.2 [klein] 9B base with LoRAs · fal", 25) == "[klein] 9B base · fal"
    assert short_title("FLUX.2 [klein] 9B base, edit with LoRAs · fal", 25) == "[klein] 9B base, e… · fal"
    assert short_title("FLUX.2 [klein] 9B with a LoRA", 20) == "FLUX.2 [klein] 9B"
    assert short_title("FLUX.2 [dev] with a LoRA · studio", 40) == "FLUX.2 [dev] with a LoRA · studio"
