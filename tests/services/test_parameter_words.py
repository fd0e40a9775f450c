"""What is told of parameters: those that counted, by the names of the form."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fluxtui.controllers.jobs.controller import JobStory
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.controllers.pictures.parameters import parameter_rows
from fluxtui.domain.endpoint import Control, Endpoint, fields_of
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.providers.registry import described_endpoint, provider_hosts, provider_ids
from fluxtui.screens.jobs.details import job_details
from fluxtui.services.parameter_words import parameters_in_words
from fluxtui.services.recipes.recall.recalled import Recalled
from fluxtui.services.recipes.recall.summary import rows

DEV = "fal-ai/flux-2/lora"


def endpoint(endpoint_id: str) -> type[Endpoint]:
    found = described_endpoint(endpoint_id)
    assert found is not None
    return found


def request(endpoint_id: str, **values: Any) -> Endpoint:
    return endpoint(endpoint_id).checked({"prompt": "a fox", "finetune_id": "a" * 64, **values})


def test_every_provider_describes_its_endpoints() -> None:
    for provider_id in provider_ids():
        assert provider_hosts(provider_id).catalogue
    assert described_endpoint("nobody/knows") is None


def test_what_a_parameter_needs_is_a_parameter_beside_it() -> None:
    for provider_id in provider_ids():
        catalogue = __import__(provider_hosts(provider_id).catalogue, fromlist=["GENERATION"])
        for one in (*catalogue.GENERATION, *catalogue.TRAINING):
            fields = {field.name: field for field in fields_of(one)}
            for field in fields.values():
                name, _, value = field.needs.partition("=")
                assert not name or name in fields, (one, field.name)
                is_toggle = bool(name) and fields[name].control is Control.TOGGLE
                offered = ("True", "False") if is_toggle else fields[name].choices if name else ()
                assert not value or value in offered, (one, field.name)


@pytest.mark.parametrize(
    ("values", "unused"),
    [
        ({"image_size": "landscape_16_9"}, {"width", "height"}),
        ({"image_size": "custom"}, set()),
        (
            {"image_size": "square", "finetune_id_2": "b" * 64, "finetune_strength_2": 0.5},
            {"width", "height"},
        ),
    ],
)
def test_the_recipe_has_what_counted_and_makes_the_same_request(
    values: dict[str, Any], unused: set[str]
) -> None:
    made = request(DEV, **values)
    assert made.given().keys() - made.used().keys() == unused
    again = type(made).checked(made.used())
    assert again.plain_input() == made.plain_input()  # type: ignore[attr-defined]
    assert again.estimate() == made.estimate()


OLD = {
    "prompt": "a fox",
    "image_size": "landscape_16_9",
    "width": 1024,
    "height": 1024,
    "finetune_id": "files/fox",
    "finetune_strength": 0.8,
    "finetune_id_3": "files/owl",
    "finetune_strength_2": 0.3,
    "finetune_strength_3": 0.5,
    "image": None,
    "enable_safety_checker": True,
    "an_old_name": 3,
}


def test_old_recipes_are_told_without_what_counted_for_nothing() -> None:
    told = parameters_in_words(DEV, OLD)
    assert told == {
        "Prompt": "a fox",
        "Size": "landscape 1024 x 576",
        "LoRA": "files/fox",
        "Finetune strength": 0.8,
        "LoRA 2": "files/owl",
        "Strength of LoRA 2": 0.5,
        "Safety check": "on",
        "An old name": 3,
    }
    assert parameters_in_words("nobody/knows", {"image_size": "square"}) == {"Image size": "square"}


def test_every_place_tells_the_same() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    job = Job(
        id="j",
        work=GenerationWork(),
        state=JobState.DONE,
        profile="fal",
        provider="fal",
        endpoint=DEV,
        title="a fox",
        parameters=OLD,
        estimate_credits=1,
        created_at=now,
        updated_at=now,
    )
    rows = {row.name: row.values[0] for row in parameter_rows([ViewItem.from_job(job, Path("/a.png"))])}
    assert rows["Size"] == "landscape 1024 x 576"
    assert "Width" not in rows
    details = job_details(job, JobStory()).plain
    assert "Safety check on" in details
    assert "strength of the second" not in details.lower()
    assert "Width" not in details


@pytest.mark.parametrize(
    "values",
    [
        {"finetune_id": "a", "finetune_strength": 0.7, "finetune_id_2": "b", "finetune_strength_2": 1.3},
        {"loras": [{"finetune": "a", "weight": 0.7}, {"finetune": "b", "weight": 1.3}]},
    ],
    ids=["slots", "list"],
)
def test_what_is_recalled_tells_each_lora_with_its_own_weight(values: dict[str, Any]) -> None:
    recalled = Recalled("a test", endpoint=DEV, values={"prompt": "fog", **values}, finetune_name="Fox")
    told = dict(rows(recalled))
    assert told["Finetune"] == "Fox"
    assert told["Finetune strength"] == "0.7"
    assert (told["LoRA 2"], told["Strength of LoRA 2"]) == ("b", "1.3")
    assert "LoRA" not in told
