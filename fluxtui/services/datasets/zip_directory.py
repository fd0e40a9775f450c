"""What a ZIP says of its members, read as if it had been made to do harm: how many, and under which names."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator

from fluxtui.system.dataclass import dataclass

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_LARGE_END_SIGNATURE = b"PK\x06\x06"
_SEE_LARGE_COUNT, _SEE_LARGE_BYTES = 0xFFFF, 0xFFFFFFFF
_LONGEST_COMMENT = 0xFFFF

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
"""Of an extra field with the name in UTF-8. Source: PKWARE APPNOTE 6.3.10, 4.6.9, read 2026-11."""

OLD = "cp437"
"""The encoding of names that say nothing of it. Source: PKWARE APPNOTE 6.3.10, appendix D, read 2026-11."""


@dataclass(frozen=True)
class Extent:
    """How large the directory of a ZIP is: the most of what its end records say."""

    members: int
    size: int


def extent_of(descriptor: int) -> Extent | None:
    """Return the extent of the directory of an open file, None where it is no ZIP.

    It is read before anything builds an object for each of perhaps a million members. Of the records of ZIP64
    that a reader might believe, the largest counts.
    """
    size = os.fstat(descriptor).st_size
    length = min(size, _LONGEST_COMMENT + _END.size + _LOCATOR.size + _LARGE_END.size)
    tail = os.pread(descriptor, length, size - length)
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or at + _END.size > len(tail):
        return None
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    large = list(_large_ends(descriptor, tail, at))
    if not large:
        return Extent(count, directory)
    counts = [record.members for record in large]
    sizes = [record.size for record in large]
    return Extent(
        max(counts if count == _SEE_LARGE_COUNT else [count, *counts]),
        max(sizes if directory == _SEE_LARGE_BYTES else [directory, *sizes]),
    )


def _large_ends(descriptor: int, tail: bytes, end: int) -> Iterator[Extent]:
    """Yield what the records of ZIP64 say: the one in front of the locator, and the one that it points to."""
    at = end - _LOCATOR.size
    if at < 0 or tail[at : at + 4] != _LOCATOR_SIGNATURE:
        return
    _, _, told, _ = _LOCATOR.unpack_from(tail, at)
    places = [tail[max(at - _LARGE_END.size, 0) : at]]
    if told < 1 << 62:
        places.append(os.pread(descriptor, _LARGE_END.size, told))
    for record in places:
        if len(record) == _LARGE_END.size and record.startswith(_LARGE_END_SIGNATURE):
            *_, count, size, _ = _LARGE_END.unpack(record)
            yield Extent(count, size)


@dataclass(frozen=True)
class MemberName:
    """The name of a member, with `/` between folders, and whether its letters are only guessed."""

    text: str
    is_guessed: bool = False


def name_of(member: zipfile.ZipInfo) -> MemberName:
    """Return the name that was meant: macOS writes UTF-8 without saying so, .NET wrote `\\` for `/`."""
    if member.flag_bits & _UTF8_FLAG:
        return MemberName(_with_slashes(member.orig_filename))
    try:
        raw = member.orig_filename.encode(OLD)
    except UnicodeEncodeError:
        return MemberName(_with_slashes(member.orig_filename))
    told = _unicode_path(member.extra, raw)
    try:
        return MemberName(_with_slashes(told if told is not None else raw.decode()))
    except UnicodeDecodeError:
        # A byte of 0x5C can be the second half of a letter in old encodings of East Asia.
        return MemberName(member.orig_filename, is_guessed=True)


def _with_slashes(name: str) -> str:
    return name.replace("\\", "/")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Return the name in UTF-8 that stands in an extra field, if it is of this very name."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        data = extra[at + 4 : at + 4 + length]
        if kind == _UNICODE_PATH and len(data) > 5 and data[0] == 1:
            if int.from_bytes(data[1:5], "little") != zlib.crc32(raw):
                return None
            try:
                return data[5:].decode()
            except UnicodeDecodeError:
                return None
        at += 4 + length
    return None
