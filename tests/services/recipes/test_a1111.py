"""The text that most tools for generated pictures write and read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fluxtui.services.recipes import A1111Parameters, Recipe, parse_parameters
from fluxtui.services.recipes.a1111 import is_ours, parameters_text


def test_our_text_says_what_other_tools_look_for(recipe: Recipe) -> None:
    *prompt, settings = parameters_text(recipe).split("\n")
    assert "\n".join(prompt) == recipe.prompt
    assert settings == (
        "Steps: 28, CFG scale: 3.5, Seed: 42, Size: 37x23, Model: flux-pro-1.1-ultra-finetuned, "
        'Finetune: "Paper lanterns, red", Finetune id: 3f2a, Trigger word: LNTRN, Finetune strength: 1.2, '
        f"Prompt upsampling: False, Image prompt: {'a' * 64}.png, Provider: bfl, "
        f"Version: FluxTUI {recipe.version}"
    )
    assert is_ours(parameters_text(recipe))


def test_our_text_is_read_back(recipe: Recipe) -> None:
    told = parse_parameters(parameters_text(recipe))
    assert told is not None
    assert (told.prompt, told.negative_prompt) == (recipe.prompt, "")
    assert (told.seed, told.size, told.whole_number("Steps")) == (42, (37, 23), 28)
    assert told.settings["Finetune"] == "Paper lanterns, red"


def test_recipe_without_prompt_and_seed_has_settings_that_other_tools_accept(recipe: Recipe) -> None:
    bare = recipe.model_copy(
        update={
            "parameters": {},
            "seed": None,
            "finetune_id": None,
            "finetune_name": None,
            "trigger_word": None,
        }
    )
    told = parse_parameters(parameters_text(bare))
    assert told is not None
    assert (told.prompt, told.seed, told.size) == ("", None, None)
    assert list(told.settings) == ["Model", "Provider", "Version"]


def test_text_of_other_tools_is_read() -> None:
    text = (
        "a fox, (snow:1.2)\nsecond line\nNegative prompt: blurry, low quality\nugly\n"
        "Steps: 20, Sampler: DPM++ 2M, CFG scale: 7, Seed: 123456, Size: 512x768, Model hash: abc, "
        'Model: real, Lora hashes: "a: 1, b: 2", ControlNet 0: "Module: x, \\"y\\"", Clip skip: 2'
    )
    assert parse_parameters(text) == A1111Parameters(
        "a fox, (snow:1.2)\nsecond line",
        "blurry, low quality\nugly",
        {
            "Steps": "20",
            "Sampler": "DPM++ 2M",
            "CFG scale": "7",
            "Seed": "123456",
            "Size": "512x768",
            "Model hash": "abc",
            "Model": "real",
            "Lora hashes": "a: 1, b: 2",
            "ControlNet 0": 'Module: x, "y"',
            "Clip skip": "2",
        },
    )


@pytest.mark.parametrize(
    ("text", "prompt", "settings"),
    [
        ("only a prompt", "only a prompt", {}),
        ("a sign that says: hello", "a sign that says: hello", {}),
        ("a fox\r\nSteps: 4\r\n", "a fox", {"Steps": "4"}),
        ("Steps: 4, Seed: 1", "", {"Steps": "4", "Seed": "1"}),
        (
            'fox\nSeed: -1, Note: "unclosed, Size: 8x8',
            "fox",
            {"Seed": "-1", "Note": '"unclosed', "Size": "8x8"},
        ),
        ("fox\nSeed: 1, Seed: 2", "fox", {"Seed": "1"}),
        ("(fox) Steps: 4, Seed: 1, Size: 8x8", "(fox) Steps: 4, Seed: 1, Size: 8x8", {}),
    ],
)
def test_reading_is_lenient(text: str, prompt: str, settings: dict[str, str]) -> None:
    told = parse_parameters(text)
    assert told is not None
    assert (told.prompt, told.settings) == (prompt, settings)


@pytest.mark.parametrize("text", ["", " \n ", "\0"])
def test_empty_text_says_nothing(text: str) -> None:
    assert parse_parameters(text) is None


@pytest.mark.parametrize("seed", ["9" * 5000, "1.5", "x", "", "٣"])
def test_number_that_is_none_is_left_out(seed: str) -> None:
    told = parse_parameters(f"fox\nSteps: 1, Seed: {seed}, Size: {seed}x{seed}")
    assert told is not None
    assert (told.seed, told.size) == (None, None)


@given(some.text() | some.text('aS:,"\\ \n-x1', max_size=300))
def test_any_text_is_read_in_bounds(text: str) -> None:
    told = parse_parameters(text)
    if told is not None:
        assert len(told.prompt) + len(told.negative_prompt) <= len(text)
        assert len(told.settings) <= 200


@pytest.mark.parametrize("part", ['a:"\\', 'a: "', "a" * 61, 'a:"\\"', '\\" ', "a: b,", " "])
def test_text_made_to_keep_us_busy_is_read_quickly(part: str) -> None:
    began = time.perf_counter()
    parse_parameters("Seed: 1, " + part * (5_000_000 // len(part)))
    assert time.perf_counter() - began < 2


@given(prompt=some.text(), name=some.text(max_size=50))
def test_our_text_is_known_as_ours_whatever_it_holds(prompt: str, name: str) -> None:
    recipe = Recipe.model_validate(
        {
            "job_id": "1",
            "provider": "bfl",
            "endpoint": "flux",
            "parameters": {"prompt": prompt, "other_thing": name},
            "finetune_name": name,
            "seed": 5,
            "created_at": "2026-11-23T22:10:05Z",
        }
    )
    assert is_ours(parameters_text(recipe))
    told = parse_parameters(parameters_text(recipe))
    assert told is not None
    assert told.seed == 5
    assert told.settings.get("Finetune", "") in {name, name.replace("\r", "").replace("\0", "")}
