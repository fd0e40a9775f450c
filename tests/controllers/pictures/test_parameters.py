"""What sets pictures apart, as rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.controllers.pictures.parameters import (
    ParameterRow,
    difference_line,
    differing,
    fact_rows,
    parameter_rows,
    value_text,
)


def item(endpoint: str = "flux-dev", **parameters: Any) -> ViewItem:
    return ViewItem(Path("/pictures/a.png"), "a", parameters, endpoint)


def test_a_row_for_everything_asked_for_in_any_of_them() -> None:
    rows = parameter_rows(
        [item(prompt="a lamp", seed=7, steps=28), item(prompt="a lamp", seed=8, steps=28, raw=True)]
    )
    assert rows == (
        ParameterRow("Prompt", ("a lamp", "a lamp")),
        ParameterRow("Endpoint", ("flux-dev", "flux-dev")),
        ParameterRow("Seed", ("7", "8")),
        ParameterRow("Steps", ("28", "28")),
        ParameterRow("Raw", ("", "yes")),
    )
    assert [row.name for row in differing(rows)] == ["Seed", "Raw"]


def test_numbers_that_are_the_same_do_not_differ_by_how_they_are_written() -> None:
    assert differing(parameter_rows([item(guidance=3.0), item(guidance=3)])) == ()


def test_a_seed_of_nought_and_a_no_are_values() -> None:
    rows = differing(parameter_rows([item(seed=0, raw=False), item()]))
    assert rows == (ParameterRow("Seed", ("0", "")), ParameterRow("Raw", ("no", "")))


def test_a_line_says_what_sets_a_picture_apart() -> None:
    rows = parameter_rows([item(seed=1, steps=20), item("flux-pro", seed=2, steps=20), item(steps=20)])
    assert difference_line(rows, 1) == "≠ Endpoint flux-pro, Seed 2"
    assert difference_line(rows, 2) == "≠ Endpoint flux-dev"
    assert difference_line(parameter_rows([item(), item(raw=True)]), 0) == "≠ without Raw"
    assert difference_line(parameter_rows([item(), item()]), 0) == "the same parameters"


def test_all_texts_are_harmless() -> None:
    hostile: dict[str, Any] = {"\x1b[2Jna_me": "\x1b]52;c;eA==\x07va\u202elue", "nested": [{"a_b": "\x9b1m"}]}
    rows = parameter_rows([item(**hostile)])
    assert [(row.name, row.values[0]) for row in rows[1:]] == [("Na me", "value"), ("Nested", "A b ")]
    facts = fact_rows(ViewItem(Path("/x/\x1b[31mred.png"), facts={"Ma\x07de": "to\nday"}))
    assert facts == (("Made", "to day"), ("File", "/x/red.png"))


def test_values_for_people() -> None:
    assert [value_text(value) for value in (None, "", True, 0.5, [1, "b"], 3)] == [
        "", "", "yes", "0.5", "1, b", "3",
    ]  # fmt: skip
