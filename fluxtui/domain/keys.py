"""Keys taken out of any text: by what the keys of services look like, and by the very keys that are in use.

A key in use is found as it is in any case, percent-encoded (however often), escaped for JSON, HTML or a
programming language, hexadecimal, and in base64 of either alphabet at each of the three alignments, so also
within `Basic …` and beside other words. Of a key of two halves (`id:secret`) the secret is found alone, too.
Nor is one hidden by what is not seen when the text is shown: line breaks, escape sequences, marks of no room.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from fluxtui.domain.late_pattern import late_pattern
from fluxtui.domain.text import without_unseen

LEAST_LENGTH = 8
"""Characters of a key that is looked for in answers; a shorter one would take words out that are needed."""
_LEAST_WORD = 20
"""The same of a key of letters alone: it may be a word of the service, such as the name of a state."""

REMOVED_KEY = "(key)"
"""Stands in an answer where the key was."""

# Sources: BFL dashboard, fal.ai client (`<key id>:<secret>`) and Replicate HTTP reference, read 2026-11.
_KEYS = late_pattern(
    r"\bbfl_[A-Za-z0-9_-]{8,}"
    r"|\br8_[A-Za-z0-9_-]{8,}"
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}:[0-9a-f]{16,}",
    re.IGNORECASE,
)
_BACKSLASHED = late_pattern(
    r"\\+(?:(?:(?-i:U0{6})|u00|x)([0-9a-f]{2})|u\{0{0,6}([0-9a-f]{2})\}|(?=[!-~]))", re.IGNORECASE
)
_OCTAL = late_pattern(r"(?<!\\)\\+([01][0-7]{2})")
_ESCAPES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("\\", lambda text: _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)),
    ("\\", lambda text: _BACKSLASHED.sub(_character, text)),
    ("&", lambda text: _without_html(text)),
    ("%", lambda text: unquote(text, encoding="latin-1")),
)
"""How a layer of escapes is taken off: of JSON or a programming language, of HTML, and of addresses."""
_LAYERS = 4
"""How often a text can have been escaped."""
_PIECE = 500_000
_LONGEST_MENDED = 300_000
"""Characters up to which a text with a key in it is kept but for the key: the pattern takes 1 µs for each."""
_PICTURE = late_pattern(r"data:image/[a-z0-9.+-]{1,40};base64,", re.IGNORECASE)
_LONG_PICTURE = 200_000
"""Characters from which a picture within an answer is not searched: it becomes a file, and is never told."""
_BESIDE = "[A-Za-z0-9+/_-]{0,2}"
"""Letters of base64 beside a key's own hold some bits of it."""


def without_keys(text: str, instead: str) -> str:
    """Return `text` with `instead` in the place of whatever looks like a key of BFL, fal.ai or Replicate."""
    return _KEYS.sub(instead, text)


def searched_for(keys: Iterable[str]) -> frozenset[str]:
    """Return the keys that are long and odd enough to be looked for in the answers of services."""
    return frozenset(
        key for key in keys if len(key) >= LEAST_LENGTH and (not key.isalpha() or len(key) >= _LEAST_WORD)
    )


@lru_cache(maxsize=32)
def key_filter(keys: frozenset[str], instead: str = REMOVED_KEY) -> KeyFilter:
    """Return the filter for a set of keys, made once for each."""
    return KeyFilter(keys, instead)


class KeyFilter:
    """Takes certain keys out of texts and of what was parsed from JSON.

    Args:
        keys: each of them however it is written, see the head of this module.
        instead: what stands in their place.
    """

    def __init__(self, keys: Iterable[str], instead: str = REMOVED_KEY) -> None:
        self._instead = instead
        forms = sorted({form for key in keys for form in _forms(key)}, key=len, reverse=True)
        encoded = sorted({form for key in forms for form in _base64_forms(key)}, key=len, reverse=True)
        hexadecimal = [form.encode().hex() for form in forms]
        # Unescaped, a backslash of a key's own is lost as well.
        plain = (*forms, *(form.replace("\\", "") for form in forms if "\\" in form))
        self._needles = tuple(needle.lower() for needle in (*plain, *hexadecimal, *encoded) if needle)
        self._shortest = min(map(len, self._needles), default=0)
        self._longest = max(map(len, self._needles), default=0)
        self._forms, self._encoded, self._hexadecimal = forms, encoded, hexadecimal
        self._pattern: re.Pattern[str] | None = None

    def __repr__(self) -> str:
        return "KeyFilter()"

    def without(self, text: str) -> str:
        """Return `text` without the keys.

        Of a long picture in it (a data URI) nothing is searched, and of a text that is far longer than
        anybody reads only its length is left where it has a key. Where a key is broken by what is not seen,
        the text is returned without all of that.
        """
        if not self._needles or len(text) < self._shortest:
            return text
        if len(text) > _LONG_PICTURE and _PICTURE.match(text):
            return text
        clean = self._taken_out(text)
        if clean.isprintable():
            return clean
        seen = without_unseen(clean)
        return self._taken_out(seen) if self._has_key(seen) else clean

    def _taken_out(self, text: str) -> str:
        if not self._has_key(text):
            return text
        if len(text) > _LONGEST_MENDED:
            return f"({len(text)} characters, {self._instead} among them)"
        if self._pattern is None:
            self._pattern = self._compiled()
        found = self._pattern.sub(self._instead.replace("\\", r"\\"), text)
        # Escapes within escapes of another kind are known, but not where in the text they are.
        return self._instead if self._has_key(found) else found

    def _has_key(self, text: str) -> bool:
        """Tell whether a key may be in a text: many times quicker than the pattern, which says where."""
        if self._has_needle(text):
            return True
        for _ in range(_LAYERS):
            before = text
            # A key can hold what looks like an escape of another kind, so each is taken off by itself.
            for escape, taken_off in _ESCAPES:
                changed = taken_off(text) if escape in text else text
                if changed != text and self._has_needle(changed):
                    return True
                text = changed
            if text == before:
                return False
        return False

    def _has_needle(self, text: str) -> bool:
        # In pieces, so that other threads have their turn between them.
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE + self._longest].lower()
            if any(needle in piece for needle in self._needles):
                return True
        return False

    def cleaned(self, value: Any) -> Any:
        """Return a value out of JSON without the keys, in its texts and in the names of its members.

        Raises:
            RecursionError: it is nested too deeply.
        """
        if not self._needles:
            return value
        if isinstance(value, str):
            return self.without(value)
        if isinstance(value, dict):
            return {self.without(name): self.cleaned(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.cleaned(member) for member in value]
        return value

    def _compiled(self) -> re.Pattern[str]:
        plain = ["".join(map(_written, form)) for form in self._forms]
        hexadecimal = [re.escape(form) for form in self._hexadecimal]
        encoded = [f"{_BESIDE}{''.join(map(_in_base64, form))}{_BESIDE}={{0,2}}" for form in self._encoded]
        return re.compile("|".join((*plain, *hexadecimal, *encoded)), re.IGNORECASE)


def _forms(key: str) -> Iterator[str]:
    if key:
        yield key
    # Source: fal.ai client, read 2026-11: a key is `<key id>:<secret>`.
    _, colon, secret = key.partition(":")
    if colon and len(secret) >= LEAST_LENGTH:
        yield secret


def _base64_forms(key: str) -> Iterator[str]:
    """Yield the letters of base64 that depend on the key alone, at each place in groups of three."""
    data = key.encode()
    for before in range(3):
        letters = base64.b64encode(bytes(before) + data + bytes(3)).decode()
        yield letters[-(-8 * before // 6) : 8 * (before + len(data)) // 6]
        if set(letters) & {"+", "/"}:
            web = base64.urlsafe_b64encode(bytes(before) + data + bytes(3)).decode()
            yield web[-(-8 * before // 6) : 8 * (before + len(data)) // 6]


def _written(character: str) -> str:
    """Return the pattern of a character, escaped in whatever way."""
    code = ord(character)
    named = "|".join(_html_names().get(character, ()))
    return (
        f"(?:{re.escape(character)}|%(?:25)*{code:02x}"
        f"|&(?:amp;)*(?:#0*{code};?|#x0*{code:x};?{'|' + named if named else ''})"
        rf"|\\+(?:u00{code:02x}|x{code:02x}|{re.escape(character)}))"
    )


def _in_base64(letter: str) -> str:
    return _written(letter) if letter in "+/-_" else letter


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else ""


def _without_html(text: str) -> str:
    import html

    return html.unescape(text)


@lru_cache(maxsize=1)
def _html_names() -> dict[str, list[str]]:
    from html.entities import html5

    names: dict[str, list[str]] = {}
    for name, character in html5.items():
        if len(character) == 1 and "!" <= character <= "~" and name.endswith(";"):
            names.setdefault(character, []).append(name)
    return names
