"""A pattern that is compiled late is one when it is used."""

from __future__ import annotations

import re

import pytest

from fluxtui.domain.late_pattern import late_pattern


def test_it_finds_what_the_pattern_finds() -> None:
    pattern = late_pattern(r"(?P<word>[a-z]+)", re.IGNORECASE)
    found = pattern.fullmatch("Word")
    assert found is not None
    assert found["word"] == "Word"
    assert pattern.sub("x", "ab 12 CD") == "x 12 x"
    assert pattern.pattern == r"(?P<word>[a-z]+)"


def test_it_is_compiled_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile

    def noted(source: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(source)
        return real(source, flags)

    monkeypatch.setattr(re, "compile", noted)
    pattern = late_pattern("once-in-a-test")
    assert compiled == []
    assert pattern.search("once-in-a-test twice")
    assert pattern.search("nowhere") is None
    assert compiled == ["once-in-a-test"]
