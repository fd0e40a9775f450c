"""Parameters in WebP: EXIF and XMP chunks behind the picture data. Source: RFC 9649 (WebP container)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fluxtui.services.recipes import exif, xmp
from fluxtui.services.recipes.blocks import metadata_of
from fluxtui.services.recipes.file_segments import (
    MAX_METADATA_BYTES,
    MAX_PARTS,
    FileSegment,
    Metadata,
    PictureFile,
    Span,
    damaged,
    ends_too_early,
)
from fluxtui.system.dataclass import dataclass

HEAD_BYTES = 12

_EXTENDED, _LOSSY, _LOSSLESS = b"VP8X", b"VP8 ", b"VP8L"
_EXIF, _XMP = b"EXIF", b"XMP "
_HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04
_EXTENDED_BYTES = 10
_LOSSY_START = b"\x9d\x01\x2a"
_LOSSLESS_START = 0x2F
_EDGE = 0x3FFF


@dataclass(frozen=True)
class _Chunk:
    """One chunk: its kind and size stand at `start`, its content behind; a pad byte makes it even."""

    kind: bytes
    start: int
    size: int

    @property
    def content(self) -> Span:
        return Span(self.start + 8, self.start + 8 + self.size)


def plan(file: PictureFile, parameters: str, recipe: str) -> list[FileSegment]:
    """Return the pieces of the file with our EXIF comment and XMP recipe in it.

    EXIF and XMP that are there keep all that is not ours. A comment of another program stays, and then ours
    is left out. Raises `PictureError`.
    """
    end = _riff_end(file)
    chunks = list(_chunks(file, end))
    old_exif, old_xmp = _content(file, chunks, _EXIF), _content(file, chunks, _XMP)
    new_exif = exif.with_comment(old_exif, parameters)
    if new_exif is None:
        new_exif = old_exif or b""
    notes = _chunk(_EXIF, new_exif) + _chunk(_XMP, xmp.with_recipe(old_xmp, recipe))
    kept = [chunk for chunk in chunks if chunk.kind not in {_EXIF, _XMP}]
    body: list[FileSegment] = [_extended_chunk(file, kept)]
    for chunk in kept:
        if chunk.kind != _EXTENDED:
            # The pad is written by us, since a file may lack it behind its last chunk.
            body += [Span(chunk.start, chunk.content.end), b"\0" * (chunk.size % 2)]
    body.append(notes)
    size = 4 + sum(len(piece) if isinstance(piece, bytes) else piece.end - piece.start for piece in body)
    return [b"RIFF" + struct.pack("<I", size) + b"WEBP", *body, Span(end, file.size)]


def read(file: PictureFile) -> Metadata:
    """Return what EXIF and XMP say. Raises `PictureError` if the file is damaged."""
    chunks = list(_chunks(file, _riff_end(file)))
    block, packet = _content(file, chunks, _EXIF), _content(file, chunks, _XMP)
    return metadata_of(block, packet)


def _riff_end(file: PictureFile) -> int:
    (size,) = struct.unpack("<I", file.read(4, 4))
    if size + 8 > file.size:
        raise ends_too_early()
    return int(size) + 8


def _chunks(file: PictureFile, end: int) -> Iterator[_Chunk]:
    start = HEAD_BYTES
    for _ in range(MAX_PARTS):
        if start >= end:
            return
        kind, size = struct.unpack("<4sI", file.read(start, 8))
        chunk = _Chunk(kind, start, size)
        if chunk.content.end > end:
            raise damaged("one of its chunks is longer than the whole")
        yield chunk
        start = chunk.content.end + size % 2
    raise damaged(f"it has more than {MAX_PARTS:,} chunks")


def _content(file: PictureFile, chunks: list[_Chunk], kind: bytes) -> bytes | None:
    """Return the content of the first chunk of a kind, or None if there is none."""
    for chunk in chunks:
        if chunk.kind == kind:
            if chunk.size > MAX_METADATA_BYTES:
                raise damaged("it has far too much metadata")
            return file.read(chunk.content.start, chunk.size)
    return None


def _extended_chunk(file: PictureFile, chunks: list[_Chunk]) -> bytes:
    """Return the chunk that says what the file holds: the one it has with our flags set, or a new one."""
    first = chunks[0] if chunks else None
    if first is None or first.kind not in {_EXTENDED, _LOSSY, _LOSSLESS}:
        raise damaged("it has no picture data")
    if first.kind == _EXTENDED:
        if first.size < _EXTENDED_BYTES:
            raise damaged("its header is too short")
        content = file.read(first.content.start, first.size)
        return _chunk(_EXTENDED, bytes((content[0] | _HAS_EXIF | _HAS_XMP,)) + content[1:])
    if first.kind == _LOSSY:
        width, height, alpha = _lossy_facts(file.read(first.content.start, 10))
    else:
        width, height, alpha = _lossless_facts(file.read(first.content.start, 5))
    flags = _HAS_EXIF | _HAS_XMP | (_HAS_ALPHA if alpha else 0)
    edges = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _chunk(_EXTENDED, bytes((flags, 0, 0, 0)) + edges)


def _lossy_facts(head: bytes) -> tuple[int, int, bool]:
    """Return width and height in pixels from a key frame's head; such a file has no alpha."""
    width, height = (edge & _EDGE for edge in struct.unpack_from("<HH", head, 6))
    if head[3:6] != _LOSSY_START or not width or not height:
        raise damaged("its picture data does not begin as it should")
    return width, height, False


def _lossless_facts(head: bytes) -> tuple[int, int, bool]:
    """Return width and height in pixels, and whether alpha is used."""
    start, bits = struct.unpack("<BI", head)
    if start != _LOSSLESS_START:
        raise damaged("its picture data does not begin as it should")
    return (bits & _EDGE) + 1, (bits >> 14 & _EDGE) + 1, bool(bits >> 28 & 1)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
