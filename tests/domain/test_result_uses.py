"""Where the result of a training works, by what endpoints take."""

from __future__ import annotations

import pytest

from fluxtui.domain.endpoint import Availability, FinetuneBy, TrainingEndpoint
from fluxtui.domain.parameters import PictureRole
from fluxtui.domain.picture_fields import field_with
from fluxtui.domain.result_uses import ResultUse, result_uses, uses_text
from fluxtui.domain.uses import Offer
from fluxtui.providers.bfl.training import BFLTraining
from fluxtui.providers.fal.catalogue import GENERATION, TRAINING
from fluxtui.providers.fal.edit_training import Flux3KleinEditTrainer, KontextTrainer
from fluxtui.providers.fal.generation import Flux1Lora, KontextLora
from fluxtui.providers.fal.training import FastTrainer, Klein4BTrainer, Klein9BTrainer
from fluxtui.providers.registry import described_generation, provider_hosts


def everything(profile: str, provider: str) -> list[tuple[str, Offer]]:
    """Return all endpoints, those of one provider as offers of a profile."""
    return [
        (provider_hosts(name).title, Offer(profile if name == provider else "", name, endpoint))
        for name, listed in described_generation().items()
        for endpoint in listed
    ]


def services(trainer: type[TrainingEndpoint], provider: str = "fal") -> dict[str, ResultUse]:
    return {use.service: use for use in result_uses("mine", trainer, everything("mine", provider))}


def test_a_lora_works_at_every_service_that_takes_its_file() -> None:
    found = services(FastTrainer)
    assert {"fal.ai", "Replicate"} <= found.keys()
    assert Flux1Lora.info.title in found["fal.ai"].titles
    assert not found["fal.ai"].may_have_ended
    assert "Black Forest Labs" not in found


def test_a_finetune_known_by_its_id_works_where_it_was_trained() -> None:
    own = services(BFLTraining, "bfl")
    assert own.keys() == {"Black Forest Labs"}
    assert services(BFLTraining, "fal") == {}


@pytest.mark.parametrize("trainer", TRAINING, ids=lambda trainer: trainer.info.id)
def test_only_endpoints_for_the_very_base_are_named(trainer: type[TrainingEndpoint]) -> None:
    titles = {title for use in services(trainer).values() for title in use.titles}
    for endpoint in GENERATION:
        use = endpoint.info.finetunes
        fits = use is not None and use.by is FinetuneBy.WEIGHTS and trainer.info.trains in use.bases
        edits = trainer.rules.pairs is None or field_with(endpoint, PictureRole.REFERENCE) is not None
        assert (endpoint.info.title in titles) is (fits and edits)


def test_an_edit_works_only_where_there_is_a_picture_to_be_edited() -> None:
    (kontext,) = services(KontextTrainer).values()
    assert KontextLora.info.title in kontext.titles
    assert result_uses("mine", Flux3KleinEditTrainer, ()) == ()


def test_what_is_surely_there_is_named_first_and_what_may_have_ended_says_so() -> None:
    uses = (ResultUse("fal.ai", ("A", "B", "C")), ResultUse("Elsewhere", ("D",), may_have_ended=True))
    assert uses_text(uses) == (
        "Its result works at fal.ai with A and 2 more endpoints; at Elsewhere with D, which may have ended."
    )
    assert uses_text(uses, most=2).startswith("Its result works at fal.ai with A · B and 1 more endpoint;")
    assert uses_text(uses[:1], most=0) == "Its result works at fal.ai with 3 endpoints."
    assert uses_text(()) == ""
    for trainer in (Klein9BTrainer, Klein4BTrainer):
        (use,) = services(trainer).values()
        assert use.may_have_ended is all(
            endpoint.info.availability is Availability.HISTORIC
            for endpoint in GENERATION
            if endpoint.info.title in use.titles
        )
