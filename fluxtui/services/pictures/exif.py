"""The comment in an EXIF block, read and written without moving anything else that is in it.

Source: EXIF 2.32 and TIFF 6.0; other tools look for the parameters of a picture in the tag UserComment.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fluxtui.services.pictures.a1111 import is_ours

_EXIF_POINTER = 0x8769
_EXIF_VERSION = 0x9000
_USER_COMMENT = 0x9286
_LONG, _UNDEFINED = 4, 7
_ENTRY_BYTES = 12
_INLINE_BYTES = 4
_UTF16 = b"UNICODE\0"
_ASCII = b"ASCII\0\0\0"
_CODE_BYTES = 8
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}

Entries = dict[int, bytes]


class _Malformed(Exception):
    pass


@dataclass(frozen=True)
class _Block:
    """A TIFF structure: its bytes, and their order as `struct` names it."""

    content: bytes
    order: str

    def number(self, at: int) -> int:
        return int(self._unpack("I", at))

    def directory(self, at: int) -> tuple[Entries, int]:
        """Return the entries of a directory by tag, each as its 12 bytes, and where the next one is."""
        begin = at + 2
        end = begin + self._unpack("H", at) * _ENTRY_BYTES
        following = self.number(end)
        entries: Entries = {}
        for place in range(begin, end, _ENTRY_BYTES):
            entries.setdefault(self._unpack("H", place), self.content[place : place + _ENTRY_BYTES])
        return entries, following

    def value(self, entry: bytes) -> bytes:
        """Return the bytes that an entry of single bytes stands for."""
        size, at = struct.unpack(self.order + "II", entry[4:])
        if size <= _INLINE_BYTES:
            return entry[8 : 8 + size]
        if at + size > len(self.content):
            raise _Malformed
        return self.content[at : at + size]

    def entry(self, tag: int, kind: int, size: int, value: int | bytes) -> bytes:
        last = value if isinstance(value, bytes) else struct.pack(self.order + "I", value)
        return struct.pack(self.order + "HHI", tag, kind, size) + last

    def directory_bytes(self, entries: Entries, following: int) -> bytes:
        count = struct.pack(self.order + "H", len(entries))
        body = b"".join(entries[tag] for tag in sorted(entries))
        return count + body + struct.pack(self.order + "I", following)

    def _unpack(self, kind: str, at: int) -> int:
        try:
            (number,) = struct.unpack_from(self.order + kind, self.content, at)
        except struct.error:
            raise _Malformed from None
        return int(number)


def comment_of(content: bytes) -> str | None:
    """Return the user comment of an EXIF block, or None if there is none that can be read."""
    try:
        block = _block(content)
        entry = _directories(block)[1].get(_USER_COMMENT)
        return None if entry is None else _decoded(block.value(entry))
    except _Malformed:
        return None


def with_comment(content: bytes | None, text: str) -> bytes | None:
    """Return an EXIF block with a user comment.

    Args:
        content: the block that the picture has already, or None.
        text: the comment.

    Returns:
        None if that block should stay as it is: it has a comment of another program, or is not understood.
    """
    if content is None:
        return _new_block(text)
    try:
        block = _block(content)
        first, exif, following = _directories(block)
        known = exif.get(_USER_COMMENT)
        said = _decoded(block.value(known)) if known is not None else ""
    except _Malformed:
        return None
    if said.strip(" \0") and not is_ours(said):
        return None
    if set(first) <= {_EXIF_POINTER} and set(exif) <= {_EXIF_VERSION, _USER_COMMENT} and not following:
        return _new_block(text)
    return _extended(block, first, exif, following, text)


def _block(content: bytes) -> _Block:
    # In WebP some writers leave the mark of JPEG's segment before the block.
    content = content.removeprefix(b"Exif\0\0")
    order = _ORDERS.get(content[:4])
    if order is None:
        raise _Malformed
    return _Block(content, order)


def _directories(block: _Block) -> tuple[Entries, Entries, int]:
    """Return the entries of the first directory and of the EXIF directory, and what follows the first."""
    first, following = block.directory(block.number(4))
    pointer = first.get(_EXIF_POINTER)
    if pointer is None:
        return first, {}, following
    exif, _ = block.directory(struct.unpack(block.order + "I", pointer[8:])[0])
    return first, exif, following


def _new_block(text: str) -> bytes:
    empty = _Block(b"MM\0*\0\0\0\x08", ">")
    return _extended(empty, {}, {_EXIF_VERSION: empty.entry(_EXIF_VERSION, _UNDEFINED, 4, b"0232")}, 0, text)


def _extended(block: _Block, first: Entries, exif: Entries, following: int, text: str) -> bytes:
    """Return the block with new directories behind everything else, so that all old offsets stay true."""
    comment = _UTF16 + text.encode("utf-16-be", "replace")
    old = block.content + b"\0" * (len(block.content) % 2)
    comment_at = len(old)
    exif_at = comment_at + len(comment)
    exif = exif | {_USER_COMMENT: block.entry(_USER_COMMENT, _UNDEFINED, len(comment), comment_at)}
    exif_bytes = block.directory_bytes(exif, 0)
    first_at = exif_at + len(exif_bytes)
    first = first | {_EXIF_POINTER: block.entry(_EXIF_POINTER, _LONG, 1, exif_at)}
    head = old[:4] + struct.pack(block.order + "I", first_at)
    return head + old[8:] + comment + exif_bytes + block.directory_bytes(first, following)


def _decoded(value: bytes) -> str:
    code, text = value[:_CODE_BYTES], value[_CODE_BYTES:]
    if code == _UTF16:
        # Writers disagree on the order; in most texts the half that is zero tells.
        is_little = text[1::2].count(0) > text[0::2].count(0)
        return text.decode("utf-16-le" if is_little else "utf-16-be", "replace")
    if code in {_ASCII, b"\0" * _CODE_BYTES}:
        return text.rstrip(b"\0").decode("utf-8", "replace")
    return value.decode("utf-8", "replace")
