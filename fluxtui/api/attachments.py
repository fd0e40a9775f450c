"""JSON bodies with a file inside, streamed from disk as base64 so that memory stays flat."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fluxtui.api.sending import Sending
from fluxtui.domain.errors import StorageError

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all, from the event loop."""

CHUNK_BYTES = 3 * 64 * 1024
"""Bytes read at a time; a multiple of 3, so that each piece's base64 continues the one before."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes into the JSON body as a base64 string under `field`."""

    field: str
    path: Path


class StreamedBody:
    """The bytes of a JSON object and an attachment, made for one attempt to send it.

    Its length is known before the first byte is sent. Both length and progress are told to a `Sending`.
    """

    def __init__(
        self, source: BinaryIO, file_size: int, head: bytes, sending: Sending, progress: Progress | None
    ) -> None:
        self._source, self._file_size, self._head = source, file_size, head
        self._sending, self._progress = sending, progress
        sending.size = len(head) + 4 * ((file_size + 2) // 3) + len(_TAIL)

    @classmethod
    async def open(
        cls,
        body: Mapping[str, Any],
        attachment: Attachment,
        sending: Sending,
        progress: Progress | None = None,
    ) -> StreamedBody:
        """Open the attachment of a body. Raises `StorageError`. Whoever opens it calls `close`."""
        try:
            source, size = await asyncio.to_thread(_opened, attachment.path)
        except OSError as error:
            reason = error.strerror or "unknown reason"
            raise StorageError(
                f"{attachment.path.name} cannot be read: {reason}. Nothing was sent."
            ) from None
        return cls(source, size, _head(body, attachment.field), sending, progress)

    async def close(self) -> None:
        """Close the file."""
        await asyncio.to_thread(self._source.close)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body piece by piece. Raises `StorageError` if the file changes meanwhile."""
        yield self._counted(self._head)
        left = self._file_size
        while left:
            wanted = min(CHUNK_BYTES, left)
            piece = await asyncio.to_thread(_encoded, self._source, wanted)
            if len(piece) != 4 * ((wanted + 2) // 3):
                raise StorageError(
                    "The archive changed while it was sent, so the upload was broken off. "
                    "The service cannot have accepted a part of it."
                )
            left -= wanted
            yield self._counted(piece)
        yield self._counted(_TAIL)

    def _counted(self, piece: bytes) -> bytes:
        self._sending.sent += len(piece)
        if self._progress is not None:
            self._progress(self._sending.sent, self._sending.size)
        return piece


_TAIL = b'"}'


def _head(body: Mapping[str, Any], field: str) -> bytes:
    others = {name: value for name, value in body.items() if name != field}
    start = json.dumps(others)[:-1]
    return f'{start}{", " if others else ""}{json.dumps(field)}: "'.encode()


def _opened(path: Path) -> tuple[BinaryIO, int]:
    source = path.open("rb")
    return source, os.fstat(source.fileno()).st_size


def _encoded(source: BinaryIO, size: int) -> bytes:
    try:
        return base64.b64encode(source.read(size))
    except OSError as error:
        raise StorageError(
            f"The archive cannot be read: {error.strerror}. The upload was broken off."
        ) from None
