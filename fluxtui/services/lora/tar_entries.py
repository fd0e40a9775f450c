"""The entries of a tar, found by its headers alone.

Python's own `tarfile` takes names and comments into memory whole, however long the tar says they are, and
older releases of it can be made to search them for hours. Here every step is bounded.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from typing import Protocol

from fluxtui.services.threads import Stopped
from fluxtui.system.dataclass import dataclass

MOST_ENTRIES = 10_000

_BLOCK = 512
_NAME_BYTES = slice(0, 100)
_SIZE_BYTES = slice(124, 136)
_SUM_BYTES = slice(148, 156)
_KIND_BYTES = slice(156, 157)
_MAGIC_BYTES = slice(257, 263)
_PREFIX_BYTES = slice(345, 500)

_FILE = (b"0", b"\0")
_WITHOUT_CONTENT = (b"1", b"2", b"3", b"4", b"5", b"6")
_LONG_NAME = b"L"
_DETAILS = b"x"
_BESIDE_THE_POINT = (b"K", b"g")
_SPARSE = b"S"
_MOST_DETAIL_BYTES = 65_536
_SKIPPED_AT_ONCE = 1 << 20
_DETAIL = re.compile(rb"([0-9]{1,6}) ")
_OCTAL = re.compile(rb"[ \0]*([0-7]{1,12})[ \0]*")


class DamagedTar(Exception):
    """What is read is no tar, or not a whole one, or one that was made to hurt."""


@dataclass(frozen=True)
class TarEntry:
    """One entry: the name as the tar has it, where its bytes begin and how many, whether it is a file."""

    name: str
    start: int
    size: int
    is_file: bool


class Readable(Protocol):
    """What an open file can do, and one that is unpacked as it is read."""

    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...


class Position:
    """A file read from its beginning to its end, plain or unpacked on the way, up to a limit in bytes.

    Every method raises `DamagedTar` beyond the limit or within an unfinished piece, `Stopped` once `stop` is
    set, and what the file raises.
    """

    def __init__(
        self, file: Readable, limit: int, *, seeks: bool, stop: threading.Event | None = None
    ) -> None:
        self._stop = stop
        self._file = file
        self._limit = limit
        self._seeks = seeks
        self.at = 0

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        found = self.read_if_any(size)
        if len(found) != size:
            raise DamagedTar("it ends too early")
        return found

    def read_if_any(self, size: int) -> bytes:
        """Return the next `size` bytes, or none at the end."""
        found = self._file.read(size)
        self._count(found)
        if found and len(found) != size:
            raise DamagedTar("it ends too early")
        return found

    def go_to(self, place: int) -> None:
        """Pass over everything up to a place further on."""
        if not self.at <= place <= self._limit:
            raise DamagedTar("it ends too early")
        if self._seeks:
            self._file.seek(place, os.SEEK_SET)
            self.at = place
        while self.at < place:
            self.read(min(_SKIPPED_AT_ONCE, place - self.at))

    def finish(self) -> None:
        """See that what follows can be read to its end; a file that is unpacked has a check sum there."""
        while not self._seeks and (found := self._file.read(_SKIPPED_AT_ONCE)):
            self._count(found)

    def _count(self, found: bytes) -> None:
        if self._stop is not None and self._stop.is_set():
            raise Stopped
        self.at += len(found)
        if self.at > self._limit:
            raise DamagedTar("there is far too much in it")


def tar_entries(position: Position) -> Iterator[TarEntry]:
    """Yield the entries of a tar from its beginning.

    Raises:
        DamagedTar: it is no tar, ends too early, or has too many entries.
    """
    name: str | None = None
    size: int | None = None
    is_plain = True
    for _ in range(MOST_ENTRIES):
        block = position.read_if_any(_BLOCK)
        if not any(block):
            return
        _check_sum(block)
        kind, own_size = block[_KIND_BYTES], _number(block[_SIZE_BYTES])
        if kind in (_LONG_NAME, _DETAILS):
            details = _content(position, own_size)
            if kind == _LONG_NAME:
                name = _text(details)
                continue
            said = _details(details)
            name = said.get("path", name)
            size = _said_size(said, size)
            is_plain = is_plain and not any(key.startswith("GNU.sparse.") for key in said)
            continue
        if kind in _BESIDE_THE_POINT:
            position.go_to(position.at + _rounded(own_size))
            continue
        if kind == _SPARSE:
            raise DamagedTar("it has a file with holes")
        total = 0 if kind in _WITHOUT_CONTENT else own_size if size is None else size
        shown = _name_of(block) if name is None else name
        start = position.at
        is_file = kind in _FILE and is_plain and not shown.endswith("/")
        yield TarEntry(shown, start, total, is_file)
        position.go_to(start + _rounded(total))
        name, size, is_plain = None, None, True
    raise DamagedTar(f"it has more than {MOST_ENTRIES:,} entries")


def _check_sum(block: bytes) -> None:
    expected = _number(block[_SUM_BYTES])
    blank = block[: _SUM_BYTES.start] + b" " * 8 + block[_SUM_BYTES.stop :]
    # Some old programs summed signed bytes.
    if expected not in (sum(blank), sum(byte - 256 if byte > 127 else byte for byte in blank)):
        raise DamagedTar("a header in it is wrong")


def _number(field: bytes) -> int:
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    if not field.strip(b" \0"):
        return 0
    match = _OCTAL.fullmatch(field)
    if match is None:
        raise DamagedTar("a number in it is wrong")
    return int(match[1], 8)


def _name_of(block: bytes) -> str:
    name = _text(block[_NAME_BYTES])
    prefix = _text(block[_PREFIX_BYTES]) if block[_MAGIC_BYTES] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")


def _content(position: Position, size: int) -> bytes:
    if size > _MOST_DETAIL_BYTES:
        raise DamagedTar("a name in it is far too long")
    return position.read(_rounded(size))[:size]


def _details(content: bytes) -> dict[str, str]:
    """Return the records of a pax header: each its length in bytes, a space, `key=value` and a new line."""
    found: dict[str, str] = {}
    at = 0
    while at < len(content):
        match = _DETAIL.match(content, at)
        end = at + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(content):
            raise DamagedTar("the details of an entry are wrong")
        key, _, value = content[match.end() : end - 1].partition(b"=")
        found[_text(key)] = value.decode(errors="replace")
        at = end
    return found


def _said_size(said: dict[str, str], known: int | None) -> int | None:
    text = said.get("size")
    if text is None:
        return known
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise DamagedTar("the details of an entry are wrong")
    return int(text)


def _rounded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
