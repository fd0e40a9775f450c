"""From the text of a template to the commands that the `dynamicprompts` package reads out of it.

The package is imported when the first template is read. Its parser refuses or drops what prompts are full of
(a price in $, 100 %, the colour #ff0000, an address with //), so such characters stand aside while it reads.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.prompts import COMMENT, TEMPLATE_LIMIT, WILDCARD, json_spans, place_in
from fluxtui.domain.text import safe_text

if TYPE_CHECKING:
    from dynamicprompts.commands import Command

MARKS_LIMIT = 250
"""Braces, bars, wildcards and variables of a template; the parser takes milliseconds for each."""
NESTING_LIMIT = 10

_ASIDE = {sign: chr(0xE000 + number) for number, sign in enumerate("#/$%_*{}|()")}
_OFTEN_LITERAL = frozenset("#/$%_*")
_BACK = str.maketrans({aside: character for character, aside in _ASIDE.items()})
_PLAIN = {ord(aside): None for aside in _ASIDE.values()}
_MARK = re.compile(r"[{|}$]|__")
_ALWAYS_ASIDE_IN_NAMES = "#$()"
_ARGUMENTS = re.compile(r"\([^()]*=[^()]*\)$")


def parse_template(text: str, is_name: Callable[[str], bool] = lambda name: False) -> Command:
    """Return the commands of a template; what is literal in them is to be put through `put_back`.

    A line that begins with `#` or `//` is a comment; elsewhere these are characters like others. Objects of
    JSON stand as they are.

    Args:
        text: as typed.
        is_name: tells whether a wildcard has a name; then all of it is that name, whatever signs it has.

    Raises:
        InvalidInput: it cannot be understood; a sentence says where.
    """
    if len(text) > TEMPLATE_LIMIT or len(_MARK.findall(text)) > MARKS_LIMIT:
        raise InvalidInput(
            f"The template is too long: at most {TEMPLATE_LIMIT:,} characters and {MARKS_LIMIT} braces, bars "
            "and wildcards are worked out."
        )
    readable = _set_aside(text.translate(_PLAIN), is_name)
    with_pyparsing = _parser()
    try:
        return with_pyparsing(readable)
    except InvalidInput:
        raise
    except Exception as error:
        # The package tells faults by many exceptions, some of them by accident.
        place = getattr(error, "loc", None)
        where = f" at {place_in(text, place)}" if isinstance(place, int) else ""
        near = f": “{safe_text(text[place:], limit=24)}”" if isinstance(place, int) and text[place:] else ""
        raise InvalidInput(f"The template cannot be understood{where}{near}.") from error


def put_back(text: str) -> str:
    """Return literal text as it was typed."""
    return text.translate(_BACK)


def _parser() -> Callable[[str], Command]:
    # The package still calls functions of pyparsing by names that go out of use.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="dynamicprompts")
    # It logs parts of prompts, which are nobody else's business.
    logging.getLogger("dynamicprompts").setLevel(logging.CRITICAL + 1)
    from dynamicprompts.parser.parse import parse

    return parse


def _set_aside(text: str, is_name: Callable[[str], bool]) -> str:
    """Return the text, of the same length, with only that syntax in it which means something."""
    without = COMMENT.sub(lambda line: " " * len(line[0]), text)
    for begin, end in json_spans(without):
        without = without[:begin] + _aside(without[begin:end], _ASIDE) + without[end:]
    named = list(WILDCARD.finditer(without))
    wildcards = {index for found in named for index in _ends(found)}
    for found in named:
        begin, end = _name_in(found, is_name)
        without = without[:begin] + _aside(without[begin:end], _ALWAYS_ASIDE_IN_NAMES) + without[end:]
    characters = list(without)
    open_braces: list[int] = []
    for index, character in enumerate(without):
        if character == "{":
            open_braces.append(index)
            if len(open_braces) > NESTING_LIMIT:
                raise InvalidInput(f"The template is nested deeper than {NESTING_LIMIT} times.")
        elif character == "}" and open_braces:
            open_braces.pop()
        elif character in _OFTEN_LITERAL and not _means_something(
            without, index, wildcards, bool(open_braces)
        ):
            characters[index] = _ASIDE[character]
    if open_braces:
        raise InvalidInput(f"The {{ at {place_in(text, open_braces[-1])} is never closed.")
    return "".join(characters)


def _aside(text: str, signs: Iterable[str]) -> str:
    return text.translate({ord(sign): _ASIDE[sign] for sign in signs})


def _name_in(found: re.Match[str], is_name: Callable[[str], bool]) -> tuple[int, int]:
    """Return where the name of a wildcard is that has signs in it, which then mean nothing else."""
    begin = found.start() + (3 if found[0][2:3] in "~@!" else 2)
    end = found.end() - 2
    if is_name(found.string[begin:end]):
        return begin, end
    if "${" in found[0]:
        return begin, begin
    arguments = _ARGUMENTS.search(found.string[begin:end])
    return begin, (begin + arguments.start() if arguments else end)


def _ends(found: re.Match[str]) -> tuple[int, ...]:
    """Return where the underlines round a wildcard are."""
    return (found.start(), found.start() + 1, found.end() - 2, found.end() - 1)


def _means_something(text: str, index: int, wildcards: set[int], in_braces: bool) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    match text[index]:
        case "$":
            return after == "{" or (in_braces and "$" in (before, after))
        case "%":
            return after == "{"
        case "_":
            return index in wildcards or (before != "_" and after != "_")
        case "/":
            return before != "/" and after != "/"
        case "*":
            return before != "/" and after != "/"
    return False
