"""Sending a file to the terminal itself, which saves it on the user's machine, in pieces.

iTerm2: OSC 1337 with MultipartFile, FilePart and FileEnd, `inline=0` for a download.
Source: iTerm2 documentation, "Images" and "Proprietary Escape Codes", read 2026-11.
A terminal that gets no FileEnd throws away what came; every piece is a complete sequence, so that frames can
be drawn between two pieces and nothing is left half said when the rest does not follow.
"""

from __future__ import annotations

from base64 import standard_b64encode
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from fluxtui.domain.text import safe_text
from fluxtui.terminal.profile import TerminalProfile

PART_BYTES: Final = 9_000
"""Of the file in one piece; base64 makes a third more of it, and iTerm2 takes a megabyte at once."""
MAX_FILE_BYTES: Final = 50_000_000


class FileTransfer(StrEnum):
    """The ways to give a file to a terminal."""

    ITERM2 = "iTerm2"


def file_transfer_of(terminal: TerminalProfile, brand: str) -> FileTransfer | None:
    """Return how a terminal takes files, or None; tmux does not hand such sequences on.

    Of the terminals that draw iTerm2's pictures, only iTerm2 is known to save files in parts.
    """
    return FileTransfer.ITERM2 if "iterm2" in brand.casefold() and not terminal.in_tmux else None


def iterm2_pieces(name: str, data: bytes) -> Iterator[str]:
    """Yield complete sequences that together save a file under a name; the last one completes it."""
    encoded_name = standard_b64encode((safe_text(name, limit=200) or "picture").encode()).decode("ascii")
    yield f"\x1b]1337;MultipartFile=name={encoded_name};size={len(data)};inline=0\x07"
    for start in range(0, len(data), PART_BYTES):
        part = standard_b64encode(data[start : start + PART_BYTES]).decode("ascii")
        yield f"\x1b]1337;FilePart={part}\x07"
    yield "\x1b]1337;FileEnd\x07"
