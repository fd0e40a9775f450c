"""Textual's stylesheets, parsed once for all programs of a test process instead of once for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


@contextmanager
def parsed_once() -> Iterator[None]:
    """Let all stylesheets share what they parse, which depends on text, place and variables alone.

    Textual does so for each program, and never changes a rule that it has parsed. Parsing is a sixth of what
    it costs to start the program, and hashing rules by a function written in Python nearly as much.
    """
    parse_rules = Stylesheet._parse_rules
    parsed: dict[object, list[RuleSet]] = {}

    def parse_or_recall(
        stylesheet: Stylesheet,
        css: str,
        read_from: tuple[str, str],
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        source = (css, read_from, is_default_rules, tie_breaker, scope)
        own = stylesheet._parse_cache
        if source not in own:
            key = (frozenset(stylesheet._variables.items()), source)
            if key not in parsed:
                parsed[key] = parse_rules(stylesheet, *source)
            own[source] = parsed[key]
        return own[source]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_or_recall)
        patch.setattr(RuleSet, "__hash__", object.__hash__)
        yield
