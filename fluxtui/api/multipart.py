"""Forms with a file in them (multipart/form-data), streamed from disk so that memory stays flat."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from fluxtui.api.attempt import Attempt
from fluxtui.api.contents import FileBody, Progress, opened
from fluxtui.system.dataclass import dataclass

# Source: RFC 7578, section 2, and the HTML standard's encoding of names in multipart/form-data.
_QUOTED = str.maketrans({'"': "%22", "\\": "%5C", "\r": "%0D", "\n": "%0A", "\0": "%00"})


@dataclass(frozen=True)
class FilePart:
    """The file of a form.

    Attributes:
        field: its name in the form.
        content: where it is, or the file itself.
        filename: what the service is told; any text.
        content_type: of the file.
    """

    field: str
    content: Path | bytes
    filename: str
    content_type: str


class FormBody(FileBody):
    """The bytes of a form, made for one attempt to send it; `content_type` is that of the request."""

    content_type: str

    @classmethod
    async def open(
        cls, part: FilePart, fields: Mapping[str, str], sending: Attempt, progress: Progress | None = None
    ) -> FormBody:
        """Open the file of a form. Raises `StorageError`. Whoever opens it calls `close`."""
        boundary = f"fluxtui-{secrets.token_hex(16)}"
        source, size = await opened(part.content)
        head = _head(part, fields, boundary)
        form = cls(source, size, sending, progress, head=head, tail=f"\r\n--{boundary}--\r\n".encode())
        form.content_type = f"multipart/form-data; boundary={boundary}"
        return form


def _head(part: FilePart, fields: Mapping[str, str], boundary: str) -> bytes:
    pieces = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    named = f'name="{_quoted(part.field)}"; filename="{_quoted(part.filename)}"'
    pieces.append(f"--{boundary}\r\nContent-Disposition: form-data; {named}\r\n")
    pieces.append(f"Content-Type: {_quoted(part.content_type)}\r\n\r\n")
    # A file name out of a foreign file system can hold half characters that have no bytes.
    return "".join(pieces).encode(errors="replace")


def _quoted(text: str) -> str:
    return text.translate(_QUOTED)
