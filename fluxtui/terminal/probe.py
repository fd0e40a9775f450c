"""Finds out, once and before Textual owns the keyboard, what the terminal can show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Final

from fluxtui.terminal.brands import Claims, brand_of, choose, has_placeholders, mosaic_of, shows_truecolor
from fluxtui.terminal.environment import is_over_ssh
from fluxtui.terminal.explanations import explanations
from fluxtui.terminal.intermediary import Intermediary, ancestors, intermediary_of
from fluxtui.terminal.multiplexer import TmuxFacts, ask_tmux
from fluxtui.terminal.profile import (
    DEFAULT_CELL_HEIGHT,
    DEFAULT_CELL_WIDTH,
    GraphicsProtocol,
    TerminalProfile,
)
from fluxtui.terminal.query import converse
from fluxtui.terminal.replies import Questions, Replies, read_replies
from fluxtui.terminal.ttys import cell_size_of

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
    descent: Iterable[str] | None = None,
) -> TerminalProfile:
    """What the terminal can do, asked in one round trip.

    Args:
        setting: `auto`, or a protocol's name, which then holds whatever the terminal says.
        timeout: seconds to wait for the last answer.
        input_fd: where answers are read, standard input if not given.
        output_fd: where questions are written, standard error if not given (Textual's output).
        environ: environment variables, those of the process if not given.
        descent: the processes that we descend from, see `between.ancestors`; looked for if not given.

    Raises ValueError for an unknown setting.
    """
    environ = os.environ if environ is None else environ
    between = intermediary_of(environ, ancestors() if descent is None else descent)
    reading = sys.__stdin__.fileno() if input_fd is None and sys.__stdin__ else (input_fd or 0)
    writing = sys.__stderr__.fileno() if output_fd is None and sys.__stderr__ else (output_fd or 2)
    wanted = None if setting == "auto" else GraphicsProtocol(setting)
    cell = cell_size_of(writing)
    in_tmux = between is Intermediary.TMUX
    tmux = ask_tmux(environ) if in_tmux else None
    asks = wanted is None or (wanted.draws_pixels and cell is None)
    replies = Replies()
    if asks and os.isatty(reading) and os.isatty(writing) and environ.get("TERM") != "dumb":
        ask_kitty = _hands_kitty_on(tmux) if in_tmux else True
        asked = Questions(kitty=ask_kitty, cell_size=cell is None, in_tmux=in_tmux)
        text = asked.text.encode("ascii")
        replies = read_replies(converse(text, asked.answered_by, reading, writing, timeout))
    return _profile(wanted, replies, cell, tmux, environ, between)


def _hands_kitty_on(tmux: TmuxFacts | None) -> bool:
    """Whether an answer can be expected through tmux; waiting for one that cannot come takes the time-out."""
    return tmux is not None and tmux.passthrough and has_placeholders(tmux.terminal)


def _profile(
    wanted: GraphicsProtocol | None,
    replies: Replies,
    cell: tuple[int, int] | None,
    tmux: TmuxFacts | None,
    environ: Mapping[str, str],
    between: Intermediary,
) -> TerminalProfile:
    name = tmux.terminal if tmux is not None else replies.name
    claims = Claims(name, replies.kitty, replies.sixel)
    protocol = choose(claims, environ, between) if wanted is None else wanted
    width, height = cell or replies.cell or (DEFAULT_CELL_WIDTH, DEFAULT_CELL_HEIGHT)
    in_tmux = between is Intermediary.TMUX
    shut_off = in_tmux and (tmux is None or not tmux.passthrough)
    return TerminalProfile(
        protocol=protocol,
        cell_width=width,
        cell_height=height,
        over_ssh=is_over_ssh(environ),
        in_tmux=in_tmux,
        between=between,
        name=name,
        brand=brand_of(claims, environ, between),
        reasons=tuple(explanations(claims, environ, between, replies, wanted)),
        note=TMUX_NOTE if shut_off and wanted is None and protocol is GraphicsProtocol.HALFCELL else None,
        truecolor=shows_truecolor(claims, environ, between),
        mosaic=mosaic_of(claims, environ, between),
    )
