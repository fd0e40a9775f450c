"""Telling a terminal's replies apart from keys: those of kitty's file transfer, which come at any moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

OPENING: Final = "\x1b]5113;"
"""Source: kitty's documentation, "File transfer over the TTY", read 2026-11."""
ENDS: Final = ("\x1b\\", "\x07")
MAX_REPLY_CHARACTERS: Final = 16_384
"""A reply longer than this has lost its end; what comes after it are keys again."""


class ReplyFilter:
    """Takes replies out of what is typed, however both are cut into pieces.

    Args:
        listener: gets the inside of each reply, without its opening and its end.
    """

    def __init__(self, listener: Callable[[str], None]) -> None:
        self._listener = listener
        self._held = ""

    def feed(self, text: str, *, is_cut: bool = False) -> str:
        """Take what was read, and return what of it is typed; the beginning of a reply is kept back.

        Args:
            text: what was read.
            is_cut: whether there may be more of it. A lone ESC at the end is the key where there is not.
        """
        text, self._held = self._held + text, ""
        typed = ""
        while text:
            start = text.find(OPENING)
            if start < 0:
                kept = _beginning_of(OPENING, text, least=1 if is_cut else 2)
                self._held = text[len(text) - kept :]
                return typed + text[: len(text) - kept]
            typed += text[:start]
            inside = text[start + len(OPENING) :]
            at, end = min(((inside.find(end), end) for end in ENDS if end in inside), default=(-1, ""))
            if at < 0:
                if len(inside) <= MAX_REPLY_CHARACTERS:
                    self._held = text[start:]
                return typed
            self._listener(inside[:at])
            text = inside[at + len(end) :]
        return typed


def _beginning_of(opening: str, text: str, *, least: int) -> int:
    """Return how many characters at the end of a text begin an opening, 0 where they are too few."""
    sizes = range(len(opening) - 1, least - 1, -1)
    return next((size for size in sizes if text.endswith(opening[:size])), 0)
