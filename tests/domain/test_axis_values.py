"""Values as people write them: ranges, lists, all, and what a field does not allow."""

from __future__ import annotations

import itertools
from decimal import Decimal

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxtui.domain.axis_values import MOST_CELLS, example, split_values, sweep_text, value_text, values_of
from fluxtui.domain.endpoint import Control, Field
from fluxtui.domain.errors import InvalidInput


def made(control: Control = Control.NUMBER, **changes: object) -> Field:
    values = {"required": False, "nullable": False, "default": None, **changes}
    return Field(name="thing", title="Thing", help="", control=control, **values)  # type: ignore[arg-type]


STRENGTH = made(minimum=0, maximum=2, default=1.1, step=0.1)
STEPS = made(Control.INTEGER, minimum=1, maximum=50, default=28)
WIDTH = made(Control.INTEGER, minimum=256, maximum=1440, multiple_of=32, unit="px", default=1024)
SHAPE = made(Control.CHOICE, choices=("png", "jpeg"), labels={"png": "PNG, large", "jpeg": "JPEG"})
RAW = made(Control.TOGGLE, default=False)


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        (STRENGTH, "0.6..1.2 step 0.2", (0.6, 0.8, 1.0, 1.2)),
        (STRENGTH, "1.2 .. 0.6 by 0.3", (1.2, 0.9, 0.6)),
        (STRENGTH, "0.9…1.1", (0.9, 1.0, 1.1)),
        (STRENGTH, "1, .5,1.0", (1.0, 0.5)),
        (STRENGTH, "0 to 1 step 0.4", (0.0, 0.4, 0.8)),
        (STRENGTH, "1..1", (1.0,)),
        (made(), "0..1", (0.0, 0.25, 0.5, 0.75, 1.0)),
        (STEPS, "1, 2, 4", (1, 2, 4)),
        (STEPS, "10..12, 20", (10, 11, 12, 20)),
        (WIDTH, "512..576", (512, 544, 576)),
        (SHAPE, "all", ("png", "jpeg")),
        (SHAPE, '"png, large", JPEG', ("png", "jpeg")),
        (RAW, "all", (False, True)),
        (RAW, "on", (True,)),
        (made(Control.TEXT), 'a, "b, c"', ("a", "b, c")),
        (made(Control.SEED, minimum=0), "7, 8, 7", (7, 8)),
    ],
)
def test_what_people_write(field: Field, text: str, values: tuple[object, ...]) -> None:
    assert values_of(field, text) == values


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        (STRENGTH, "", "Thing has no values yet: 1..1.3 step 0.1"),
        (STRENGTH, "2.5", "Thing must be 0 to 2, so not 2.5."),
        (STRENGTH, "1.8..2.2 step 0.2", "so not 2.2"),
        (STRENGTH, "much", "“much” is no number; write"),
        (STRENGTH, "all", "“all” is too many numbers"),
        (STRENGTH, "0..1 step 0", "a step of 0 leads nowhere"),
        (STRENGTH, "0..1 step 0.000001", f"more than {MOST_CELLS} values"),
        (STEPS, "2.5", "must be a whole number"),
        (WIDTH, "500", "256 to 1440 px, multiples of 32"),
        (SHAPE, "gif", "there is PNG, large, JPEG"),
        (RAW, "maybe", "is on or off"),
        (made(Control.TEXT, max_length=3), "long", "at most 3"),
        (made(Control.TEXT), 'a, "b', "A double quote does not end"),
        (made(Control.INTEGER), "1..60, 101..160", f"more than {MOST_CELLS} values"),
    ],
)
def test_what_is_wrong_is_said(field: Field, text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        values_of(field, text)
    assert words in caught.value.sentence()


def test_hostile_value_is_harmless_in_the_sentence() -> None:
    with pytest.raises(InvalidInput) as caught:
        values_of(SHAPE, "\x1b[31mred\u202e" + "x" * 500)
    assert "\x1b" not in caught.value.sentence()
    assert len(caught.value.sentence()) < 300


@given(
    first=st.integers(0, 200),
    last=st.integers(0, 200),
    step=st.integers(3, 50),
)
def test_range_begins_at_its_first_value_and_stays_within(first: int, last: int, step: int) -> None:
    field = made(minimum=0, maximum=2)
    values = values_of(field, f"{first / 100}..{last / 100} step {step / 100}")
    assert values[0] == first / 100
    assert all(min(first, last) / 100 <= value <= max(first, last) / 100 for value in values)
    exact = [Decimal(str(value)) for value in values]
    gaps = {after - before for before, after in itertools.pairwise(exact)}
    assert gaps <= {Decimal(step) / 100, -Decimal(step) / 100}
    assert abs(last - first) / 100 - abs(values[-1] - values[0]) < step / 100


@given(st.text(max_size=60))
@hypothesis.example("320000000000000000000000000000")
def test_any_text_is_values_or_a_sentence(text: str) -> None:
    for field in (STRENGTH, STEPS, WIDTH, SHAPE, RAW, made(Control.TEXT), made()):
        try:
            values = values_of(field, text)
        except InvalidInput:
            continue
        assert 0 < len(values) <= MOST_CELLS


@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=20, unique=True))
def test_written_numbers_are_read_back(numbers: list[int]) -> None:
    assert values_of(made(Control.SEED), ", ".join(map(str, numbers))) == tuple(numbers)


@pytest.mark.parametrize(
    ("field", "centre", "text"),
    [
        (STRENGTH, None, "0.7..1.5 step 0.2"),
        (STRENGTH, 2.0, "1.6..2 step 0.2"),
        (made(minimum=0, maximum=2, step=0.1), None, "0.6..1.4 step 0.2"),
        (made(), 0.5, "0.1..0.9 step 0.2"),
    ],
)
def test_sweep_lies_round_its_centre(field: Field, centre: float | None, text: str) -> None:
    assert sweep_text(field, centre) == text
    assert values_of(field, text)


@pytest.mark.parametrize("field", [STRENGTH, STEPS, WIDTH, made(Control.SEED, minimum=0), made()])
def test_example_of_a_number_can_be_written(field: Field) -> None:
    assert values_of(field, example(field).split(",")[0])


def test_values_for_people() -> None:
    assert [value_text(RAW, True), value_text(STEPS, 4), value_text(STRENGTH, 0.5)] == ["on", "4", "0.5"]
    assert value_text(SHAPE, "jpeg") == "JPEG"
    assert split_values(' a ,, "b,c" ') == ("a", "b,c")
    assert split_values('fox, "", "b"') == ("fox", "", "b")
