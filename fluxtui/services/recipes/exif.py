"""The comment in an EXIF block, read and written without moving anything else that is in it.

Source: EXIF 2.32 and TIFF 6.0; other tools look for the parameters of a picture in the tag UserComment.
"""

from __future__ import annotations

import struct

from fluxtui.services.recipes.a1111 import is_ours
from fluxtui.system.dataclass import dataclass

_EXIF_POINTER = 0x8769
_EXIF_VERSION = 0x9000
_USER_COMMENT = 0x9286
_LONG, _UNDEFINED = 4, 7
_ENTRY_BYTES = 12
_INLINE_BYTES = 4
_UTF16 = b"UNICODE\0"
_ASCII = b"ASCII\0\0\0"
_JIS = b"JIS\0\0\0\0\0"
_CODE_BYTES = 8
_CAMERA_TAGS = (0x010E, 0x010F, 0x0110)
_KEYWORDS = frozenset({"prompt", "workflow"})
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
        return None if entry is None else _decoded(block.value(entry), block.order)
    except _Malformed:
        return None


def others_of(content: bytes) -> dict[str, str]:
    """Return the texts of ComfyUI in an EXIF block, by their keywords.

    It writes `prompt:{...}` and `workflow:{...}` into the tags of the camera (ComfyUI, its nodes for saving
    WebP, read 2026-11).
    """
    try:
        block = _block(content)
        first, _ = block.directory(block.number(4))
        texts = [block.value(first[tag]).rstrip(b"\0") for tag in _CAMERA_TAGS if tag in first]
    except _Malformed:
        return {}
    found: dict[str, str] = {}
    for text in texts:
        keyword, colon, told = text.decode("utf-8", "replace").partition(":")
        if colon and keyword.casefold() in _KEYWORDS:
            found.setdefault(keyword.casefold(), told)
    return found


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
        said = _decoded(block.value(known), block.order) if known is not None else ""
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


def _decoded(value: bytes, order: str) -> str:
    code, text = value[:_CODE_BYTES], value[_CODE_BYTES:]
    if code == _UTF16:
        return _utf16(text, order)
    if code in {_ASCII, _JIS, b"\0" * _CODE_BYTES}:
        value = text
    value = value.rstrip(b"\0")
    japanese = code == _JIS
    escaped = ("iso2022_jp",) if japanese and b"\x1b" in value else ()
    for encoding in (*escaped, "utf-8", *(("shift_jis",) if japanese else ())):
        text_in = _in(encoding, value)
        if text_in is not None:
            return text_in
    return value.decode("latin-1")


def _in(encoding: str, value: bytes) -> str | None:
    try:
        return value.decode(encoding)
    except UnicodeDecodeError:
        return None


def _utf16(text: bytes, order: str) -> str:
    """Return a text in UTF-16: writers disagree on the order, and some write UTF-8 under the same code."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if text.startswith(mark):
            return text[2:].decode(encoding, "replace")
    as_utf8 = _in("utf-8", text) if b"\0" not in text else None
    if as_utf8 is not None:
        return as_utf8
    little, big = text[1::2].count(0), text[0::2].count(0)
    # In most texts the half that is zero tells, else the block's own order.
    is_little = little > big if little != big else order == "<"
    return text.decode("utf-16-le" if is_little else "utf-16-be", "replace")
