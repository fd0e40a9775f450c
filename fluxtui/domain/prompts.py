"""Prompts before they are sent: which are templates, how a style goes round them, how long they are.

Templates have the syntax of the `dynamicprompts` package (its documentation, read 2026-11): `{a|b}`,
`{2$$a|b|c}`, `{0.5::a|b}`, `__wildcard__`, `${name=value}`, `${name}`, `%{wrapper...$$inner}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

from fluxtui.domain.late_pattern import late_pattern
from fluxtui.system.dataclass import dataclass

PLACE = "{prompt}"
"""Where a style takes the prompt in."""

MOST_COMBINATIONS = 96
"""How many prompts all combinations of a template may make; more are refused before anything is made."""

TEMPLATE_LIMIT = 20_000
"""Characters of a template that are worked out."""

_NAMED = r"__[~@!]?(?!_)(?:[\w\-./*?\[\]]|\$\{[^{}]*\})+?(?:\([^()]*\))?__"
_FREELY_NAMED = r"(?<![A-Za-z0-9_])__[~@!]?(?![\s_])(?:(?!__)[^{}|\n]){1,120}(?<!\s)__(?!_)"
WILDCARD = late_pattern(f"{_NAMED}|{_FREELY_NAMED}")
"""A wildcard in a template, such as `__colour__`, `__animals/*__`, `__~car(make=old)__` or `__my colours__`.

With blanks and other signs in its name, no word must touch its front; what follows it may, as in
`__wild animals__s`.
"""

COMMENT = late_pattern(r"^[ \t]*(?:#|//).*$", re.MULTILINE)
"""A line of a template that is in no prompt."""
_BRACES = late_pattern(r"\$?\{[^{}]*\}?")
_RUN = late_pattern(r"__+")
_QUOTED_KEY = r"""\{\s*(?:"[^"\n]*"|'[^'\n]*'|[“„][^”“\n]*[”“])\s*:"""
_KEY = r"[^\W\d][\w-]*\s*:"
_VALUE = (
    rf"""\s*(?:["'“„]|\[\s*["'“„{{\d\]-]|\{{\s*(?:["'“„]|{_KEY})|(?:-?\d[\d.]*|true|false|null)\s*[,}}])"""
)
_PLAIN_KEY = rf"""(?<![$%])\{{\s*(?:{_KEY}[^{{}}|,:"'“„]*,\s*)*{_KEY}(?={_VALUE})"""
_OBJECT = late_pattern(f"{_QUOTED_KEY}|{_PLAIN_KEY}")
"""How an object of JSON begins, also one that is not quite right, as with names without quotation marks."""
_MOST_OBJECTS = 50
"""Places of a text at which JSON is looked for."""
_MOST_UNDERLINED = 255
"""Characters of a file's name."""
_COMMAND = late_pattern(r"\$\{\s*[A-Za-z_-][\w-]*\s*(?:[:=}]|\?=)|%\{[^{}]*\$\$")


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


def can_be_named(name: str) -> bool:
    """Tell whether a wildcard of this name is replaced where it stands between underlines."""
    wildcard = f"__{name}__"
    found = WILDCARD.search(wildcard)
    return found is not None and found[0] == wildcard


@dataclass(frozen=True)
class Underlined:
    """What stands between underlines and is no wildcard by its signs, but may be meant as one.

    Attributes:
        text: as it stands, with the underlines.
        names: what the wildcard may be called, the likeliest first.
    """

    text: str
    names: tuple[str, ...]


def may_mean_wildcards(text: str) -> bool:
    """Tell whether a text has underlines that may be meant as those of a wildcard."""
    return not is_structured(text) and len(_RUN.findall(text)) > 1


def underlined_in(text: str, *, is_made: bool = False) -> Iterator[Underlined]:
    """Yield what may be meant as wildcards in a text that is worked out, outside of JSON.

    Args:
        text: a template or prompt.
        is_made: whether it is sent so; then what is a wildcard by its signs is yielded as well.
    """
    if not may_mean_wildcards(text):
        return
    outside = _without(json_spans(text), text)
    if not is_made:
        outside = WILDCARD.sub(lambda found: " " * len(found[0]), outside)
    for before, after in pairwise(_RUN.finditer(outside)):
        inner = outside[before.end() : after.start()]
        if inner.strip() and len(inner) <= _MOST_UNDERLINED:
            fronts, ends = (dict.fromkeys(("", "_" * (len(run[0]) - 2))) for run in (before, after))
            names = [f"{front}{inner}{end}" for front in fronts for end in ends]
            plain = [" ".join(name.split()) for name in names]
            signless = [name.lstrip("~@!").lstrip() for name in plain]
            named = tuple(name for name in dict.fromkeys((*plain, *signless, *names)) if name)
            yield Underlined(outside[before.start() : after.end()], named)


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
