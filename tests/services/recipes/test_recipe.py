"""What of a job goes into a picture, and what does not."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fluxtui.domain.jobs import Job
from fluxtui.services.recipes import Recipe


def with_parameters(job: Job, **parameters: Any) -> Recipe:
    return Recipe.from_job(job.model_copy(update={"parameters": parameters}))


def test_recipe_tells_all_that_repeats_the_job(job: Job) -> None:
    recipe = Recipe.from_job(job, trigger_word="LNTRN")
    assert recipe.model_dump() | {"parameters": None, "version": None} == {
        "layout": 1,
        "program": "FluxTUI",
        "version": None,
        "job_id": job.id,
        "provider": "bfl",
        "endpoint": "flux-pro-1.1-ultra-finetuned",
        "parameters": None,
        "finetune_id": "3f2a",
        "finetune_name": "Paper lanterns, red",
        "trigger_word": "LNTRN",
        "seed": 42,
        "cost_credits": 6.5,
        "created_at": job.created_at,
    }
    assert recipe.parameters == job.parameters | {"image_prompt": "a" * 64 + ".png"}
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_seed_that_the_service_told_stands_in_for_a_missing_one(job: Job) -> None:
    assert Recipe.from_job(job, seed=7).seed == 42
    assert Recipe.from_job(job.model_copy(update={"seed": None}), seed=7).seed == 7


@pytest.mark.parametrize("cost", [None, math.nan])
def test_true_cost_is_told_and_an_estimate_is_not(job: Job, cost: float | None) -> None:
    assert Recipe.from_job(job.model_copy(update={"cost_credits": cost})).cost_credits is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://a.example/b/c.png?sig=s3cret&se=1#x", "https://a.example/b/c.png"),
        ("https://user:s3cret@a.example/b.png", "https://a.example/b.png"),
        ("HTTPS://A.example?token=s3cret", "HTTPS://A.example"),
        ("/home/s3cret/pictures/fox.png", "fox.png"),
        ("~/s3cret/fox.png", "fox.png"),
        ("../s3cret/fox.png", "fox.png"),
        ("file:///s3cret/fox.png", "fox.png"),
        ("C:\\Users\\s3cret\\fox.png", "fox.png"),
        ("inputs/s3cret/fox.png", "fox.png"),
        (["inputs/s3cret/a.png", "https://x.example/a?sig=s3cret"], ["a.png", "https://x.example/a"]),
        ({"webhook_secret": "s3cret", "path": "/s3cret/a"}, {"path": "a"}),
        ("owner/lora-name", "owner/lora-name"),
        ("16:9", "16:9"),
        (math.inf, None),
        ("half \ud83d", "half ?"),
    ],
)
def test_nothing_private_goes_into_a_picture(job: Job, given: Any, kept: Any) -> None:
    recipe = with_parameters(job, image=given)
    assert recipe.parameters["image"] == kept
    assert "s3cret" not in recipe.to_json()


@pytest.mark.parametrize("name", ["webhook_url", "webhook_secret", "api_key", "apikey", "token", "password"])
def test_private_parameters_are_left_out(job: Job, name: str) -> None:
    assert with_parameters(job, **{name: "s3cret", "max_tokens": 5}).parameters == {"max_tokens": 5}


def test_prompt_is_kept_but_for_what_signs_an_address(job: Job) -> None:
    recipe = with_parameters(job, prompt="/imagine a fox, as in https://a.example/b?sig=s3cret, at night")
    assert recipe.prompt == "/imagine a fox, as in https://a.example/b at night"


def test_long_names_do_not_keep_a_recipe_from_being_made(job: Job) -> None:
    recipe = Recipe.from_job(
        job.model_copy(update={"finetune_name": "x" * 5000}), trigger_word="\ud800" * 5000
    )
    assert recipe.finetune_name == "x" * 1000
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_json_of_a_recipe_can_stand_in_xml_whatever_the_prompt(job: Job) -> None:
    from xml.etree import ElementTree
    from xml.sax.saxutils import escape

    prompt = "".join(map(chr, range(0x300))) + "\ufffe\uffff\u2028\U0010ffff"
    recipe = with_parameters(job, prompt=prompt)
    assert ElementTree.fromstring(f"<a>{escape(recipe.to_json())}</a>").text == recipe.to_json()  # noqa: S314
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[" * 100_000,
        '{"layout":' + "9" * 5000 + "}",
        "x" * 1_000_001,
    ],
)
def test_text_that_is_no_recipe_is_none(text: str) -> None:
    assert Recipe.from_json(text) is None


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_recipe_with_impossible_numbers_is_none(job: Job, number: str) -> None:
    values = json.loads(with_parameters(job, steps=1).to_json())
    text = json.dumps(values).replace('"steps": 1', f'"steps": {number}')
    assert number in text
    assert Recipe.from_json(text) is None


@given(some.text() | some.recursive(some.text(max_size=5), some.lists).map(json.dumps))
def test_any_text_is_taken_for_a_recipe_or_not(text: str) -> None:
    assert Recipe.from_json(text) is None
