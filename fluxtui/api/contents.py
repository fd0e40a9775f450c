"""Bodies of requests that are streamed, so that memory stays flat whatever the size of the file."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, ClassVar

from fluxtui.api.acquiring import acquired, released
from fluxtui.api.attempt import Attempt
from fluxtui.domain.errors import StorageError
from fluxtui.system.ordinary_files import open_ordinary

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all, from the event loop."""

CHUNK_BYTES = 3 * 64 * 1024
"""Bytes read at a time; a multiple of 3, so that each piece's base64 continues the one before."""


async def opened(content: Path | bytes) -> tuple[BinaryIO, int]:
    """Return what is to be sent as an open file, and its size in bytes. Raises `StorageError`."""
    if isinstance(content, bytes):
        return io.BytesIO(content), len(content)
    try:
        return await acquired(partial(_opened, content), lambda taken: taken[0].close())
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise StorageError(f"{content.name} cannot be read: {reason}. Nothing was sent.") from None


class FileBody:
    """The bytes of a file between a head and a tail, made for one attempt to send them.

    Their number is known before the first byte is sent. Both size and progress are told to a `Attempt`.
    """

    called: ClassVar[str] = "The file"

    def __init__(
        self,
        source: BinaryIO,
        file_size: int,
        sending: Attempt,
        progress: Progress | None = None,
        *,
        head: bytes = b"",
        tail: bytes = b"",
    ) -> None:
        self._source, self._file_size, self._head, self._tail = source, file_size, head, tail
        self._sending, self._progress = sending, progress
        sending.size = len(head) + self.encoded_size(file_size) + len(tail)

    def encoded_size(self, size: int) -> int:
        """Return how many bytes are sent for so many of the file."""
        return size

    def encoded(self, piece: bytes) -> bytes:
        """Return what is sent for a piece of the file."""
        return piece

    async def close(self) -> None:
        """Close the file."""
        await released(self._source.close)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body piece by piece. Raises `StorageError` if the file changes meanwhile."""
        if self._head:
            yield self._counted(self._head)
        left = self._file_size
        while left:
            wanted = min(CHUNK_BYTES, left)
            piece = await asyncio.to_thread(self._read, wanted)
            if len(piece) != self.encoded_size(wanted):
                raise StorageError(
                    f"{self.called} changed while it was sent, so the upload was broken off. "
                    "The service cannot have accepted a part of it."
                )
            left -= wanted
            yield self._counted(piece)
        if self._tail:
            yield self._counted(self._tail)

    def _read(self, size: int) -> bytes:
        try:
            return self.encoded(self._source.read(size))
        except OSError as error:
            raise StorageError(
                f"{self.called} cannot be read: {error.strerror}. The upload was broken off."
            ) from None

    def _counted(self, piece: bytes) -> bytes:
        self._sending.sent += len(piece)
        if self._progress is not None:
            self._progress(self._sending.sent, self._sending.size)
        return piece


def _opened(path: Path) -> tuple[BinaryIO, int]:
    source = open_ordinary(path)
    return source, os.fstat(source.fileno()).st_size
