"""The descriptions of all endpoints: sane, and complete for whoever reads them."""

from __future__ import annotations

import pytest

from fluxtui.domain.dataset import CaptionRule
from fluxtui.domain.endpoint import (
    Availability,
    Endpoint,
    FinetuneBy,
    GenerationEndpoint,
    PictureRole,
    TrainingEndpoint,
    fields_of,
)
from fluxtui.domain.loras import LORAS, stack_field
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.catalogue import GENERATION, TRAINING
from fluxtui.providers.fal.prices import TABLE
from fluxtui.simulator.fal.catalogue import endpoints as simulated

ENDPOINTS: tuple[type[Endpoint], ...] = (*GENERATION, *TRAINING)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.info.id)
def test_description_is_complete(endpoint: type[Endpoint]) -> None:
    assert endpoint.info.id in simulated()
    assert endpoint.info.id in TABLE
    assert endpoint.info.live_price is not None
    for field in fields_of(endpoint):
        assert field.title
        assert field.help.endswith(".")
    assert endpoint.info.summary.endswith(".")


def test_every_price_belongs_to_an_endpoint() -> None:
    assert {endpoint.info.id for endpoint in ENDPOINTS} == TABLE.keys()


@pytest.mark.parametrize("endpoint", GENERATION, ids=lambda endpoint: endpoint.info.id)
def test_generation_takes_loras_of_one_base_or_none_at_all(endpoint: type[GenerationEndpoint]) -> None:
    use, stack = endpoint.info.finetunes, stack_field(endpoint)
    assert not endpoint.needs_finetune()
    assert endpoint.takes_finetune() == (use is not None) == (stack is not None)
    if use is not None and stack is not None:
        assert (use.by, len(use.bases), stack.name) == (FinetuneBy.WEIGHTS, 1, LORAS)
        assert (use.most, stack.minimum, stack.maximum) == (stack.max_length, 0, 4)


def test_every_trainer_has_an_endpoint_for_what_it_makes() -> None:
    used = {
        base for endpoint in GENERATION if endpoint.info.finetunes for base in endpoint.info.finetunes.bases
    }
    assert {trainer.info.trains for trainer in TRAINING} <= used


def test_what_upscales_says_so() -> None:
    roles = {item.info.id: {field.role for field in fields_of(item)} for item in GENERATION}
    upscaling = {name for name, own in roles.items() if PictureRole.UPSCALE in own}
    assert upscaling == {"fal-ai/seedvr/upscale/image", "fal-ai/clarity-upscaler"}


def test_first_trainer_is_klein_9b() -> None:
    first = TRAINING[0]
    assert (first.info.id, first.info.trains) == ("fal-ai/flux-2-klein-9b-base-trainer", Base.KLEIN_9B)
    assert first.rules.captions is CaptionRule.NEEDED
    assert first.rules.default_caption in first.model_fields


@pytest.mark.parametrize("trainer", TRAINING, ids=lambda trainer: trainer.info.id)
def test_trainer_says_what_is_what(trainer: type[TrainingEndpoint]) -> None:
    fields = {field.name: field for field in fields_of(trainer)}
    assert fields[trainer.name_field].local
    assert fields[trainer.steps_field].unit == "steps"
    needed = trainer.rules.captions is CaptionRule.NEEDED
    assert trainer.rules.advised_pictures == (10 if needed else 4)
    assert trainer.info.trains is not None


def test_what_is_not_sure_to_live_says_so() -> None:
    unsure = {trainer.info.id: trainer.info.availability for trainer in TRAINING}
    assert unsure["blackforestlabs/flux-3/klein/base/trainer"] is Availability.BETA
    assert unsure["blackforestlabs/flux-3/klein/base/trainer/edit"] is Availability.BETA
    assert unsure["fal-ai/flux-2-klein-4b-base-trainer"] is Availability.HISTORIC
    assert list(unsure.values()).count(Availability.SERVING) == len(unsure) - 3


def test_trigger_word_becomes_the_default_caption() -> None:
    assert TRAINING[0].suggested({"trigger_word": " FOXX "}) == {"default_caption": "FOXX"}
    assert TRAINING[0].suggested({}) == {"default_caption": None}
