"""The sheet of styles is parsed once, and anew where its variables are others."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.parse import parse
from textual.css.stylesheet import Stylesheet, StylesheetParseError

from fluxtui.app.stylesheet import SwiftStylesheet


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of what Textual is asked to parse."""
    told: list[str] = []

    def parse_and_tell(scope: str, css: str, *args: Any, **options: Any) -> Any:
        told.append(css)
        return parse(scope, css, *args, **options)

    monkeypatch.setattr("textual.css.stylesheet.parse", parse_and_tell)
    return told


def colours(sheet: Stylesheet) -> list[str]:
    return [rule.styles.color.hex for rule in sheet.rules]


def test_what_is_parsed_stays(parsed: list[str]) -> None:
    sheet = SwiftStylesheet(variables={"ink": "#ff0000"})
    sheet.add_source("Label { color: $ink; }", read_from=("a", ""))
    assert colours(sheet) == ["#FF0000"]
    sheet.set_variables({"ink": "#ff0000"})
    sheet.add_source("Button { color: #00ff00; }", read_from=("b", ""))
    sheet.reparse()
    sheet.reparse()
    assert colours(sheet) == ["#FF0000", "#00FF00"]
    assert len(parsed) == 2


def test_other_variables_count_at_once(parsed: list[str]) -> None:
    sheet = SwiftStylesheet(variables={"ink": "#ff0000"})
    sheet.add_source("Label { color: $ink; }", read_from=("other", ""))
    sheet.reparse()
    sheet.set_variables({"ink": "#0000ff"})
    sheet.reparse()
    assert colours(sheet) == ["#0000FF"]
    assert len(parsed) == 2


def test_a_sheet_with_a_fault_leaves_the_rules_as_they_were() -> None:
    sheet = SwiftStylesheet()
    sheet.add_source("Label { color: #ff0000; }", read_from=("a", ""))
    sheet.reparse()
    sheet.add_source("Label { colour-of-all: #ff0000; }", read_from=("b", ""))
    with pytest.raises(StylesheetParseError):
        sheet.reparse()
    assert [rule.styles.color.hex for rule in sheet._rules] == ["#FF0000"]
