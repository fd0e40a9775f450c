"""What iTerm2 makes of the bytes that it gets, as far as files to save are concerned."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass

HEAD = re.compile(rb"\x1b\]1337;File=([^:\x07\x1b]*):")
END = re.compile(rb"[\x07\x18\x1a\x1b]")
"""What ends a sequence: BEL makes it whole, CAN, SUB and the beginning of another one break it off."""


@dataclass(frozen=True)
class Received:
    """A file under its name: whole, or broken off and thrown away."""

    name: str
    content: bytes
    is_whole: bool


def files_in(stream: bytes) -> list[Received]:
    """Return the files of a stream, in order, but for one whose sequence has no end yet.

    Raises:
        ValueError: a whole file has something in it that is no base64, or more than was said.
    """
    found = []
    for head in HEAD.finditer(stream):
        fields = dict(part.split(b"=", 1) for part in head[1].split(b";"))
        assert fields[b"inline"] == b"0"
        end = END.search(stream, head.end())
        if end is None:
            continue
        is_whole = end[0] == b"\x07"
        content = b64decode(stream[head.end() : end.start()], validate=True) if is_whole else b""
        if len(content) > int(fields[b"size"]):
            raise ValueError("a file is larger than it was said to be")
        found.append(Received(b64decode(fields[b"name"]).decode(), content, is_whole))
    return found
