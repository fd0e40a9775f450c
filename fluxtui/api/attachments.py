"""JSON bodies, and such with a file inside, streamed from disk as base64 so that memory stays flat."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

from fluxtui.api.attempt import Attempt
from fluxtui.api.contents import CHUNK_BYTES as CHUNK_BYTES
from fluxtui.api.contents import FileBody, opened
from fluxtui.api.contents import Progress as Progress
from fluxtui.system.dataclass import dataclass

JSONBody = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a request says: a JSON object, or a list of such where a service takes several at once."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes into the JSON body as a base64 string under `field`."""

    field: str
    path: Path


class StreamedBody(FileBody):
    """The bytes of a JSON object and an attachment, made for one attempt to send it."""

    called: ClassVar[str] = "The archive"

    @classmethod
    async def open(
        cls,
        body: Mapping[str, Any],
        attachment: Attachment,
        sending: Attempt,
        progress: Progress | None = None,
    ) -> StreamedBody:
        """Open the attachment of a body. Raises `StorageError`. Whoever opens it calls `close`."""
        source, size = await opened(attachment.path)
        return cls(source, size, sending, progress, head=_head(body, attachment.field), tail=b'"}')

    def encoded_size(self, size: int) -> int:
        """Return how many characters of base64 so many bytes of the file become."""
        return 4 * ((size + 2) // 3)

    def encoded(self, piece: bytes) -> bytes:
        """Return a piece of the file as base64."""
        return base64.b64encode(piece)


@asynccontextmanager
async def json_content(
    body: JSONBody, attachment: Attachment | None, progress: Progress | None, sending: Attempt
) -> AsyncIterator[bytes | AsyncIterator[bytes]]:
    """Give the JSON of a body, streamed where it has an attachment. Raises `StorageError`.

    Only an object can have one.
    """
    if attachment is None or not isinstance(body, Mapping):
        plain = dict(body) if isinstance(body, Mapping) else [dict(each) for each in body]
        content = await asyncio.to_thread(lambda: json.dumps(plain).encode())
        sending.size = sending.sent = len(content)
        yield content
        return
    streamed = await StreamedBody.open(body, attachment, sending, progress)
    try:
        yield streamed.chunks()
    finally:
        await streamed.close()


def _head(body: Mapping[str, Any], field: str) -> bytes:
    others = {name: value for name, value in body.items() if name != field}
    start = json.dumps(others)[:-1]
    return f'{start}{", " if others else ""}{json.dumps(field)}: "'.encode()
