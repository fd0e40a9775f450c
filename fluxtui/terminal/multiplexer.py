"""Talking through tmux to the terminal behind it."""

from __future__ import annotations

from collections.abc import Mapping
from shutil import which
from typing import Final

from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.system.interpreter import bare_environ

TMUX_SECONDS: Final = 1.0
ESC: Final = "\x1b"
_TMUX_VARIABLES: Final = ("TERM", "TMUX", "TMUX_PANE", "TMUX_TMPDIR")


def through_tmux(sequence: str) -> str:
    """The escape sequence wrapped so that tmux hands it on, if its allow-passthrough is on.

    Source: tmux manual, allow-passthrough, read 2026-11.
    """
    return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{ESC}\\"


@dataclass(frozen=True)
class TmuxFacts:
    """What tmux says of itself: the terminal in front of it, and whether it hands sequences on."""

    terminal: str
    passthrough: bool


def ask_tmux(environ: Mapping[str, str]) -> TmuxFacts | None:
    """Ask the tmux that this program runs in, without changing it; None if it does not answer.

    The terminal's own answer to XTVERSION never reaches a pane, because tmux takes it for itself.
    """
    from fluxtui.system.programs import output_of

    program = which("tmux", path=environ.get("PATH"))
    if program is None:
        return None
    command = [
        program,
        "display-message",
        "-p",
        "#{client_termtype}\t#{client_termname}\t#{allow-passthrough}",
    ]
    answer = output_of(command, bare_environ(environ, also=_TMUX_VARIABLES), seconds=TMUX_SECONDS)
    if answer is None:
        return None
    lines = answer.decode("utf-8", "replace").strip("\n")
    kind, name, passthrough, *_ = (*lines.split("\t"), "", "", "")
    return TmuxFacts(safe_text(kind or name, limit=60), passthrough in ("on", "all", "1", "2"))
