"""Takes a multipart form apart while it arrives: files to disk, small fields to memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import BinaryIO

from fluxtui.simulator.core.private_files import create
from fluxtui.simulator.replicate import problems

MOST_FILE_BYTES = 100 * 2**20
"""The largest upload. 100 MB is what is commonly said; Replicate's documentation gives no number."""
_MOST_FIELD_BYTES = 64 * 2**10
_MOST_HEADER_BYTES = 16 * 2**10
_MOST_PARTS = 16
_LONGEST_NAME = 255


@dataclass(slots=True)
class Form:
    """What a form held: its one file (already at its place) and its text fields by name."""

    filename: str = ""
    content_type: str = "application/octet-stream"
    received: bool = False
    texts: dict[str, str] = field(default_factory=dict)


async def read_form(content_type: str, body: AsyncIterator[bytes], place: Path) -> Form:
    """Read a form whose part `content` goes to the file `place`, with flat memory.

    Raises ProblemError: 400 for what is no form, 413 for what is too large.
    """
    boundary = _parameter(f"Content-Type: {content_type}", "boundary")
    if not content_type.lower().startswith("multipart/form-data") or not boundary:
        raise problems.bad_request("Send the file as multipart/form-data.")
    reader = _Reader(body, f"\r\n--{boundary}".encode())
    form = Form()
    await reader.preamble()
    for _ in range(_MOST_PARTS):
        if await reader.at_end():
            return form
        await _read_part(reader, form, place)
    raise problems.bad_request(f"A form has at most {_MOST_PARTS} parts.")


async def _read_part(reader: _Reader, form: Form, place: Path) -> None:
    headers = HeaderParser().parsestr((await reader.headers()).decode("utf-8", "replace"))
    name = _disposition(headers, "name")
    if name != "content":
        text = bytearray()
        async for piece in reader.content():
            text += piece
            if len(text) > _MOST_FIELD_BYTES:
                raise problems.ProblemError(413, f"The field {name} is too large.")
        form.texts[name] = text.decode("utf-8", "replace")
        return
    form.filename = _disposition(headers, "filename")[:_LONGEST_NAME]
    form.content_type = headers.get("content-type", form.content_type)
    form.received = True
    with create(place) as file:
        await _store(reader, file)


async def _store(reader: _Reader, file: BinaryIO) -> None:
    size = 0
    async for piece in reader.content():
        size += len(piece)
        if size > MOST_FILE_BYTES:
            raise problems.ProblemError(413, f"A file has at most {MOST_FILE_BYTES // 2**20} MiB.")
        await asyncio.to_thread(file.write, piece)


def _parameter(header: str, name: str) -> str:
    value = HeaderParser().parsestr(header).get_param(name)
    return value if isinstance(value, str) else ""


def _disposition(headers: Message, name: str) -> str:
    value = headers.get_param(name, header="content-disposition")
    return value if isinstance(value, str) else ""


class _Reader:
    """Gives out the bytes between boundaries as they arrive."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body = body
        self._boundary = boundary
        self._waiting = b"\r\n"  # So that a boundary at the very beginning is one too.

    async def _more(self) -> None:
        async for chunk in self._body:
            self._waiting += chunk
            return
        raise problems.bad_request("The form ends too early.")

    async def preamble(self) -> None:
        """Skip what comes before the first boundary."""
        async for _ in self.content():
            continue

    async def at_end(self) -> bool:
        """Say whether the boundary just passed was the last one, and step behind it."""
        while len(self._waiting) < 2:
            await self._more()
        mark, self._waiting = self._waiting[:2], self._waiting[2:]
        return mark == b"--"

    async def headers(self) -> bytes:
        """Return the header lines of a part."""
        while b"\r\n\r\n" not in self._waiting:
            if len(self._waiting) > _MOST_HEADER_BYTES:
                raise problems.bad_request("The headers of a part are too large.")
            await self._more()
        found, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
        return found

    async def content(self) -> AsyncIterator[bytes]:
        """Yield everything up to the next boundary."""
        while (found := self._waiting.find(self._boundary)) < 0:
            safe = len(self._waiting) - len(self._boundary)
            if safe > 0:
                yield self._waiting[:safe]
                self._waiting = self._waiting[safe:]
            await self._more()
        if found:
            yield self._waiting[:found]
        self._waiting = self._waiting[found + len(self._boundary) :]
