from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field as Limits

from fluxtui.domain.endpoint import (
    Control,
    Endpoint,
    EndpointInfo,
    GenerationEndpoint,
    Group,
    Parameter,
    fields_of,
    number_text,
)
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.money import Estimate


class Example(GenerationEndpoint):
    """An endpoint with one parameter of each kind."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        "example", "Example", "For tests.", Group.BASE, lambda request: Estimate(request.count, "a count")
    )

    prompt: Annotated[str, Parameter("Prompt", "Words.", control=Control.PROMPT)]
    count: Annotated[int, Limits(ge=1, le=9), Parameter("Count", "How many.", unit="px", step=2)] = 3
    ratio: Annotated[float | None, Limits(ge=0.5), Parameter("Ratio", "A part.", empty="any")] = None
    most: Annotated[int, Limits(le=8, multiple_of=4), Parameter("Most", "At most.")] = 4
    kind: Annotated[Literal["a", "b"], Parameter("Kind", "Which.", labels={"a": "first"}, advanced=True)] = (
        "a"
    )
    exact: Annotated[bool, Parameter("Exact", "Whether.")] = False
    pictures: Annotated[
        tuple[str, ...] | None,
        Limits(max_length=2),
        Parameter("Pictures", "Some.", control=Control.PICTURES, urls=True, max_pixels=10),
    ] = None


FIELDS = {field.name: field for field in fields_of(Example)}


def test_controls_follow_from_types() -> None:
    controls = {name: field.control for name, field in FIELDS.items()}
    assert controls == {
        "prompt": Control.PROMPT,
        "count": Control.INTEGER,
        "ratio": Control.NUMBER,
        "most": Control.INTEGER,
        "kind": Control.CHOICE,
        "exact": Control.TOGGLE,
        "pictures": Control.PICTURES,
    }


def test_everything_a_form_needs_is_read_from_the_class() -> None:
    count, ratio, pictures = FIELDS["count"], FIELDS["ratio"], FIELDS["pictures"]
    assert (count.minimum, count.maximum, count.step, count.unit, count.default) == (1, 9, 2, "px", 3)
    assert (ratio.nullable, ratio.required, ratio.default, ratio.empty) == (True, False, None, "any")
    assert (pictures.max_length, pictures.max_pixels, pictures.urls) == (2, 10, True)
    assert FIELDS["prompt"].required
    assert FIELDS["kind"].advanced
    assert [FIELDS["kind"].label_of(choice) for choice in FIELDS["kind"].choices] == ["first", "b"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("count", "1 to 9 px"),
        ("ratio", "at least 0.5"),
        ("most", "at most 8, multiples of 4"),
        ("prompt", ""),
    ],
)
def test_ranges_in_words(name: str, text: str) -> None:
    assert FIELDS[name].range_text() == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-5, "0.00001"), (2, "2"), (2.0, "2"), (1.2, "1.2"), (0, "0"), (1440, "1440"), (0.1 + 0.2, "0.3")],
)
def test_numbers_in_words(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "Prompt is needed"),
        ({"prompt": ""}, "Prompt is needed"),
        ({"prompt": None}, "Prompt is needed"),
        ({"prompt": 3}, "Prompt must be text"),
        ({"prompt": "p", "count": 10}, "Count must be 1 to 9 px"),
        ({"prompt": "p", "count": "x"}, "Count must be a whole number, 1 to 9 px"),
        ({"prompt": "p", "count": 1.5}, "Count must be a whole number, 1 to 9 px"),
        ({"prompt": "p", "ratio": "nan"}, "Ratio must be a number, at least 0.5"),
        ({"prompt": "p", "most": 6}, "Most must be at most 8, multiples of 4"),
        ({"prompt": "p", "kind": "c"}, "Kind must be one of first, b"),
        ({"prompt": "p", "exact": "perhaps"}, "Exact must be on or off"),
        ({"prompt": "p", "pictures": ["a", "b", "c"]}, "Pictures is too long: at most 2"),
        ({"prompt": "p", "pictures": "a"}, "Pictures must be a list"),
        ({"prompt": "p", "other\x1b[31m": 1}, "other: is not a parameter of this endpoint"),
    ],
)
def test_faults_in_words(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        Example.checked(values)
    assert [problem.sentence() for problem in raised.value.problems] == [reason]
    assert str(raised.value) == f"Nothing was sent. {reason}."


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        Example.checked({"count": 0, "kind": "z"})
    assert {problem.field for problem in raised.value.problems} == {"prompt", "count", "kind"}


def test_a_request_is_what_was_given_and_the_defaults() -> None:
    request = Example.checked({"prompt": " p ", "count": "5", "exact": "true", "pictures": []})
    assert request.given() == {"prompt": " p ", "count": 5, "most": 4, "kind": "a", "exact": True}
    assert request.estimate().credits == 5
    assert Example.checked(request.given()) == request


def test_what_an_endpoint_takes() -> None:
    assert not Example.takes_seed()
    assert not Example.takes_finetune()
    assert Example.suggested({"count": 3}) == {}


def test_a_field_without_words_is_a_fault_of_the_program() -> None:
    class Wordless(Endpoint):
        seed: int = 1

    with pytest.raises(TypeError, match="seed"):
        fields_of(Wordless)


@given(
    st.dictionaries(st.sampled_from([*FIELDS, "else"]), st.none() | st.text() | st.floats() | st.integers())
)
def test_any_values_are_taken_or_refused_in_words(values: dict[str, Any]) -> None:
    try:
        request = Example.checked(values)
    except InvalidInput as error:
        told = [problem.reason for problem in error.problems]
    else:
        told = ["nothing"]
        assert Example.checked(request.given()) == request
    assert told
    assert all(told)
