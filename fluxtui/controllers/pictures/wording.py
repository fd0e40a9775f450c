"""What is said of a picture that is seen: its size, how close one is, how it was sent. Pure functions."""

from __future__ import annotations

from fluxtui.domain.text import file_size, safe_text
from fluxtui.terminal.framing import Seen
from fluxtui.terminal.profile import PROTOCOL_TITLES, GraphicsProtocol, TerminalProfile

KEYS_HINT = "? keys"
"""How to find out what the keys do, where there is no room for them."""


def state_line(*parts: str) -> str:
    """Return what is to be said in one line, from its parts, some of which may be empty."""
    return safe_text(" · ".join(part for part in parts if part))


def position_text(seen: Seen | None) -> str:
    """Return `'1024×1024 fits at 78%'`, or closer `'250%, x 120–620 y 0–400 of 1024×1024'`."""
    if seen is None:
        return ""
    width, height = seen.full_size
    whole, percent = f"{width}×{height}", f"{seen.scale * 100:.0f}%"
    if seen.frame.is_whole:
        return f"{whole} fits at {percent}"
    part = seen.part
    if (part.width, part.height) == seen.full_size:
        return f"{percent} of {whole}"
    return f"{percent}, x {part.left}–{part.right} y {part.top}–{part.bottom} of {whole}"


def sending_text(protocol: GraphicsProtocol, size: int, profile: TerminalProfile) -> str:
    """Return how a picture came to the terminal: `'sixel 143.2 kB'`, and whether there is more to be had.

    Args:
        protocol: that drew it.
        size: bytes that were sent for it; 0 for half cells.
        profile: as it was drawn.
    """
    title = PROTOCOL_TITLES[protocol]
    sent = f"{title} {file_size(size)}" if size else title
    is_preview = profile.over_ssh and profile.reduces and protocol is not GraphicsProtocol.NONE
    return f"{sent}, f sends all of it" if is_preview else sent
