"""What is entered, what follows from it, and what survives another endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.parameter_form.values import FormValues

KIND = Field(
    name="kind",
    title="Type",
    help="",
    control=Control.CHOICE,
    required=False,
    nullable=False,
    default="full",
    choices=("full", "lora"),
)
RATE = Field(
    name="rate", title="Rate", help="", control=Control.NUMBER, required=False, nullable=True, default=None
)
NAME = Field(
    name="name", title="Name", help="", control=Control.TEXT, required=False, nullable=True, default=None
)
FIELDS = (KIND, RATE, NAME)


def suggest(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rate follows the kind; a name that the form does not have is harmless."""
    return {"rate": 0.0001 if values["kind"] == "lora" else 0.00001, "unknown": 1}


def test_a_suggestion_follows_until_edited() -> None:
    """The rate changes with the kind, but not once the user has chosen it himself."""
    values = FormValues(FIELDS, {}, suggest)
    assert values["rate"] == 0.00001
    assert values.edit("kind", "lora") == {"rate"}
    assert values["rate"] == 0.0001
    assert values.edit("rate", 0.5) == set()
    assert values.edit("kind", "full") == set()
    assert values["rate"] == 0.5


def test_a_reset_lets_it_follow_again() -> None:
    """Resetting the rate takes the suggestion for the present kind."""
    values = FormValues(FIELDS, {"kind": "lora", "rate": 0.5}, suggest)
    assert values["rate"] == 0.5
    assert values.reset("rate") == {"rate"}
    assert values["rate"] == 0.0001


def test_other_fields_keep_what_was_edited_and_fits() -> None:
    """What is given goes first, then what was edited; a choice that is not on offer is dropped."""
    values = FormValues(FIELDS, {})
    values.edit("kind", "lora")
    values.edit("name", "mine")
    values.edit("rate", 0.5)
    other_kind = Field(
        name="kind",
        title="Type",
        help="",
        control=Control.CHOICE,
        required=False,
        nullable=False,
        default="big",
        choices=("big", "small"),
    )
    carried = values.carried_to((other_kind, NAME, RATE), {"rate": 0.7}, None)
    assert carried.as_dict() == {"kind": "big", "name": "mine", "rate": 0.7}
    assert "name" in carried.edited


def test_values_are_a_copy() -> None:
    """Nobody changes the form's values from outside."""
    values = FormValues(FIELDS, {})
    values.as_dict()["name"] = "changed"
    assert values["name"] is None
    with pytest.raises(KeyError):
        values["unknown"]
