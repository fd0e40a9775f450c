"""LoRAs as a list, and the parameters that named them one by one before."""

from __future__ import annotations

from typing import Any

import pytest

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.loras import (
    LoraRow,
    finetunes_named,
    first_named,
    place_of,
    rows_in,
    rows_of_slots,
    spread,
    stack_field,
    stacked,
    weight_fields,
    without_first,
)
from fluxtui.providers.bfl.finetuned import UltraFinetuned
from fluxtui.providers.fal.generation import Flux1Lora, Klein9BLora

SLOTS = {
    "prompt": "p",
    "finetune_id": "files/a",
    "finetune_strength": 0.8,
    "finetune_id_3": "files/c",
    "finetune_strength_2": 0.1,
    "finetune_strength_3": 0.5,
}
"""As the second place was left empty before there was a list."""
LISTED = [{"finetune": "files/a", "weight": 0.8}, {"finetune": "files/c", "weight": 0.5}]


def test_places_of_before_become_the_list() -> None:
    assert stacked(Klein9BLora, SLOTS) == {"prompt": "p", "loras": LISTED}
    request = Klein9BLora.checked(SLOTS)
    assert request.used()["loras"] == LISTED
    assert request.finetunes_named() == ("files/a", "files/c")
    assert Klein9BLora.checked(request.used()) == request


def test_the_list_becomes_places_for_texts() -> None:
    told = spread({"prompt": "p", "loras": [*LISTED, {"finetune": "files/off", "on": False}]})
    assert told == {
        "prompt": "p",
        "finetune_id": "files/a",
        "finetune_strength": 0.8,
        "finetune_id_2": "files/c",
        "finetune_strength_2": 0.5,
    }
    assert stacked(Klein9BLora, told)["loras"] == LISTED


def test_what_names_a_place_changes_the_list() -> None:
    values = {"loras": LISTED, "finetune_id": "files/new", "finetune_strength_2": 0.2}
    made = stacked(Klein9BLora, values)["loras"]
    assert made == [{"finetune": "files/new", "weight": 0.8}, {"finetune": "files/c", "weight": 0.2}]
    assert stacked(Klein9BLora, {"finetune_id": "files/a"})["loras"] == [
        {"finetune": "files/a", "weight": 1.0}
    ]
    assert stacked(Klein9BLora, {"finetune_strength": 0.5}) == {}


def test_what_is_off_is_not_sent() -> None:
    rows = [{"finetune": "files/a", "on": False}, {"finetune": "files/b", "weight": 0.4, "on": True}]
    assert Klein9BLora.checked({"prompt": "p", "loras": rows}).used()["loras"] == [
        {"finetune": "files/b", "weight": 0.4}
    ]
    assert "loras" not in Klein9BLora.checked({"prompt": "p", "loras": rows[:1]}).used()


@pytest.mark.parametrize(
    ("loras", "reason"),
    [
        ([{"finetune": f"files/{n}"} for n in range(4)], "LoRAs are too many: at most 3"),
        ([{"finetune": "a", "weight": 4.5}], "LoRAs have a weight out of range: each must be 0 to 4"),
        ([{"finetune": "a", "weight": "much"}], "LoRAs must be a list, each with what names it and a number"),
        ([{"weight": 1.0}], "LoRAs must be a list"),
        (["files/a"], "LoRAs must be a list"),
        ("files/a", "LoRAs must be a list"),
        ([{"finetune": "a", "other": 1}], "LoRAs must be a list"),
        ([{"finetune": "a", "weight": float("nan")}], "LoRAs must be a list"),
    ],
)
def test_a_wrong_list_is_said(loras: Any, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Klein9BLora.checked({"prompt": "p", "loras": loras})
    (problem, *_) = caught.value.problems
    assert problem.field == "loras"
    assert problem.reason.startswith(reason)


def test_endpoints_without_a_list_are_left_alone() -> None:
    values = {"finetune_id": "ft", "finetune_strength": 1.2}
    assert stack_field(UltraFinetuned) is None
    assert stacked(UltraFinetuned, values) == values
    assert weight_fields(UltraFinetuned) == ()
    assert first_named(UltraFinetuned, values) == "ft"
    assert without_first(UltraFinetuned, values) == {"finetune_strength": 1.2}


def test_the_first_finetune_can_be_named_and_taken_out() -> None:
    assert first_named(Klein9BLora, {"loras": LISTED}) == "files/a"
    assert first_named(Klein9BLora, {}) is None
    assert without_first(Klein9BLora, {"loras": LISTED}) == {"loras": LISTED[1:]}
    assert without_first(Klein9BLora, {"loras": LISTED[:1], "seed": 1}) == {"seed": 1}
    named = [name for _, _, name in finetunes_named(Klein9BLora, {"loras": LISTED})]
    assert named == ["files/a", "files/c"]


def test_weights_can_be_varied_one_by_one() -> None:
    names = [field.name for field in weight_fields(Klein9BLora)]
    assert names == ["finetune_strength", "finetune_strength_2", "finetune_strength_3"]
    assert [place_of(name) for name in (*names, "steps")] == [1, 2, 3, 0]
    first = weight_fields(Flux1Lora)[0]
    assert (first.minimum, first.maximum, first.step, first.default) == (0, 4, 0.1, 1.0)


@pytest.mark.parametrize("value", [None, "x", 5, [None, 7, {}, {"finetune": 3}, {"finetune": ""}], {}])
def test_nonsense_is_no_row(value: Any) -> None:
    assert rows_in(value) == ()


def test_rows_are_read_as_far_as_they_make_sense() -> None:
    kept = [{"finetune": "a", "weight": "x", "on": "?"}, {"finetune": "b", "weight": True, "on": False}]
    assert rows_in(kept) == (LoraRow("a"), LoraRow("b", on=False))
    assert len(rows_in([{"finetune": "a"}] * 500)) == 20
    assert rows_of_slots({"finetune_id_2": "b"}) == (LoraRow("b"),)
