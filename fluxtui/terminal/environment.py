"""What has to be in the environment before Textual is imported, because it reads it only then."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Final

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
    environ: MutableMapping[str, str], over_ssh: bool, *, truecolor: bool = False
) -> None:
    """Set what Textual should know, leaving alone whatever the user has set.

    `truecolor` says that the terminal is known to show 24-bit colour; SSH does not carry COLORTERM over.
    """
    if over_ssh:
        for name, value in SSH_SETTINGS.items():
            environ.setdefault(name, value)
    if truecolor and "COLORTERM" not in environ:
        environ.setdefault("TEXTUAL_COLOR_SYSTEM", "truecolor")
