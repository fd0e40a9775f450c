"""Finds out, once and before Textual owns the keyboard, what the terminal can show."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from fluxtui.terminal.brands import Claims, choose, shows_truecolor
from fluxtui.terminal.environment import is_over_ssh
from fluxtui.terminal.profile import (
    DEFAULT_CELL_HEIGHT,
    DEFAULT_CELL_WIDTH,
    GraphicsProtocol,
    TerminalProfile,
)
from fluxtui.terminal.replies import Replies, questions, read_replies
from fluxtui.terminal.ttys import cell_size_of

LATE_SECONDS: Final = 0.3
"""How long answers are still swallowed after a time-out, so that none is typed into a field."""

MAX_REPLY_BYTES: Final = 8192

TMUX_NOTE: Final = (
    "tmux keeps pictures from the terminal, so they are drawn with half cells. "
    "If your terminal shows pictures, add the line `set -g allow-passthrough on` to ~/.tmux.conf."
)


def probe_terminal(
    setting: str = "auto",
    timeout: float = 1.0,
    *,
    input_fd: int | None = None,
    output_fd: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> TerminalProfile:
    """What the terminal can do, asked in one round trip.

    Args:
        setting: `auto`, or a protocol's name, which then holds whatever the terminal says.
        timeout: seconds to wait for the last answer.
        input_fd: where answers are read, standard input if not given.
        output_fd: where questions are written, standard error if not given (Textual's output).
        environ: environment variables, those of the process if not given.

    Raises ValueError for an unknown setting.
    """
    environ = os.environ if environ is None else environ
    reading = sys.__stdin__.fileno() if input_fd is None and sys.__stdin__ else (input_fd or 0)
    writing = sys.__stderr__.fileno() if output_fd is None and sys.__stderr__ else (output_fd or 2)
    wanted = None if setting == "auto" else GraphicsProtocol(setting)
    cell = cell_size_of(writing)
    replies = Replies()
    asks = wanted is None or (wanted.draws_pixels and cell is None)
    if asks and os.isatty(reading) and os.isatty(writing) and environ.get("TERM") != "dumb":
        question = questions(in_tmux="TMUX" in environ, ask_cell_size=cell is None)
        replies = _converse(question, reading, writing, timeout)
    return _profile(wanted, replies, cell, environ)


def _profile(
    wanted: GraphicsProtocol | None,
    replies: Replies,
    cell: tuple[int, int] | None,
    environ: Mapping[str, str],
) -> TerminalProfile:
    claims = Claims(replies.name, replies.kitty, replies.sixel)
    protocol = choose(claims, environ) if wanted is None else wanted
    width, height = cell or replies.cell or (DEFAULT_CELL_WIDTH, DEFAULT_CELL_HEIGHT)
    in_tmux = "TMUX" in environ
    shut_off = in_tmux and wanted is None and protocol is GraphicsProtocol.HALFCELL and not claims.kitty
    return TerminalProfile(
        protocol=protocol,
        cell_width=width,
        cell_height=height,
        over_ssh=is_over_ssh(environ),
        in_tmux=in_tmux,
        name=replies.name,
        note=TMUX_NOTE if shut_off else None,
        truecolor=shows_truecolor(claims, environ),
    )


def _converse(question: str, reading: int, writing: int, timeout: float) -> Replies:
    """Ask, and read until the last answer or the time-out; the terminal is left as it was found."""
    try:
        with _unbuffered(reading):
            os.write(writing, question.encode("ascii"))
            data = _read_until_complete(reading, timeout)
            replies = read_replies(data)
            if not replies.complete:
                _swallow(reading, LATE_SECONDS)
            return replies
    except (termios.error, OSError):
        return Replies()


@contextmanager
def _unbuffered(reading: int) -> Iterator[None]:
    """Keys without echo and without waiting for Enter, for as long as the context lasts."""
    before = termios.tcgetattr(reading)
    try:
        tty.setcbreak(reading, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(reading, termios.TCSANOW, before)


def _read_until_complete(reading: int, timeout: float) -> bytes:
    data = b""
    deadline = time.monotonic() + timeout
    while not read_replies(data).complete and len(data) < MAX_REPLY_BYTES:
        chunk = _read_some(reading, deadline - time.monotonic())
        if not chunk:
            break
        data += chunk
    return data


def _swallow(reading: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _read_some(reading, deadline - time.monotonic()):
        continue


def _read_some(reading: int, seconds: float) -> bytes:
    """What can be read within the time; empty if nothing came."""
    ready, _, _ = select.select([reading], [], [], max(0.0, seconds))
    return os.read(reading, 1024) if ready else b""
