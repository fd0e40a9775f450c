"""Talking through tmux to the terminal behind it."""

from __future__ import annotations

from typing import Final

ESC: Final = "\x1b"


def through_tmux(sequence: str) -> str:
    """The escape sequence wrapped so that tmux hands it on, if its allow-passthrough is on.

    Source: tmux manual, allow-passthrough, read 2026-11.
    """
    return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{ESC}\\"
