"""What has to be in the environment before Textual is imported, because it reads it only then."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Final

from fluxtui.terminal.intermediary import Intermediary

SSH_SETTINGS: Final = {
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
    "TEXTUAL_FPS": "20",
}
"""Fewer frames for slow lines: no animation, whole-line scrolling, twenty frames a second."""


def is_over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def prepare_environment(
    environ: MutableMapping[str, str],
    over_ssh: bool,
    *,
    truecolor: bool = False,
    between: Intermediary = Intermediary.NOTHING,
) -> None:
    """Set what Textual should know, leaving alone whatever the user has set.

    Args:
        environ: is changed.
        over_ssh: whether the terminal is at the other end of an SSH connection.
        truecolor: whether it is known to show 24-bit colour; SSH does not carry COLORTERM over.
        between: what decides about colours before it. GNU screen takes 24-bit colours apart wrongly unless it
            is new and told otherwise, whatever COLORTERM its terminal has left in the environment.
    """
    if over_ssh:
        for name, value in SSH_SETTINGS.items():
            environ.setdefault(name, value)
    if between is Intermediary.SCREEN:
        environ.setdefault("TEXTUAL_COLOR_SYSTEM", "256")
    elif truecolor and "COLORTERM" not in environ:
        environ.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")
