"""Whether what is written arrives as the characters that were meant."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Final

from fluxtui.terminal.query import converse

TRIAL: Final = "\r\u00e9\x1b[6n\r\x1b[K"
"""One character that takes two bytes in UTF-8, the question where the cursor is now, and its removal."""
_CURSOR: Final = re.compile(rb"\x1b\[\d+;(\d+)R")
ANSWER_SECONDS: Final = 1.0


def is_utf8(name: str | None) -> bool:
    """Whether the name of an encoding is one of UTF-8's."""
    try:
        return codecs.lookup(name or "").name == "utf-8"
    except LookupError:
        return False


def understands_utf8(reading: int, writing: int, seconds: float = ANSWER_SECONDS) -> bool | None:
    """Ask a terminal, by where a character leaves its cursor; None where it does not answer.

    Args:
        reading: the descriptor that its answer comes by.
        writing: the descriptor that it is written to.
        seconds: how long to wait for it.
    """
    data = converse(
        TRIAL.encode("utf-8"), lambda so_far: _CURSOR.search(so_far) is not None, reading, writing, seconds
    )
    found = _CURSOR.search(data)
    return None if found is None else int(found[1]) == 2


def write_utf8(environ: Mapping[str, str]) -> str | None:
    """See to it that the screen is written in UTF-8; the sentence for the user where the terminal takes none.

    The locale is no proof: over SSH it is often another machine's, and missing on this one.
    """
    stream = sys.__stderr__
    if not isinstance(stream, TextIOWrapper) or is_utf8(stream.encoding):
        return None
    if sys.__stdin__ is not None and understands_utf8(sys.__stdin__.fileno(), stream.fileno()) is False:
        found = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "not set"
        hint = " `screen -U` starts a GNU screen that does." if "STY" in environ else ""
        return (
            f"FluxTUI draws with UTF-8, which this terminal does not understand (the locale is {found}). "
            f"Let the terminal use UTF-8, and set LANG to a locale such as C.UTF-8.{hint}"
        )
    stream.reconfigure(encoding="utf-8", errors="replace")
    return None


def open_standard_streams() -> None:
    """See to it that standard input, output and error are there, and that no character is a fault.

    A closed one would be taken by the next file that is opened, and get what is meant for people.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor == 0 else os.O_WRONLY)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # What the user chose for PYTHONIOENCODING stays, unless it is to fail.
        if isinstance(stream, TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")
