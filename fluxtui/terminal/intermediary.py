"""What stands between the program and the terminal, and so decides about colours and pictures in its place.

Variables tell of the terminal that something was started from, which may be another one by now, or one at
the other end of a line through a multiplexer. The processes that we descend from are sure, where they can be
seen; what the terminal answers is surer still, see `brands`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

MOST_ANCESTORS: Final = 40


class Intermediary(StrEnum):
    """What a terminal's bytes go through, by its name for people."""

    NOTHING = ""
    TMUX = "tmux"
    SCREEN = "GNU screen"
    ZELLIJ = "zellij"
    MOSH = "mosh"
    DTACH = "dtach"
    ABDUCO = "abduco"

    @property
    def draws_itself(self) -> bool:
        """Whether it draws on the terminal what it has understood; the others hand every byte on."""
        return self not in (Intermediary.NOTHING, Intermediary.DTACH, Intermediary.ABDUCO)


_PROCESSES: Final = {
    "tmux: server": Intermediary.TMUX,
    "tmux": Intermediary.TMUX,
    "screen": Intermediary.SCREEN,
    "zellij": Intermediary.ZELLIJ,
    "mosh-server": Intermediary.MOSH,
    "dtach": Intermediary.DTACH,
    "abduco": Intermediary.ABDUCO,
}
_LINES: Final = ("sshd", "login", "su", "systemd", "init")
"""Processes behind which there is another session, which does not concern us."""


def intermediary_of(environ: Mapping[str, str], ancestors: Iterable[str] = ()) -> Intermediary:
    """Return what is nearest to the program.

    Args:
        environ: its variables.
        ancestors: names of the processes that it descends from, the nearest first; none where unknown.
    """
    for name in ancestors:
        if name.casefold() in _PROCESSES:
            return _PROCESSES[name.casefold()]
        if name.startswith(_LINES):
            break
    term = environ.get("TERM", "")
    # One may run within the other; TERM is set by whichever is within, and by zellij not at all.
    if "TMUX" in environ and not ("STY" in environ and term.startswith("screen")):
        return Intermediary.TMUX
    if "STY" in environ:
        return Intermediary.SCREEN
    if "ZELLIJ" in environ:
        return Intermediary.ZELLIJ
    if "ABDUCO_SESSION" in environ:
        return Intermediary.ABDUCO
    return Intermediary.NOTHING


def is_of_a_multiplexer(environ: Mapping[str, str]) -> bool:
    """Whether TERM, which SSH carries over, is one that only tmux and GNU screen set."""
    return environ.get("TERM", "").startswith(("screen", "tmux"))


def ancestors() -> tuple[str, ...]:
    """Return the names of the processes that this one descends from, the nearest first."""
    names: list[str] = []
    process = os.getppid()
    while process > 1 and len(names) < MOST_ANCESTORS:
        try:
            told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            break
        before, _, after = told.rpartition(")")
        names.append(before.partition("(")[2])
        try:
            process = int(after.split()[1])
        except (ValueError, IndexError):
            break
    return tuple(names)
