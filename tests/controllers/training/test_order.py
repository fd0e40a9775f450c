"""Values, advice, prices before and after, and presets of an order: pure functions."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.controllers.training.advice import advice_texts, time_text
from fluxtui.controllers.training.order import (
    CostChange,
    Filling,
    TrainingOrder,
    completed,
    values_line,
)
from fluxtui.controllers.training.presets import preset_choices
from fluxtui.controllers.training.price import changed_text
from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.domain.money import Estimate
from fluxtui.domain.pace import Pace
from fluxtui.domain.uses import Trainer
from fluxtui.providers.bfl.catalogue import TRAINING as BFL
from fluxtui.providers.bfl.training import BFLTraining
from fluxtui.providers.fal.catalogue import TRAINING as FAL
from fluxtui.providers.replicate.catalogue import TRAINING as REPLICATE
from fluxtui.services.presets import SavedPreset
from fluxtui.widgets.parameter_form.values import FormValues
from tests.fakes.academy import Quick

TRAINER = Trainer("demo", "bfl", "BFL", BFLTraining)
OTHER = Trainer("school", "academy", "Academy", Quick)


def test_a_cost_is_compared_with_the_one_before_the_field_was_touched() -> None:
    two, four, six = (Estimate(credits, "") for credits in (200.0, 400.0, 600.0))
    change = CostChange().following("iterations", two)
    assert change.show(four) == "$2.00 → $4.00"
    further = change.following("iterations", four)
    assert further.show(six) == "$2.00 → $6.00"
    assert further.following("mode", six).show(six) == ""
    assert change.show(None) == CostChange("iterations", None).show(four) == CostChange().show(two) == ""


def test_a_change_says_what_it_leaves_and_a_fault_stays_said() -> None:
    change, four = "$2.00 → $4.00", Estimate(400.0, "")
    assert changed_text("", "as ever", four, 2_000.0) == "as ever"
    assert changed_text(change, "as ever", four, 2_000.0) == "$2.00 → $4.00, leaves $16.00"
    assert changed_text(change, "not known", four, None) == change
    assert changed_text(change, "too little", four, 100.0) == "too little"
    assert changed_text(change, "no price", None, 100.0) == "no price"


def test_time_is_told_only_by_own_trainings() -> None:
    order = TrainingOrder(TRAINER, values={"iterations": 300})
    assert time_text(order, None) == ""
    assert time_text(order, Pace(1.2, 1)) == "About 6 m 00 s, by your last training with it."
    assert "your 3 trainings" in time_text(order, Pace(1.2, 3))
    assert time_text(TrainingOrder(TRAINER, values={"iterations": "x"}), Pace(1.2, 1)) == ""
    assert time_text(TrainingOrder(), Pace(1.2, 1)) == ""


def test_advice_is_said_at_its_fields() -> None:
    said = advice_texts(TrainingOrder(TRAINER, values={"mode": "character", "iterations": 300}), Pace(1.2, 2))
    assert said["mode"].startswith("One person in all pictures")
    assert "300 iterations" in said["iterations"]
    assert "About 6 m 00 s" in said["iterations"]
    assert said[""].startswith(BFLTraining.info.summary)
    assert advice_texts(TrainingOrder(), None) == {}
    assert set(advice_texts(TrainingOrder(OTHER), None)) == {""}


def test_a_name_that_exists_is_told_at_the_name() -> None:
    field = BFLTraining.name_field
    order = TrainingOrder(TRAINER, values={field: " lantern ", "iterations": 300})
    assert "of this name already" in advice_texts(order, None, ["Fog", "Lantern"])[field]
    assert field not in advice_texts(order, None, ["Fog", "Lanterns", ""])
    assert field not in advice_texts(TrainingOrder(TRAINER, values={field: ""}), None, ["Fog"])


def test_presets_name_their_values_and_prices() -> None:
    saved = [
        SavedPreset(name="Theirs", provider="academy", endpoint="academy/quick", values={"steps": 20}),
        SavedPreset(name="Mine [/x]", provider="bfl", endpoint="finetune", values={"iterations": 700}),
    ]
    order = TrainingOrder(TRAINER, values={"mode": "style", "iterations": 300})
    choices = preset_choices(order, saved)
    assert [choice.label for choice in choices] == [
        "quick test",
        "character",
        "product",
        "style",
        "Mine [/x]",
        "Theirs",
        "save these values …",
        "delete one of yours …",
    ]
    assert choices[0].note == "$2.00 · Iterations 140, Priority speed"
    assert choices[4].note == "Iterations 700"
    assert choices[5].note == "academy/quick"
    assert [choice.group for choice in preset_choices(order, ())][-1] == "Keep"
    assert len(preset_choices(order, ())) == 5
    assert preset_choices(TrainingOrder(), saved) == ()
    assert values_line(BFLTraining, {"captioning": True, "learning_rate": 1e-5, "nonsense": 3}) == (
        "Learning rate 0.00001, Automatic captions yes"
    )


def test_a_filling_takes_what_fits_and_keeps_the_rest_unless_it_is_whole() -> None:
    before = TrainingOrder(TRAINER, values={"finetune_comment": "Fox", "iterations": 300, "mode": "style"})
    values = {"iterations": 5, "mode": "character", "colour": "red"}
    assert Filling(TRAINER.ref, values).values_for(TRAINER, None, before) == {
        "finetune_comment": "Fox",
        "iterations": 300,
        "mode": "character",
    }
    assert Filling(TRAINER.ref, values, is_whole=True).values_for(TRAINER, None, before) == {
        "mode": "character"
    }
    moved = Filling(OTHER.ref, {"steps": 20}).values_for(OTHER, {"trigger_word": "fx"}, before)
    assert moved == {"name": "Fox", "steps": 20, "trigger_word": "fx"}


@pytest.mark.parametrize("endpoint", [*BFL, *FAL, *REPLICATE], ids=lambda item: str(item.info.id))
@pytest.mark.parametrize(
    "given",
    [{}, {"finetune_type": "lora"}, {"learning_rate": 3e-5}, {"trigger_word": "lntrn"}, {"steps": None}],
    ids=str,
)
def test_what_is_left_open_is_completed_as_the_form_does(
    endpoint: type[TrainingEndpoint], given: dict[str, Any]
) -> None:
    order = TrainingOrder(Trainer("a", "b", "C", endpoint), values=given)
    known = {name: value for name, value in order.given().items() if value is not None}
    form = FormValues(order.fields(), known, endpoint.suggested)
    complete = TrainingOrder(order.trainer, values=completed(order))
    assert complete.given() == form.as_dict()
    shown = FormValues(complete.fields(), complete.given(), endpoint.suggested)
    assert shown.as_dict() == complete.given(), "what it is given is what it shows"
