"""The terminal as the operating system sees it."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import termios
from collections.abc import Mapping
from typing import Final, TextIO

ASSUMED_SIZE: Final = (80, 24)
"""Columns and rows of a terminal that tells none, as those of dtach and of some containers do at first."""
_MAX_CELL = 200
_MAX_DIGITS = 4


def size_of(fd: int, environ: Mapping[str, str] | None = None) -> tuple[int, int]:
    """Columns and rows of a terminal: by COLUMNS and LINES, else by the operating system, else assumed.

    Everybody who asks for the size asks here: two who assume different ones would follow each other for ever.
    """
    environ = os.environ if environ is None else environ
    try:
        told = os.get_terminal_size(fd)
    except OSError:
        told = os.terminal_size((0, 0))
    return (
        _positive(environ.get("COLUMNS")) or told.columns or ASSUMED_SIZE[0],
        _positive(environ.get("LINES")) or told.lines or ASSUMED_SIZE[1],
    )


def _positive(text: str | None) -> int:
    """The number that a variable says, 0 if it says none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0


def cell_size_of(fd: int) -> tuple[int, int] | None:
    """Width and height of a cell in pixels, if the operating system knows."""
    try:
        packed = fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", packed)
    if not (rows and columns and width and height):
        return None
    cell = (width // columns, height // rows)
    return cell if 1 < cell[0] <= _MAX_CELL and 1 < cell[1] <= _MAX_CELL else None


def require_terminal(
    stdin: TextIO | None = None, stderr: TextIO | None = None, environ: Mapping[str, str] | None = None
) -> str | None:
    """None if the program can be shown, else the sentence that says what is missing.

    The screen is drawn on standard error and keys are read from standard input.
    """
    environ = os.environ if environ is None else environ
    if not _is_terminal(sys.__stdin__ if stdin is None else stdin):
        return "FluxTUI needs a terminal to read keys from, but its standard input is not one."
    if not _is_terminal(sys.__stderr__ if stderr is None else stderr):
        return "FluxTUI draws its screen on standard error, which is not a terminal; do not redirect it."
    if environ.get("TERM", "") in ("", "dumb"):
        return "FluxTUI needs a terminal that can place text, but TERM is unset or `dumb`."
    return None


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
