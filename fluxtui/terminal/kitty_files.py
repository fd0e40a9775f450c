"""kitty's file transfer: its commands and replies as text; a session is asked for, granted, and filled.

Source: kitty's documentation, "File transfer over the TTY", and kitty's file_transmission.py; read 2026-11.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, standard_b64encode
from enum import StrEnum
from typing import Final

from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass

OPENING: Final = "\x1b]5113;"
CHUNK_BYTES: Final = 4096
"""Of a file in one command; kitty takes no more."""
PLACE: Final = "~/Downloads/"
"""On the machine where kitty runs; it makes the directory where there is none."""
PERMISSIONS: Final = 0o644


class Code(StrEnum):
    """What kitty answers where nothing went wrong; anything else is an error's name."""

    OK = "OK"
    STARTED = "STARTED"
    PROGRESS = "PROGRESS"
    CANCELED = "CANCELED"


@dataclass(frozen=True)
class Reply:
    """What kitty says of a session, or of one of its files.

    Attributes:
        session: its id.
        file: the file's id, `''` where it is about the session.
        code: a `Code`, or the name of an error such as EPERM.
        message: kitty's words on it, made harmless.
        size: bytes: those written so far, or of the file that was there before (STARTED); -1 where not told.
    """

    session: str
    file: str
    code: str
    message: str = ""
    size: int = -1


def command(action: str, session: str, **fields: str | int | bytes) -> str:
    """Return a command; `fields` have kitty's short names, bytes and names are encoded here."""
    encoded = {name: _encoded(name, value) for name, value in fields.items()}
    pairs = {"ac": action, "id": session, **encoded}
    return OPENING + ";".join(f"{name}={value}" for name, value in pairs.items()) + "\x1b\\"


def _encoded(name: str, value: str | int | bytes) -> str:
    if name == "n" and isinstance(value, str):
        value = value.encode()
    return standard_b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def file_command(session: str, file: str, path: str, modified_ns: int) -> str:
    """Return the command that begins a file at a path of kitty's machine."""
    return command("file", session, fid=file, n=path, mod=modified_ns, prm=PERMISSIONS)


def data_commands(session: str, file: str, block: bytes, *, is_last: bool) -> str:
    """Return the commands that hand over a block of a file; the last one of a file ends it, empty or not."""
    chunks = [block[start : start + CHUNK_BYTES] for start in range(0, len(block), CHUNK_BYTES)] or [b""]
    ends = len(chunks) - 1 if is_last else len(chunks)
    return "".join(
        command("end_data" if number == ends else "data", session, fid=file, d=chunk)
        for number, chunk in enumerate(chunks)
    )


def read_reply(inside: str) -> Reply | None:
    """Return the reply that stands inside a sequence, None for what is none or cannot be read."""
    fields = dict(part.partition("=")[::2] for part in inside.split(";"))
    if fields.get("ac") != "status":
        return None
    try:
        status = b64decode(fields.get("st", ""), validate=True).decode("utf-8", "replace")
        size = int(fields.get("sz", "-1"))
    except (binascii.Error, ValueError):
        return None
    code, _, message = status.partition(":")
    return Reply(
        fields.get("id", ""),
        fields.get("fid", ""),
        safe_text(code, limit=40),
        safe_text(message, limit=200),
        size,
    )
