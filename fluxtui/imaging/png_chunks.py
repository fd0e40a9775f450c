"""Takes out of a PNG what is not needed for its pixels and would make Pillow refuse it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"

MOST_TEXT = 1_000_000
"""Bytes of a text after unpacking: editors put whole documents there, of which no pixel depends."""

MOST_TEXTS = 8_000_000
"""Bytes of all texts after unpacking; Pillow refuses a picture that has far more."""

MOST_PROFILE = 16_000_000
"""Bytes of a colour profile after unpacking."""

_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_SPARED = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"acTL", b"fcTL", b"fdAT"})
"""What pixels depend on."""


def without_ballast(content: bytes) -> tuple[bytes, bytes | None]:
    """Return a PNG without large texts, broken extra chunks and its profile, and that profile unpacked.

    The same object comes back where nothing is to be taken out. What is no sound chain of chunks is left as
    it is: the decoder says what is wrong with it.
    """
    parts: list[bytes] = []
    profile: bytes | None = None
    has_profile = False
    copied, room = 0, MOST_TEXTS
    for at, kind, data, is_sound in _chunks(content):
        end = at + 12 + len(data)
        if kind in _SPARED:
            continue
        if kind == b"iCCP" and is_sound:
            # The first counts, as for libpng; each of thousands may be long to unpack.
            profile = profile if has_profile else _profile(data)
            has_profile = True
        elif is_sound and kind not in _TEXTS:
            continue
        elif is_sound and room > 0:
            size = _text_size(kind, data)
            room -= size
            if size <= MOST_TEXT and room >= 0:
                continue
        parts.append(content[copied:at])
        copied = end
    if not copied:
        return content, None
    return b"".join((*parts, content[copied:])), profile


def _chunks(content: bytes) -> Iterator[tuple[int, bytes, memoryview, bool]]:
    """Yield the place, kind and data of each chunk, and whether its checksum is right if it is extra."""
    view = memoryview(content)
    at = len(SIGNATURE)
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if at + 12 + length > len(content):
            return
        data = view[at + 8 : at + 8 + length]
        told = int.from_bytes(view[at + 8 + length : at + 12 + length], "big")
        yield at, kind, data, kind in _SPARED or zlib.crc32(data, zlib.crc32(kind)) == told
        if kind == b"IEND":
            return
        at += 12 + length


def _text_size(kind: bytes, data: memoryview) -> int:
    """Return how many bytes a text has after unpacking; more than `MOST_TEXT` for any that is too large."""
    if kind == b"tEXt" or len(data) > MOST_TEXT:
        return len(data)
    raw = bytes(data)
    key, _, rest = raw.partition(b"\0")
    if kind == b"iTXt" and rest[:1] == b"\0":
        return len(raw)
    # Behind the key: how it is packed; for international text, two more words.
    packed = rest[2:].split(b"\0", 2)[-1] if kind == b"iTXt" else rest[1:]
    unpacked = _unpacked(packed, MOST_TEXT - len(key))
    return MOST_TEXT + 1 if unpacked is None else len(key) + len(unpacked)


def _profile(data: memoryview) -> bytes | None:
    _, _, rest = bytes(data).partition(b"\0")
    return _unpacked(rest[1:], MOST_PROFILE)


def _unpacked(packed: bytes, most: int) -> bytes | None:
    """Return unpacked data of at most so many bytes; None where it is more, or damaged."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(packed, most + 1)
    except zlib.error:
        return None
    return found if len(found) <= most else None
