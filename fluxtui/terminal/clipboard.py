"""Copying by OSC 52, which reaches the clipboard of the user's own machine, also over SSH.

Source: xterm control sequences, "Manipulate Selection Data" (where xterm allows it only with allowWindowOps);
tmux, options set-clipboard (only `on` takes it from programs, the default does not) and allow-passthrough;
read 2026-11.
"""

from __future__ import annotations

from base64 import standard_b64encode
from typing import Final

from fluxtui.domain.text import safe_text
from fluxtui.terminal.multiplexer import through_tmux

MAX_SEQUENCE_BYTES: Final = 100_000
"""The limit that hterm's script for OSC 52 keeps to; some terminals throw more away without a word."""
TMUX_HINT: Final = "In tmux it needs `set -s set-clipboard on`, or allow-passthrough."


def clipboard_text(text: object) -> str:
    """Return a text as it may be copied: no escape sequence or invisible character; line breaks stay."""
    return safe_text(text, newlines=True)


def copying(text: str, *, in_tmux: bool = False) -> str | None:
    """Return what makes the terminal copy a text, or None where it is too long for terminals.

    Within tmux it goes out twice: tmux takes the plain one with set-clipboard, and hands the wrapped one on
    with allow-passthrough.
    """
    data = standard_b64encode(clipboard_text(text).encode()).decode("ascii")
    sequence = f"\x1b]52;c;{data}\x07"
    if len(sequence) > MAX_SEQUENCE_BYTES:
        return None
    return sequence + through_tmux(sequence) if in_tmux else sequence
