"""Sending a file to the terminal itself, which saves it on the user's machine.

iTerm2 takes a file in one OSC 1337 sequence (`File=name=…;size=…;inline=0:` and the file in base64) and saves
it among the downloads after asking. CAN within the sequence makes it throw away what came. It also has a form
in several sequences, `MultipartFile`, but takes the text of frames between these for a part of the file, and
that cannot be broken off; so the one sequence is sent in pieces, and nothing else may be written until it is
whole. That keeps tmux out as well, which draws when it likes.

Source: iTerm2 documentation, "Inline Images Protocol", and how iTerm2's VT100XtermParser and VT100Terminal
read these sequences; read 2026-11.
"""

from __future__ import annotations

import os
import stat
from base64 import standard_b64encode
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from fluxtui.domain.errors import InvalidInput, StorageError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.terminal.profile import TerminalProfile

PIECE_BYTES: Final = 24_000
"""Of the file in one piece; three divides it, so that the base64 of all pieces is that of the file."""
MAX_FILE_BYTES: Final = 50_000_000
ITERM2_INTERRUPTION: Final = "\x18\x1b\\"
"""CAN breaks off; the end that follows is for terminals that know no CAN within a sequence."""


class FileTransfer(StrEnum):
    """The ways to give a file to a terminal."""

    ITERM2 = "iTerm2"
    KITTY = "kitty"


@dataclass(frozen=True)
class Sendable:
    """A file that a terminal can be given: where it is, and its size and time when it was looked at."""

    path: Path
    size: int
    """In bytes."""
    modified_ns: int = 0
    """In nanoseconds since 1970."""

    @property
    def sequence_bytes(self) -> int:
        """How many bytes go over the line, but for the few of the name."""
        return (self.size + 2) // 3 * 4


def file_transfer_of(terminal: TerminalProfile, brand: str) -> FileTransfer | None:
    """Return how a terminal takes files, or None.

    Of the terminals that draw iTerm2's or kitty's pictures, only these two are known to save files.
    What only variables tell of is not sure enough over SSH: it would get megabytes of letters on its screen.
    """
    if terminal.in_tmux or terminal.between.draws_itself or (terminal.over_ssh and not terminal.name):
        return None
    return next((way for way in FileTransfer if way.casefold() in brand.casefold()), None)


def sendable(path: Path) -> Sendable:
    """Look at a file; blocks.

    Raises:
        StorageError: it is not there, is no file, or may not be looked at.
        InvalidInput: it is larger than a terminal is given.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise StorageError(f"{safe_text(path.name)} cannot be read.") from error
    if not stat.S_ISREG(found.st_mode):
        raise StorageError(f"{safe_text(path.name)} is not a file.")
    if found.st_size > MAX_FILE_BYTES:
        raise InvalidInput(
            f"{safe_text(path.name)} is larger than {file_size(MAX_FILE_BYTES)}, too large for a terminal.",
            next_step="The scp line takes it.",
        )
    return Sendable(path, found.st_size, found.st_mtime_ns)


def file_blocks(file: Sendable, most: int) -> Iterator[bytes]:
    """Yield a file in blocks of so many bytes, the last one shorter, reading as it goes; each step blocks.

    Raises:
        StorageError: the file cannot be read, or is not as large any more as it was.
    """
    name, left = safe_text(file.path.name), file.size
    try:
        with open_ordinary(file.path) as opened:
            if os.fstat(opened.fileno()).st_size != file.size:
                raise StorageError(f"{name} changed while it was sent.")
            while left:
                block = opened.read(min(most, left))
                left -= len(block)
                if left and len(block) < most:
                    raise StorageError(f"{name} changed while it was sent.")
                yield block
    except OSError as error:
        raise StorageError(f"{name} cannot be read.") from error


def iterm2_pieces(file: Sendable) -> Iterator[str]:
    """Yield the pieces of the sequence that saves a file; see `file_blocks`, which it reads."""
    encoded_name = standard_b64encode((safe_text(file.path.name) or "picture").encode()).decode("ascii")
    head = f"\x1b]1337;File=name={encoded_name};size={file.size};inline=0:"
    for block in file_blocks(file, PIECE_BYTES):
        yield head + standard_b64encode(block).decode("ascii")
        head = ""
    yield head + "\x07"
