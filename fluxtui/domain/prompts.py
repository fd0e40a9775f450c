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

_NAMED = r"__[~@!]?(?!_)(?:[\w\-./*?\[\]]|\$\{[^{}]*\})+?(?:\([^()]*\))?__"
_FREELY_NAMED = r"(?<![A-Za-z0-9_])__[~@!]?(?![\s_])(?:(?!__)[^{}|\n]){1,120}(?<!\s)__(?![A-Za-z0-9_])"
WILDCARD = re.compile(f"{_NAMED}|{_FREELY_NAMED}")
"""A wildcard in a template, such as `__colour__`, `__animals/*__`, `__~car(make=old)__` or `__my colours__`.

With blanks and other signs in its name, it must stand apart from words, as names of files do not.
"""

COMMENT = re.compile(r"^[ \t]*(?:#|//).*$", re.MULTILINE)
"""A line of a template that is in no prompt."""
_BRACES = re.compile(r"\$?\{[^{}]*\}?")
_OBJECT = re.compile(r"""\{\s*(?:"[^"\n]*"|'[^'\n]*'|[“„][^”“\n]*[”“])\s*:""")
"""How an object of JSON begins, also one that is not quite right."""
_MOST_OBJECTS = 50
"""Places of a text at which JSON is looked for."""
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
        return isinstance(json.loads(stripped, strict=False), dict | list)
    except (ValueError, RecursionError):
        return False


def is_template(text: str) -> bool:
    """Tell whether a text has the syntax of templates outside of JSON; a brace alone is a brace.

    What looks like JSON that is not quite right is none: see `doubt_in`.
    """
    return _may_be_template(text) and not doubt_in(text)


def doubt_in(text: str) -> str:
    """Return why it is not known whether a text is a template or JSON with a fault, else `''`."""
    if not _may_be_template(text):
        return ""
    found = _OBJECT.search(_without(json_spans(text), text))
    if found is None:
        return ""
    try:
        json.JSONDecoder(strict=False).raw_decode(text, found.start())
    except json.JSONDecodeError as error:
        # The scanner tells of a comma too much where the next name should be.
        return f"the JSON has a fault at {place_in(text, min(error.pos, max(len(text) - 1, 0)))}"
    except RecursionError:
        return "the JSON is nested too deep"
    return "the JSON is too long"


def _may_be_template(text: str) -> bool:
    if "{" not in text and "__" not in text:
        return False
    if is_structured(text):
        return False
    outside = _without(json_spans(text), text)
    return bool(_has_choice(outside) or WILDCARD.search(outside) or _COMMAND.search(outside))


def json_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where objects of valid JSON begin and end in a text: their braces are no choices."""
    decoder, spans, position = json.JSONDecoder(strict=False), [], 0
    for _ in range(_MOST_OBJECTS):
        found = _OBJECT.search(text, position)
        if found is None:
            break
        try:
            _, position = decoder.raw_decode(text, found.start())
            spans.append((found.start(), position))
        except (ValueError, RecursionError):
            position = found.end()
    return tuple(spans)


def _without(spans: tuple[tuple[int, int], ...], text: str) -> str:
    """Return a text, of the same length, with blanks in place of some parts."""
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def standing_in(prompt: str) -> str:
    """Return the first part of a prompt as it is sent that looks like syntax, such as `'{red}'`, or `''`."""
    if is_structured(prompt):
        return ""
    outside = _without(json_spans(prompt), prompt)
    found = [match for match in (_BRACES.search(outside), WILDCARD.search(outside)) if match is not None]
    return min(found, key=lambda match: match.start())[0].strip() if found else ""


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
    if not style or not inner or is_structured(inner) or (inner.startswith(("{", "[")) and doubt_in(inner)):
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
