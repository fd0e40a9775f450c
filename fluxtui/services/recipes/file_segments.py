"""A picture file taken apart without reading it whole, and put together again from its parts and ours."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import BinaryIO

from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import file_size, safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import NotAFile, open_ordinary

MAX_FILE_BYTES = 100_000_000
BLOCK_BYTES = 1_000_000
MAX_PARTS = 100_000
"""Chunks or segments of one file; a picture with more was made to keep us busy."""
MAX_METADATA_BYTES = 4_000_000
"""A single part with more is not looked into; it is copied like any other."""


@dataclass(frozen=True)
class Span:
    """Bytes of the file from `start` to before `end`, to be copied as they are."""

    start: int
    end: int


FileSegment = bytes | Span


@dataclass(frozen=True)
class Metadata:
    """What stands in a file: the text for other tools, our recipe as JSON, and what else tells of its making.

    `others` are the texts of other programs by their keyword.
    """

    parameters: str | None = None
    recipe: str | None = None
    others: Mapping[str, str] = field(default_factory=dict)


class PictureFile:
    """A file open for reading at any place.

    Every method raises `PictureError` where the file ends too early or cannot be read.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size

    def read(self, start: int, size: int) -> bytes:
        """Return exactly `size` bytes from `start` on."""
        if start + size > self.size:
            raise ends_too_early()
        try:
            self._file.seek(start)
            content = self._file.read(size)
        except OSError as error:
            raise PictureError(f"The picture cannot be read: {safe_text(error.strerror)}.") from error
        if len(content) != size:
            raise ends_too_early()
        return content

    def blocks(self, pieces: Iterable[FileSegment]) -> Iterator[bytes]:
        """Yield the content of pieces in blocks of bounded size."""
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            for start in range(piece.start, piece.end, BLOCK_BYTES):
                yield self.read(start, min(BLOCK_BYTES, piece.end - start))


def ends_too_early() -> PictureError:
    """Return the error for a file of which something is missing."""
    return PictureError("The picture is incomplete: its file ends too early.")


def damaged(what: str) -> PictureError:
    """Return the error for a file whose structure is wrong: `what` is a clause that says how."""
    return PictureError(f"The picture is damaged: {what}.")


@contextmanager
def open_picture(path: Path) -> Iterator[PictureFile]:
    """Open an ordinary file. Raises `PictureError` for anything else and for files that are too large."""
    shown = safe_text(path.name, limit=120)
    try:
        file = open_ordinary(path)
    except NotAFile:
        raise PictureError(f"{shown} is not a file.") from None
    except OSError as error:
        raise PictureError(f"{shown} cannot be read: {safe_text(error.strerror)}.") from error
    with file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_FILE_BYTES:
            raise PictureError(f"{shown} is larger than {file_size(MAX_FILE_BYTES)}.")
        yield PictureFile(file, size)
