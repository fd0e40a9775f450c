from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fluxtui.domain.weights import MOST_NAME_CHARACTERS, Base, Weights, dashboard_name, is_dashboard_name


def test_every_base_has_a_name_for_people() -> None:
    titles = [base.title for base in Base]
    assert len(set(titles)) == len(Base)
    assert Base("flux-2-klein-9b").title == "FLUX.2 [klein] 9B"
    assert f"{Base.KLEIN_4B}" == "flux-2-klein-4b"


def test_weights_keep_what_they_are() -> None:
    weights = Weights(
        path="loras/a.safetensors",
        size=9,
        sha256="a" * 64,
        tensors=1,
        dtype="F32",
        base=Base.KREA_2,
        source="fal",
    )
    assert Weights.model_validate_json(weights.model_dump_json()) == weights
    with pytest.raises(ValidationError):
        weights.size = 8  # type: ignore[misc]


@pytest.mark.parametrize("name", ["a", "my-portrait_2", "-", "_", "0", "org-1/portrait", "A.b_C/x"])
def test_names_that_the_dashboard_gives(name: str) -> None:
    assert is_dashboard_name(name)


@pytest.mark.parametrize(
    "name", ["", "Anna", "a b", "a.b", "é", "a/b/c", "/a", "a/", "-org/a", "a\n", "a/B", "a/b ", "٣"]
)
def test_names_that_it_does_not_give(name: str) -> None:
    assert not is_dashboard_name(name)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("my_portrait-2", "my_portrait-2"),
        ("Anna Portrait", "anna-portrait"),
        ("  Café & Crème!  ", "cafe-creme"),
        ("--x__", "x"),
        ("", "lora"),
        ("\u202e\x1b[31m漢字", "31m"),
        ("漢字", "lora"),
        ("x" * 200, "x" * 50),
    ],
)
def test_a_name_is_as_near_as_can_be(name: str, given: str) -> None:
    assert dashboard_name(name) == given


def test_a_taken_name_gets_a_number() -> None:
    assert dashboard_name("Anna", {"anna", "anna-2"}) == "anna-3"
    assert dashboard_name("x" * 60, {"x" * 50}) == "x" * 48 + "-2"


@given(name=st.text(max_size=80), taken=st.sets(st.sampled_from(["lora", "a", "a-2", "lora-2", "b"])))
def test_any_name_becomes_one_that_can_be_given(name: str, taken: set[str]) -> None:
    found = dashboard_name(name, taken)
    assert is_dashboard_name(found)
    assert "/" not in found
    assert found not in taken
    assert len(found) <= MOST_NAME_CHARACTERS
    assert found[0].isalnum()
    assert found[-1].isalnum()
    assert dashboard_name(found) == found
