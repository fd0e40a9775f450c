"""What a request may hold, and how a refusal is worded."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.simulator.bfl.endpoints import FINETUNE, endpoints
from fluxtui.simulator.bfl.submitting import validated
from fluxtui.simulator.core.field_checks import LONGEST_ECHO, RefusedError, refusal


def problems_of(path: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the field and type of everything wrong with a request."""
    endpoint = FINETUNE if path == "finetune" else endpoints()[path]
    try:
        validated(endpoint, body)
    except RefusedError as error:
        return [(found["loc"][-1], found["type"]) for found in error.problems]
    return []


TRAINING = {"file_data": "UEs=", "finetune_comment": "c", "mode": "style"}
ULTRA = {"finetune_id": "x"}
PRO = {"finetune_id": "x"}


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("finetune", {**TRAINING, "mode": "dance"}, ("mode", "enum")),
        ("finetune", {**TRAINING, "iterations": 99}, ("iterations", "greater_than_equal")),
        ("finetune", {**TRAINING, "iterations": 1001}, ("iterations", "less_than_equal")),
        ("finetune", {**TRAINING, "iterations": 300.5}, ("iterations", "int_from_float")),
        ("finetune", {**TRAINING, "iterations": "300"}, ("iterations", "int_type")),
        ("finetune", {**TRAINING, "learning_rate": 0.006}, ("learning_rate", "less_than_equal")),
        ("finetune", {**TRAINING, "lora_rank": 24}, ("lora_rank", "literal_error")),
        ("finetune", {**TRAINING, "captioning": "yes"}, ("captioning", "bool_type")),
        ("finetune", {**TRAINING, "file_data": 5}, ("file_data", "string_type")),
        ("flux-pro-1.1", {"width": 0}, ("width", "greater_than_equal")),
        ("flux-pro-1.1", {"width": 1472}, ("width", "less_than_equal")),
        ("flux-pro-1.1", {"width": 1000}, ("width", "multiple_of")),
        ("flux-pro-1.1", {"width": True}, ("width", "int_type")),
        ("flux-pro-1.1", {"safety_tolerance": 7}, ("safety_tolerance", "less_than_equal")),
        ("flux-pro-1.1", {"output_format": "gif"}, ("output_format", "enum")),
        ("flux-pro-1.1", {"image_prompt": "%%%"}, ("image_prompt", "value_error")),
        ("flux-pro-1.1", {"image_prompt": "aGVsbG8="}, ("image_prompt", "value_error")),
        ("flux-pro-1.1", {"image_prompt": "https://example.org/a.png"}, ("image_prompt", "value_error")),
        ("flux-pro-1.1", {"webhook_url": "x" * 2084}, ("webhook_url", "string_too_long")),
        ("flux-pro-1.1", {"webhook_url": ""}, ("webhook_url", "string_too_short")),
        ("flux-dev", {"guidance": 1.4}, ("guidance", "greater_than_equal")),
        ("flux-pro-1.1-ultra", {"aspect_ratio": "22:9"}, ("aspect_ratio", "value_error")),
        ("flux-pro-1.1-ultra", {"aspect_ratio": "wide"}, ("aspect_ratio", "string_pattern_mismatch")),
        ("flux-pro-1.1-ultra-finetuned", {}, ("finetune_id", "missing")),
        (
            "flux-pro-1.1-ultra-finetuned",
            {**ULTRA, "finetune_strength": 2.1},
            ("finetune_strength", "less_than_equal"),
        ),
        ("flux-pro-finetuned", {**PRO, "seed": None}, ("seed", "int_type")),
        ("flux-pro-1.0-fill", {}, ("image", "missing")),
        ("flux-2-pro", {}, ("prompt", "missing")),
        ("flux-2-pro", {"prompt": "p", "width": 0}, ("width", "greater_than_equal")),
        ("flux-2-pro", {"prompt": "p", "width": 2048, "height": 2064}, ("width", "value_error")),
        ("flux-2-pro", {"prompt": "p", "safety_tolerance": 6}, ("safety_tolerance", "less_than_equal")),
        ("flux-3-image", {"prompt": "p", "seed": 1}, ("seed", "extra_forbidden")),
        ("flux-3-image", {"prompt": "p", "images": []}, ("images", "too_short")),
        ("flux-3-image", {"prompt": "p", "images": ["https://a.example/b"] * 11}, ("images", "too_long")),
        ("flux-3-image", {"prompt": "p", "images": "no"}, ("images", "list_type")),
        ("flux-3-image", {"prompt": "p", "resolution": "8k"}, ("resolution", "enum")),
    ],
)
def test_what_is_refused(path: str, body: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems_of(path, body) == [problem]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("finetune", {**TRAINING, "learning_rate": None, "lora_rank": 16}),
        ("flux-pro-1.1", {"nonsense": 1, "prompt": None, "seed": None}),
        ("flux-pro-finetuned", PRO),
        ("flux-pro-1.1-ultra", {"aspect_ratio": "9:21"}),
        ("flux-2-pro", {"prompt": "p", "input_image": "https://example.org/a.png", "nonsense": 1}),
        ("flux-2-klein-9b-kv-bf16-finetuned", {"prompt": "p", "finetune_id": "x"}),
        ("flux-3-image", {"prompt": "p", "images": ["https://example.org/a.png"]}),
    ],
)
def test_what_is_taken(path: str, body: dict[str, Any]) -> None:
    assert problems_of(path, body) == []


def test_all_problems_come_at_once() -> None:
    assert len(problems_of("finetune", {"iterations": 1})) == 4


def test_defaults_are_filled_in() -> None:
    parameters = validated(endpoints()["flux-pro-1.0-canny-finetuned"], {"finetune_id": "x", "prompt": "p"})
    assert parameters["finetune_strength"] == 1.1
    assert (parameters["guidance"], parameters["steps"]) == (30, 50)
    assert (parameters["canny_low_threshold"], parameters["canny_high_threshold"]) == (50, 200)


def test_every_problem_echoes_the_whole_request() -> None:
    with pytest.raises(RefusedError) as caught:
        validated(FINETUNE, {"iterations": 1})
    body = refusal(caught.value.problems, {"iterations": 1})
    assert all(found["input"] == {"iterations": 1} for found in body["detail"])
    long = refusal(caught.value.problems, {"image": "A" * (LONGEST_ECHO + 1)})
    assert len(long["detail"][0]["input"]["image"]) == LONGEST_ECHO
    low = next(found for found in body["detail"] if found["loc"] == ["body", "iterations"])
    assert low["ctx"] == {"ge": 100}
    assert low["msg"] == "Input should be greater than or equal to 100"
    assert low["url"].startswith("https://")
