"""What the trainers of all services advise fits what they take."""

from __future__ import annotations

import pytest

from fluxtui.domain.advice import Purpose
from fluxtui.domain.endpoint import TrainingEndpoint, fields_of
from fluxtui.domain.presets import presets_of
from fluxtui.providers.bfl import training as bfl
from fluxtui.providers.fal import training as fal
from fluxtui.providers.replicate import training as replicate


def trainers() -> list[type[TrainingEndpoint]]:
    found = {
        item
        for module in (bfl, fal, replicate)
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, TrainingEndpoint) and "info" in vars(item)
    }
    return sorted(found, key=lambda item: item.info.id)


TRAINERS = pytest.mark.parametrize("trainer", trainers(), ids=lambda item: item.info.id)
COUNTS = (0, 1, 7, 20, 1000)


def needed(trainer: type[TrainingEndpoint]) -> dict[str, object]:
    """Return values for the parameters that have none by themselves."""
    return {
        item.name: item.choices[0] if item.choices else "Fox" for item in fields_of(trainer) if item.required
    }


def test_all_trainers_of_all_services_are_here() -> None:
    assert len(trainers()) == 11


@TRAINERS
def test_what_is_suggested_is_in_range(trainer: type[TrainingEndpoint]) -> None:
    names = {item.name for item in fields_of(trainer)}
    for pictures in COUNTS:
        advices = trainer.advice(needed(trainer), pictures)
        assert any(advice.field == trainer.steps_field for advice in advices)
        for advice in advices:
            assert advice.field in names
            assert advice.text.strip()
            if advice.value is not None:
                trainer.checked({**needed(trainer), advice.field: advice.value})


@TRAINERS
def test_presets_are_taken_as_they_are(trainer: type[TrainingEndpoint]) -> None:
    rule = trainer.steps_rule
    assert rule is not None
    assert rule.trial < rule.usual
    for pictures in COUNTS:
        presets = presets_of(trainer, pictures)
        assert [preset.purpose for preset in presets] == [
            purpose for purpose in Purpose if purpose is Purpose.TRIAL or purpose in trainer.purposes
        ]
        for preset in presets:
            wanted = {trainer.steps_field, *trainer.purposes.get(preset.purpose, {})}
            assert set(preset.values) == wanted
            given = trainer.checked({**needed(trainer), **preset.values}).given()
            assert {name: given[name] for name in wanted} == dict(preset.values)


@TRAINERS
def test_the_usual_steps_are_those_of_the_trainer(trainer: type[TrainingEndpoint]) -> None:
    field = next(item for item in fields_of(trainer) if item.name == trainer.steps_field)
    assert trainer.steps_rule is not None
    assert trainer.steps_rule.usual == field.default
    assert trainer.steps_rule.unit == field.unit


def test_a_trial_at_bfl_costs_the_lower_price_and_many_pictures_no_more_than_usual() -> None:
    costs = [
        bfl.BFLTraining.checked({**needed(bfl.BFLTraining), **preset.values}).estimate().credits
        for preset in presets_of(bfl.BFLTraining, 20)
    ]
    assert costs == [200, 400, 400, 400]


def test_the_learning_rate_of_bfl_is_advised_by_type() -> None:
    rates = {
        kind: next(
            advice.value
            for advice in bfl.BFLTraining.advice({"finetune_type": kind}, 7)
            if advice.field == "learning_rate"
        )
        for kind in ("full", "lora")
    }
    assert rates == {"full": 1e-5, "lora": 1e-4}


def test_trainers_that_know_captions_alone_say_so() -> None:
    def told(word: str) -> str:
        advices = fal.Klein9BTrainer.advice({"trigger_word": word}, 7)
        return " ".join(advice.text for advice in advices if advice.field == "trigger_word")

    assert "Captions alone" in told("")
    assert "Write lntrn into every caption" in told("lntrn")
