"""Textual's events for what a terminal sends; replies that nobody asked for are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from fluxtui.terminal.input_reader import ESC, Pasted, Token, Typed

_TEXTUAL_READS: Final = re.compile(
    r"\x1b\[<\d+;-?\d+;-?\d+[Mm]|\x1b\[[IO]|\x1b\[\?\d+;\d\$y|\x1b\[48(?:;\d+(?::\d+)*){4}t"
)
"""The mouse, the focus, modes that Textual has asked for, and sizes of the window."""
_MOST_TEXTUAL_READS: Final = 32
"""Characters of a sequence; Textual takes those of a longer one for keys."""
_EXTENDED_KEY: Final = re.compile(
    r"\x1b\[(?P<code>\d*)(?::[\d:]*)?"
    r"(?P<rest>(?:;\d{0,3}(?::\d*)?(?:;[\d:]*)?)?)(?P<end>[A-Z~u])"
)
_OF_THE_PROTOCOL: Final = range(57344, 63744)
"""Code points that kitty's keyboard protocol uses for keys without a character.

Source: kitty's documentation, "Comprehensive keyboard handling", read 2026-11.
"""


class InputEvents:
    """Makes events of tokens; Textual's own parser takes every piece of a reply for keys."""

    def __init__(self, debug: bool = False) -> None:
        self._parser = XTermParser(debug)

    def of(self, token: Token) -> Iterator[Message]:
        """Yield the events of a token; none for a reply."""
        if isinstance(token, Pasted):
            yield events.Paste(token.text.replace("\x00", ""))
        elif isinstance(token, Typed) and token.text.startswith(ESC):
            yield from self._of_sequence(token.text)
        elif isinstance(token, Typed):
            for character in token.text:
                yield from self._keys(character)

    def _of_sequence(self, sequence: str) -> Iterable[Message]:
        if sequence == ESC:
            return [events.Key("escape", ESC)]
        if _TEXTUAL_READS.fullmatch(sequence):
            return self._parser.feed(sequence) if len(sequence) <= _MOST_TEXTUAL_READS else ()
        if sequence[1] in "[O" and len(sequence) > 2:
            return self._keys(sequence) if _is_key(sequence) else ()
        return self._keys(sequence) or self._keys(sequence[1:], alt=True)

    def _keys(self, sequence: str, *, alt: bool = False) -> list[Message]:
        try:
            keys = self._parser._sequence_to_key_events(sequence, alt=alt)
            return [key for key in keys if key.key != Keys.Ignore]
        except (ValueError, OverflowError):  # the number of a character that there is not
            return []


def _is_key(sequence: str) -> bool:
    """Whether a control sequence stands for a key. Textual takes any number for that of a character."""
    if sequence in ANSI_SEQUENCES_KEYS:
        return True
    match = _EXTENDED_KEY.fullmatch(sequence)
    if match is None or (match["end"] == "R" and match["rest"]):  # where the cursor is
        return False
    name = f"{int(match['code'] or '1')}{match['end']}" if len(match["code"]) < 9 else ""
    if name in FUNCTIONAL_KEYS:
        return True
    return match["end"] == "u" and bool(name) and _is_character(int(match["code"] or "1"))


def _is_character(code: int) -> bool:
    is_surrogate = 0xD800 <= code < 0xE000
    return 0 < code < 0x110000 and not is_surrogate and code not in _OF_THE_PROTOCOL
