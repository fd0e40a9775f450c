"""How long to train so many pictures, values for a purpose, and how long a training takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fluxtui.domain.advice import Purpose, StepsRule, wanted
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.pace import pace_of
from fluxtui.domain.presets import presets_of, valid_values
from tests.fakes.academy import Captioned, Quick

RULE = StepsRule(trial=140, usual=300, per_picture=30, most=500)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pictures", "steps", "reason"),
    [
        (0, 300, "for most subjects"),
        (1, 300, "enough up to 10"),
        (10, 300, "enough up to 10"),
        (12, 360, "30 for each"),
        (40, 500, "more is not advised"),
    ],
)
def test_many_pictures_need_more_steps_up_to_a_bound(pictures: int, steps: int, reason: str) -> None:
    assert RULE.suggested(pictures) == steps
    sentence = RULE.sentence(pictures)
    assert f"{steps} steps" in sentence
    assert reason in sentence
    assert "140 to try out" in sentence


def test_a_character_wants_one_person_in_all_pictures() -> None:
    (advice,) = wanted("mode", "character")
    assert (advice.field, "One person in all pictures" in advice.text) == ("mode", True)
    assert wanted("mode", "[/x]") == wanted("mode", None) == ()


def test_only_values_that_an_endpoint_takes_are_valid() -> None:
    values = {"name": "Fox", "steps": 3, "trigger_word": "fx", "colour": "red", "default_caption": ["a"]}
    assert valid_values(Quick, values) == {"name": "Fox", "trigger_word": "fx"}
    assert valid_values(Quick, {"steps": "many"}) == {}
    assert valid_values(Captioned, {"steps": 500, "default_caption": "a fox"}) == {
        "steps": 500,
        "default_caption": "a fox",
    }


def test_a_trainer_without_rules_of_thumb_has_no_presets_and_no_advice() -> None:
    assert presets_of(Quick, 10) == ()
    assert Quick.advice({"steps": 100}, 10) == ()


def test_a_preset_never_leaves_the_range_of_its_endpoint() -> None:
    class Short(Quick):
        steps_field = "steps"
        steps_rule = StepsRule(trial=50, usual=100, per_picture=1_000, most=90_000)
        purposes = {Purpose.STYLE: {"trigger_word": "x", "colour": "red"}}  # noqa: RUF012

    trial, style = presets_of(Short, 80)
    assert (trial.purpose, trial.values) == (Purpose.TRIAL, {"steps": 50})
    assert (style.purpose, style.values) == (Purpose.STYLE, {"trigger_word": "x"})


def training(seconds: float, steps: object, **changes: Any) -> Job:
    values = {
        "id": f"job-{seconds}",
        "kind": JobKind.TRAINING,
        "state": JobState.DONE,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": "finetune",
        "title": "Fox",
        "parameters": {"iterations": steps},
        "estimate_credits": 400.0,
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
        "finished_at": NOW + timedelta(seconds=seconds),
        **changes,
    }
    return Job.model_validate(values)


def test_the_pace_is_the_median_of_what_this_trainer_has_finished() -> None:
    jobs = [
        training(300, 300),
        training(600, 300),
        training(90_000, 300),
        training(1, 300, endpoint="other"),
        training(2, 300, provider="fal"),
        training(3, 300, kind=JobKind.GENERATION),
        training(4, 300, state=JobState.FAILED),
        training(5, None),
        training(6, 300, submitted_at=None),
    ]
    pace = pace_of(jobs, "bfl", "finetune", "iterations")
    assert pace is not None
    assert (pace.seconds_per_step, pace.trainings) == (2.0, 3)
    assert pace.seconds(150) == 300


def test_without_a_finished_training_nothing_is_said_of_time() -> None:
    assert pace_of([training(4, 300, state=JobState.FAILED)], "bfl", "finetune", "iterations") is None
    assert pace_of([], "bfl", "finetune", "iterations") is None
