"""Text to value, value to text, and steps."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from fluxtui.domain.endpoint import Control, Field
from fluxtui.widgets.parameter_form import entries

WIDTH = Field(
    name="width",
    title="Width",
    help="Of the picture.",
    control=Control.INTEGER,
    required=False,
    nullable=False,
    default=1024,
    unit="px",
    minimum=256,
    maximum=1440,
    multiple_of=32,
)
STRENGTH = Field(
    name="strength",
    title="Strength",
    help="How much.",
    control=Control.NUMBER,
    required=False,
    nullable=False,
    default=1.2,
    minimum=0,
    maximum=2,
    step=0.1,
)
RATE = Field(
    name="rate",
    title="Rate",
    help="How fast.",
    control=Control.NUMBER,
    required=False,
    nullable=True,
    default=None,
    minimum=1e-6,
    maximum=0.005,
    step=1e-5,
)
SEED = Field(
    name="seed",
    title="Seed",
    help="Again.",
    control=Control.SEED,
    required=False,
    nullable=True,
    default=None,
)
TEXT = Field(
    name="ratio",
    title="Ratio",
    help="Shape.",
    control=Control.TEXT,
    required=False,
    nullable=False,
    default="16:9",
)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (WIDTH, "512", 512),
        (WIDTH, " ", None),
        (WIDTH, "12x", "12x"),
        (WIDTH, "1.5", "1.5"),
        (STRENGTH, "1,5", 1.5),
        (STRENGTH, "1e-5", 1e-5),
        (STRENGTH, "nan", "nan"),
        (STRENGTH, "1e999", "1e999"),
        (SEED, "-3", -3),
        (TEXT, "  4:3", "  4:3"),
        (TEXT, "", None),
    ],
)
def test_parsed(field: Field, text: str, value: Any) -> None:
    """Numbers become numbers, nothing becomes None, and what is no number stays what was typed."""
    found = entries.parsed(field, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("value", [None, 0, 7, 1.2, 1e-05, 0.1 + 0.2, 123456.789, "16:9"])
def test_what_is_shown_means_the_value_again(value: Any) -> None:
    """No digit is lost between value and text."""
    field = TEXT if isinstance(value, str) else STRENGTH
    assert entries.parsed(field, entries.input_text(value)) == value


@pytest.mark.parametrize(
    ("field", "value", "steps", "expected"),
    [
        (WIDTH, 1024, 1, 1056),
        (WIDTH, 1000, 1, 1024),
        (WIDTH, 1440, 10, 1440),
        (WIDTH, 300, -10, 256),
        (WIDTH, None, 1, 1024),
        (WIDTH, "12x", -1, 1024),
        (STRENGTH, 0.1, 2, 0.3),
        (STRENGTH, 1.95, 1, 2.0),
        (RATE, 1e-5, 1, 2e-5),
        (RATE, None, 1, 1e-6),
        (SEED, 41, 1, 42),
    ],
)
def test_stepped(field: Field, value: Any, steps: int, expected: float) -> None:
    """Steps stay on the grid and within the range, without the noise of binary fractions."""
    found = entries.stepped(field, value, steps)
    assert found == expected
    assert isinstance(found, float) == (field.control is Control.NUMBER)


def test_step_without_a_wish() -> None:
    """A range alone gives a step of a round power of ten, around a tenth of it or less."""
    assert float(entries.step_of(dataclasses.replace(STRENGTH, step=None))) == 0.1
    assert float(entries.step_of(dataclasses.replace(STRENGTH, step=None, minimum=1.5, maximum=100))) == 1


def test_short_range() -> None:
    """The range fits beside the input."""
    assert entries.short_range(WIDTH) == "256–1440 px, by 32"
    assert entries.short_range(STRENGTH) == "0–2"
    assert entries.short_range(dataclasses.replace(STRENGTH, maximum=None)) == "from 0"
    assert entries.short_range(dataclasses.replace(STRENGTH, minimum=None)) == "up to 2"
    assert entries.short_range(SEED) == "r draws one"
    assert entries.short_range(TEXT) == ""


def test_help_text() -> None:
    """The line of help says what, how much, and what by default."""
    assert entries.help_text(WIDTH) == ("Of the picture. 256 to 1440 px, multiples of 32. Default 1024.")
    assert entries.empty_text(SEED) == "random"
