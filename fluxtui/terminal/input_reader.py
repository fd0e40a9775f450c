"""Telling apart what a terminal sends: keys, pasted text, and its replies, however they are cut into pieces.

A slow or lossy line cuts anywhere and loses ends. Nothing here waits for ever: what is not whole within a
time after its last byte is given up, and the keys that leave the program count in the middle of anything.

Source: ECMA-48, 5.4 and 5.6 (control sequences and strings); xterm's ctlseqs (bracketed paste, mouse),
both read 2026-11.
"""

from __future__ import annotations

import re
from typing import Final

from fluxtui.system.dataclass import dataclass

ESCAPE_SECONDS: Final = 0.1
"""After this long a lone ESC is the key."""
SEQUENCE_SECONDS: Final = 2.0
"""How long after its last byte the rest of a sequence or a reply is waited for."""
PASTE_SECONDS: Final = 1.0
"""How long after its last byte the end of a paste is waited for; then what came is what was pasted."""
LATE_SECONDS: Final = 5.0
"""For how long the rest of what was given up is still recognised."""
APART_SECONDS: Final = 0.05
"""What comes so long after the last byte of a paste, and is a key or a report, is no part of it."""
MOST_REPLY: Final = 16_384
"""Characters of a reply that are kept; a longer one is passed over to its end."""
MOST_SEQUENCE: Final = 256
"""Characters of a control sequence; one that is longer is none."""

ESC: Final = "\x1b"
PASTE_START: Final = "\x1b[200~"
PASTE_END: Final = "\x1b[201~"
LEAVING: Final = "\x03\x11"
"""Ctrl+C and Ctrl+Q as bytes."""

_STRING_OPENERS: Final = "P]_^X"
_STRING_END: Final = re.compile(r"\x1b\\|\x07|\x9c|[\x18\x1a\x03\x11]|\x1b(?=[^\\])")
_CONTROL_SEQUENCE: Final = re.compile(r"\x1b\[(?:M[^\x00-\x1f]{3}|\[[A-Z]|(?!M|\[)[0-?]*[ -/]*[@-~])")
_BEGUN_CONTROL_SEQUENCE: Final = re.compile(r"\x1b\[(?:M[^\x00-\x1f]{0,2}|\[|[0-?]*[ -/]*)\Z")
_KEYPAD: Final = re.compile(r"\x1bO[\d;]*[A-Za-z]")
_BEGUN_KEYPAD: Final = re.compile(r"\x1bO[\d;]*\Z")
_RXVT_SHIFTED: Final = re.compile(r"\x1b\[\d+\$")
_PLAIN: Final = re.compile(r"[^\x1b]+")
_BROKEN_SEQUENCE: Final = re.compile(r"\x1b(?:\[(?:\[|M[^\x00-\x1f]{0,2}|[0-?]*[ -/]*)|O[\d;]*)")
_BEGUN_PASTE_END: Final = re.compile(r"\x1b(?:\[(?:2(?:0(?:1)?)?)?)?\Z")

_REPORT: Final = re.compile(
    r"\x1b\[<?[-\d;]+[Mm]|\x1b\[M[^\x00-\x1f]{3}|\x1b\[[IO]|\x1b\[[<=>?][0-?]*[ -/]*[@-~]"
    r"|\x1b\[[\d;]*[Rcntxy]"
    r"|\x1b[P\]_^X][^\x1b\x07]*(?:\x1b\\|\x07)"
)
"""What a terminal says by itself: the mouse, the focus, replies."""
_CONTROL_KEYS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]+")
"""Keys together with Ctrl, and Backspace; those that are pasted as well (Tab, Enter) are none of them."""
_WHOLE: Final = re.compile(rf"(?:{_REPORT.pattern}|{_CONTROL_SEQUENCE.pattern}|{_KEYPAD.pattern})+")
_LATE_REST: Final = re.compile(
    r"\[<?[\d;:]*[A-HMP-SZ~umIOtcnxyR]|\[[>?][\d;]+\$?[A-Za-z]|\[\[[A-E]|O[A-Z]"
    r"|\]\d+;|P[\d>!]*[>+$!|]|_G|\[20|[P\]_^X][^\x1b\x07]*(?:\x1b\\|\x07)"
)
"""How the rest of a sequence begins whose ESC came long before."""


@dataclass(frozen=True)
class Typed:
    """Plain characters, or one whole sequence that begins with ESC: a key, the mouse or a report."""

    text: str


@dataclass(frozen=True)
class Pasted:
    """Text pasted as one piece."""

    text: str


@dataclass(frozen=True)
class Replied:
    """A control string of the terminal without its end: `]` for OSC, `P` for DCS, `_` for APC; its inside."""

    text: str


Token = Typed | Pasted | Replied


class InputReader:
    """Takes what was read from a terminal and gives whole keys, pastes and replies.

    Args:
        escape_seconds: how long a lone ESC waits for the rest of a sequence.

    The times given to it are of any clock that never goes back, in seconds.
    """

    def __init__(self, escape_seconds: float = ESCAPE_SECONDS) -> None:
        self._escape_seconds = escape_seconds
        self._held = ""
        self._paste: list[str] | None = None
        self._last = 0.0
        self._last_before = 0.0
        self._late_escape = 0.0
        self._late_string = 0.0
        self._late_paste = 0.0

    @property
    def due(self) -> float | None:
        """When `tick` has something to give up; None where nothing is waited for."""
        if self._paste is not None:
            return self._last + PASTE_SECONDS
        if not self._held:
            return None
        is_key = self._held == ESC or _RXVT_SHIFTED.fullmatch(self._held)
        return self._last + (self._escape_seconds if is_key else SEQUENCE_SECONDS)

    def feed(self, text: str, now: float) -> list[Token]:
        """Take what was read and return what is whole; see `tick` for the rest."""
        if not text:
            return []
        if self._paste is None:
            text = self._with_what_was_late(text, now)
        self._last_before, self._last = self._last, now
        return self._read_on(text)

    def tick(self, now: float) -> list[Token]:
        """Give up what has waited for too long; to be called when `due`, and nothing is there to be read."""
        if self.due is None or now < self.due:
            return []
        if self._paste is not None:
            return self._give_up_paste(now)
        held, self._held = self._held, ""
        if held == ESC:
            self._late_escape = now + SEQUENCE_SECONDS
            return [Typed(ESC)]
        if held[1] in _STRING_OPENERS:
            self._late_string = now + LATE_SECONDS
        return [Typed(held)] if _RXVT_SHIFTED.fullmatch(held) else []

    def _read_on(self, text: str) -> list[Token]:
        found: list[Token] = []
        while text:
            if self._paste is not None:
                text = self._read_paste(text, found)
            else:
                text, self._held = self._held + text, ""
                text = self._read_one(text, found)
        return found

    def _read_one(self, text: str, found: list[Token]) -> str:
        """Read one token at the beginning of a text and return what is behind it; what is begun is held."""
        plain = _PLAIN.match(text)
        if plain is not None:
            found.append(Typed(plain[0]))
            return text[plain.end() :]
        if len(text) == 1:
            self._held = text
            return ""
        if text[1] in ESC + LEAVING:
            found.append(Typed(ESC))
            return text[1:]
        if text[1] in _STRING_OPENERS:
            return self._read_string(text, found)
        if text[1] in "[O":
            return self._read_sequence(text, found)
        if text[1] != "\\":
            found.append(Typed(text[:2]))
        return text[2:]

    def _read_sequence(self, text: str, found: list[Token]) -> str:
        """Read a control sequence or a key of the keypad; one that is broken off is left out."""
        whole, begun = (
            (_CONTROL_SEQUENCE, _BEGUN_CONTROL_SEQUENCE) if text[1] == "[" else (_KEYPAD, _BEGUN_KEYPAD)
        )
        match = whole.match(text)
        if match is not None:
            if match[0] == PASTE_START:
                self._paste = []
            elif match[0] != PASTE_END:
                found.append(Typed(match[0]))
            return text[match.end() :]
        if begun.match(text):
            # Of one that is too long to mean anything, the beginning is enough to find its end.
            self._held = text if len(text) <= MOST_SEQUENCE else text[:2] + "?"
            return ""
        # What breaks it off is a key, or begins something else.
        broken = _BROKEN_SEQUENCE.match(text)
        return text[broken.end() if broken is not None else 2 :]

    def _read_string(self, text: str, found: list[Token]) -> str:
        """Read a control string; what the terminal or the user breaks off is left out."""
        end = _STRING_END.search(text, 2)
        if end is None:
            # Without its beginning a reply says nothing; its last byte may be half of its end.
            self._held = text if len(text) <= MOST_REPLY else text[:2] + "\x00" + text[-1]
            return ""
        is_whole = end[0] in (ESC + "\\", "\x07", "\x9c")
        if is_whole and not text.startswith("\x00", 2):
            found.append(Replied(text[1 : end.start()]))
        is_passed = is_whole or end[0] in "\x18\x1a"
        return text[end.end() if is_passed else end.start() :]

    def _read_paste(self, text: str, found: list[Token]) -> str:
        """Read on in a paste, and return what is behind its end."""
        paste = self._paste or []
        is_late = self._last - self._last_before >= APART_SECONDS
        if is_late and _is_apart(text):
            return self._read_apart(text, found)
        # A mark may be cut anywhere: the last characters are looked at once more.
        seam = "".join(paste[-len(PASTE_END) :])[-len(PASTE_END) + 1 :]
        marks = [(at, mark) for mark in (PASTE_END, PASTE_START) if (at := (seam + text).find(mark)) >= 0]
        paste.append(text)
        self._paste = paste
        if not marks:
            if is_late and not text.strip(ESC):
                # The key, or the beginning of the end: the paste does not wait longer for that.
                self._last = self._last_before
            return ""
        at, mark = min(marks)
        whole = "".join(paste)
        at += len(whole) - len(text) - len(seam)
        found += [Pasted(whole[:at])] if at else []
        self._paste = None if mark == PASTE_END else []
        self._late_paste = 0.0
        return whole[at + len(mark) :]

    def _read_apart(self, text: str, found: list[Token]) -> str:
        """Read what came in the middle of a paste without being part of it."""
        if not _REPORT.match(text):
            found += self._give_up_paste(self._last)
            return text
        paste, self._paste = self._paste, None
        found += self._read_on(text)
        # The terminal says such things all the time; the paste does not wait longer for that.
        self._paste, self._last = paste, self._last_before
        return ""

    def _give_up_paste(self, now: float) -> list[Token]:
        whole = "".join(self._paste or [])
        text = _BEGUN_PASTE_END.sub("", whole).rstrip(ESC)
        self._paste = None
        self._late_paste = now + LATE_SECONDS
        if whole.endswith(ESC):
            self._late_escape = now + SEQUENCE_SECONDS
        keys = text[-1:] if text[-1:] and text[-1] in LEAVING else ""
        text = text.removesuffix(keys)
        found: list[Token] = [Pasted(text)] if text else []
        return [*found, Typed(keys)] if keys else found

    def _with_what_was_late(self, text: str, now: float) -> str:
        """Return a text as it would be had what was given up before come in time."""
        if self._held:
            return text
        late_escape, self._late_escape = self._late_escape, 0.0
        if now < late_escape and len(text) > 1 and _LATE_REST.match(text):
            # The key was told already; a second one would be one too much.
            return ESC + text
        if now < self._late_string and len(text) > 1:
            end = re.match(r"[^\x1b\x07]*(?:\x1b\\|\x07)", text)
            if end is not None:
                self._late_string = 0.0
                return text[end.end() :]
        if now < self._late_paste and _continues_paste(text):
            self._paste = []
        return text


def _is_apart(text: str) -> bool:
    """Whether a piece is only keys and reports that no pasted text contains."""
    return _CONTROL_KEYS.fullmatch(text) is not None or (
        _WHOLE.fullmatch(text) is not None and PASTE_START not in text and PASTE_END not in text
    )


def _continues_paste(text: str) -> bool:
    """Whether a piece is more of a paste whose end was given up: nobody types so much at once."""
    return PASTE_END in text or (
        len(set(text)) > 1 and ESC not in text and _CONTROL_KEYS.fullmatch(text) is None
    )
