"""The JSON of a safetensors header, read piece by piece: what does not belong there never becomes an object.

A general reader would first build whatever the text describes, which can be a hundred times its size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

MOST_TEXT_BYTES = 16_000_000
"""Of one string in a header; the longest real ones are pictures in the metadata."""

_SPACE = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(
    rb'"([^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+)"',
)
_MOST_NUMBER = 2**63 - 1
_WHOLE_NUMBER = re.compile(rb"(?:0|[1-9][0-9]{0,18})(?![0-9.eE])")


class Malformed(ValueError):
    """A header is not what it should be; `str` of it is a clause that says how, `next_step` what helps."""

    def __init__(self, why: str, *, next_step: str = "Fetch or copy the file again.") -> None:
        super().__init__(why)
        self.next_step = next_step


class HeaderText:
    """Reads a header from its first byte to its last.

    Every method raises `Malformed` where something else stands there.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0

    def keys(self) -> Iterator[str]:
        """Yield the keys of the object that comes; the reader must take each value before the next key."""
        self._expect(b"{")
        if self._took(b"}"):
            return
        while True:
            key = self.string()
            self._expect(b":")
            yield key
            if self._took(b"}"):
                return
            self._expect(b",")

    def numbers(self, most: int) -> tuple[int, ...]:
        """Return the list of whole numbers that comes, of which there may be `most`."""
        self._expect(b"[")
        found: list[int] = []
        if self._took(b"]"):
            return ()
        while True:
            if len(found) == most:
                raise Malformed(f"a list in its header has more than {most} numbers")
            found.append(self._number())
            if self._took(b"]"):
                return tuple(found)
            self._expect(b",")

    def has_string(self) -> bool:
        """Tell whether a text comes, without passing it."""
        return self._text.startswith(b'"', self._skip())

    def string(self) -> str:
        """Return the text that comes."""
        match = _STRING.match(self._text, self._skip())
        if match is None:
            raise Malformed("its header is not the JSON it should be")
        self._at = match.end()
        if match.end() - match.start() > MOST_TEXT_BYTES:
            raise Malformed("a text in its header is far too long")
        raw = match[1]
        try:
            text = str(json.loads(match[0])) if b"\\" in raw else raw.decode()
            # Half of a surrogate pair can be escaped, but is no character.
            text.encode()
        except UnicodeError:
            raise Malformed("a text in its header is not Unicode") from None
        return text

    def took_null(self) -> bool:
        """Tell whether a null came, and pass it."""
        return self._took(b"null")

    def end(self) -> None:
        """See that nothing but space follows."""
        if self._skip() != len(self._text):
            raise Malformed("there is more than one object in its header")

    def _number(self) -> int:
        match = _WHOLE_NUMBER.match(self._text, self._skip())
        if match is None:
            raise Malformed("a number in its header is not a whole one within bounds")
        number = int(match[0])
        if number > _MOST_NUMBER:
            raise Malformed("a number in its header is not a whole one within bounds")
        self._at = match.end()
        return number

    def _expect(self, mark: bytes) -> None:
        if not self._took(mark):
            raise Malformed("its header is not the JSON it should be")

    def _took(self, mark: bytes) -> bool:
        start = self._skip()
        if not self._text.startswith(mark, start):
            return False
        self._at = start + len(mark)
        return True

    def _skip(self) -> int:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at
