"""Parameters in AVIF and HEIC, which are only read: EXIF and XMP are items of the box `meta`.

Source: ISO/IEC 14496-12 (the boxes `meta`, `iinf`, `iloc`, `idat`) and 23008-12 (EXIF and XMP as items).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fluxtui.services.recipes.blocks import metadata_of
from fluxtui.services.recipes.file_segments import (
    MAX_METADATA_BYTES,
    MAX_PARTS,
    Metadata,
    PictureFile,
    damaged,
)
from fluxtui.system.dataclass import dataclass

BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"})

_XMP_TYPE = b"application/rdf+xml"


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int
    end: int


@dataclass(frozen=True)
class _Reader:
    """Bytes that are read one number after the other; the place is where the next one is."""

    content: bytes

    def number(self, at: int, size: int) -> int:
        if at + size > len(self.content):
            raise damaged("one of its boxes ends too early")
        return int.from_bytes(self.content[at : at + size], "big")


def read(file: PictureFile) -> Metadata:
    """Return what EXIF and XMP say. Raises `PictureError` if the file is damaged."""
    meta = next((box for box in _boxes(file, 0, file.size) if box.kind == b"meta"), None)
    if meta is None:
        return Metadata()
    inner = {box.kind: box for box in _boxes(file, meta.start + 4, meta.end)}
    if b"iinf" not in inner or b"iloc" not in inner:
        return Metadata()
    items = _items(file, inner[b"iinf"])
    places = _places(_whole(file, inner[b"iloc"]), set(items.values()))
    found = {kind: _content(file, inner, places.get(item, [])) for kind, item in items.items()}
    block, packet = found.get(b"Exif"), found.get(_XMP_TYPE)
    if block is not None:
        # Four bytes before the block tell where it begins.
        block = block[4 + int.from_bytes(block[:4], "big") :]
    return metadata_of(block, packet)


def _boxes(file: PictureFile, start: int, end: int) -> Iterator[_Box]:
    for _ in range(MAX_PARTS):
        if start + 8 > end:
            return
        size, kind = struct.unpack(">I4s", file.read(start, 8))
        head = 8
        if size == 1:
            size, head = int.from_bytes(file.read(start + 8, 8), "big"), 16
        size = size or end - start
        if size < head or start + size > end:
            raise damaged("one of its boxes is longer than the whole")
        yield _Box(kind, start + head, start + size)
        start += size
    raise damaged(f"it has more than {MAX_PARTS:,} boxes")


def _whole(file: PictureFile, box: _Box) -> bytes:
    if box.end - box.start > MAX_METADATA_BYTES:
        raise damaged("it has far too much metadata")
    return file.read(box.start, box.end - box.start)


def _items(file: PictureFile, box: _Box) -> dict[bytes, int]:
    """Return the items of EXIF and XMP by their kind, the first of each."""
    version = file.read(box.start, 1)[0]
    found: dict[bytes, int] = {}
    for entry in _boxes(file, box.start + (6 if version == 0 else 8), box.end):
        if entry.kind != b"infe":
            continue
        content = _whole(file, entry)
        reader, version = _Reader(content), content[0] if content else 0
        if version < 2:
            continue
        wide = 2 if version == 2 else 4
        item, kind = reader.number(4, wide), content[6 + wide : 10 + wide]
        if kind == b"mime":
            kind = content[10 + wide :].split(b"\0")[1] if content[10 + wide :].count(b"\0") else b""
        if kind in {b"Exif", _XMP_TYPE}:
            found.setdefault(kind, item)
    return found


def _places(content: bytes, wanted: set[int]) -> dict[int, list[tuple[int, int, int]]]:
    """Return for some items how their parts are found, where they begin and how long they are."""
    reader, version = _Reader(content), content[0] if content else 0
    sizes = reader.number(4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    count, at = reader.number(6, wide), 6 + wide
    found: dict[int, list[tuple[int, int, int]]] = {}
    for _ in range(min(count, MAX_PARTS)):
        item, at = reader.number(at, wide), at + wide
        method = 0
        if version in (1, 2):
            method, at = reader.number(at, 2) & 15, at + 2
        at += 2
        base, at = reader.number(at, base_size), at + base_size
        parts, at = reader.number(at, 2), at + 2
        for _ in range(parts):
            at += index_size
            offset, at = reader.number(at, offset_size), at + offset_size
            length, at = reader.number(at, length_size), at + length_size
            if item in wanted:
                found.setdefault(item, []).append((method, base + offset, length))
    return found


def _content(file: PictureFile, inner: dict[bytes, _Box], places: list[tuple[int, int, int]]) -> bytes | None:
    """Return the parts of an item together, None where they are too long or elsewhere."""
    if not places or sum(length for _, _, length in places) > MAX_METADATA_BYTES:
        return None
    parts = []
    for method, start, length in places:
        if method == 1 and b"idat" in inner:
            start += inner[b"idat"].start
        elif method != 0:
            return None
        parts.append(file.read(start, length))
    return b"".join(parts)
