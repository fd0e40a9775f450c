"""Prompts before they are sent: which are templates, how a style goes round them, how long they are.

Templates have the syntax of the `dynamicprompts` package (its documentation, read 2026-11): `{a|b}`,
`{2$$a|b|c}`, `{0.5::a|b}`, `__wildcard__`, `${name=value}`, `${name}`, `%{wrapper...$$inner}`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

PLACE = "{prompt}"
"""Where a style takes the prompt in."""

MOST_COMBINATIONS = 96
"""How many prompts all combinations of a template may make; more are refused before anything is made."""

TEMPLATE_LIMIT = 20_000
"""Characters of a template that are worked out."""

WILDCARD = re.compile(r"__[~@!]?(?!_)(?:[\w\-./*?\[\]]|\$\{[^{}]*\})+?(?:\([^()]*\))?__")
"""A wildcard in a template, such as `__colour__`, `__animals/*__` or `__~car(make=old)__`."""

_COMMAND = re.compile(r"\$\{\s*[A-Za-z_-][\w-]*\s*(?:[:=}]|\?=)|%\{[^{}]*\$\$")


class Templates(StrEnum):
    """What becomes of a prompt that is a template."""

    RANDOM = "random"
    """Each picture has a prompt that is drawn."""
    ALL = "all"
    """Each combination is made, as often as pictures are asked for."""
    OFF = "off"
    """It is sent as it stands."""


def is_structured(text: str) -> bool:
    """Tell whether a text is JSON for FLUX.2, whose braces mean something else."""
    stripped = text.strip()
    if not stripped.startswith(("{", "[")):
        return False
    try:
        return isinstance(json.loads(stripped), dict | list)
    except (ValueError, RecursionError):
        return False


def is_template(text: str) -> bool:
    """Tell whether a text has the syntax of templates, and is no JSON; a brace alone is a brace."""
    has_syntax = _has_choice(text) or WILDCARD.search(text) is not None or _COMMAND.search(text) is not None
    return has_syntax and not is_structured(text)


def _has_choice(text: str) -> bool:
    """Tell whether there is a `|` or `$$` anywhere between braces, closed or not yet closed."""
    depth = 0
    for index, character in enumerate(text):
        if character == "{":
            depth += 1
        elif character == "}":
            depth = max(depth - 1, 0)
        elif depth and (character == "|" or text.startswith("$$", index)):
            return True
    return False


def outside_choices(text: str) -> str:
    """Return what stands in every prompt that a template makes: the text outside of all braces."""
    depth, kept = 0, []
    for character in WILDCARD.sub(" ", text):
        depth += character == "{"
        if not depth:
            kept.append(character)
        elif character == "}":
            depth -= 1
            kept.append(" ")
    return "".join(kept)


def styled(style: str, prompt: str) -> str:
    """Return a prompt in its style: in each `{prompt}`, or in front where the style has none.

    No style, no prompt and JSON leave the prompt as it is.
    """
    inner = prompt.strip()
    if not style or not inner or is_structured(inner):
        return prompt
    return style.replace(PLACE, inner) if PLACE in style else f"{inner}, {style}"


@dataclass(frozen=True)
class Length:
    """How long a prompt is."""

    characters: int
    words: int

    def words_for_people(self) -> str:
        """Return `'6 words, 34 characters'`, or `''` for nothing."""
        if not self.characters:
            return ""
        words = "1 word" if self.words == 1 else f"{self.words:,} words"
        return f"{words}, {self.characters:,} characters"


def length_of(text: str) -> Length:
    """Return how long a prompt is, without what surrounds it."""
    stripped = text.strip()
    return Length(len(stripped), len(stripped.split()))


def place_in(text: str, index: int) -> str:
    """Return where an index is in a text, for people: `'character 5'`, after its line if there are more."""
    line = text.count("\n", 0, index) + 1
    column = index - (text.rfind("\n", 0, index) + 1) + 1
    return f"line {line}, character {column}" if "\n" in text else f"character {column}"
