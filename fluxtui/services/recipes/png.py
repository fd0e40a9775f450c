"""Parameters in PNG: text chunks behind the header. Source: PNG specification (W3C), third edition."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from fluxtui.services.recipes import xmp
from fluxtui.services.recipes.a1111 import is_ours
from fluxtui.services.recipes.file_segments import (
    MAX_METADATA_BYTES,
    MAX_PARTS,
    FileSegment,
    Metadata,
    PictureFile,
    Span,
    damaged,
)
from fluxtui.system.dataclass import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PARAMETERS = b"parameters"
RECIPE = b"fluxtui"
OTHERS = frozenset({b"invokeai_metadata", b"sd-metadata", b"Dream", b"prompt", b"workflow", b"Comment"})
"""Keywords of InvokeAI, in three generations, of ComfyUI, and of NovelAI."""

_XMP = b"XML:com.adobe.xmp"
_FRAME_BYTES = 12
_HEADER_BYTES = 13
_LONGEST_KEYWORD = 79
_MOST_TEXTS = 4
"""Texts under one keyword that are looked into for ours."""

_TEXT_KINDS = frozenset({b"tEXt", b"zTXt", b"iTXt"})


@dataclass(frozen=True)
class _Chunk:
    """One chunk with its frame: length and kind before the content, the check sum behind it."""

    kind: bytes
    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size + _FRAME_BYTES


def plan(file: PictureFile, parameters: str, recipe: str) -> list[FileSegment]:
    """Return the pieces of the file with our texts in it, in place of those that we wrote before.

    A text `parameters` of another program stays, and then ours is left out. Raises `PictureError`.
    """
    chunks = list(_chunks(file))
    if not any(chunk.kind == b"IDAT" for chunk in chunks):
        raise damaged("it has no picture data")
    replaced: set[_Chunk] = set()
    texts: list[_Chunk] = []
    for chunk in chunks:
        keyword = _keyword(file, chunk)
        if keyword == RECIPE:
            replaced.add(chunk)
        elif keyword == PARAMETERS:
            texts.append(chunk)
    # We write one; thousands of packed texts would keep us busy for minutes.
    own = {chunk for chunk in texts[:_MOST_TEXTS] if is_ours(_text(file, chunk) or "")}
    replaced |= own
    has_foreign_text = len(own) < len(texts)
    ours = [_text_chunk(RECIPE, recipe)]
    if not has_foreign_text:
        ours.insert(0, _text_chunk(PARAMETERS, parameters))
    kept = [Span(chunk.start, chunk.end) for chunk in chunks[1:] if chunk not in replaced]
    return [Span(0, chunks[0].end), *ours, *kept, Span(chunks[-1].end, file.size)]


def read(file: PictureFile) -> Metadata:
    """Return what the text chunks say, the first of each keyword. Raises `PictureError` if it is damaged."""
    found: dict[bytes, str | None] = {}
    for chunk in _chunks(file):
        keyword = _keyword(file, chunk)
        # Each is unpacked once at most: thousands of packed texts would keep us busy for minutes.
        if keyword in {PARAMETERS, RECIPE, _XMP, *OTHERS} and keyword not in found:
            found[keyword] = _text(file, chunk)
    others = {key.decode("latin-1"): text for key, text in found.items() if key in OTHERS and text}
    packet = found.get(_XMP)
    comment = xmp.comment_of(packet.encode()) if packet and not others else None
    return Metadata(found.get(PARAMETERS) or comment, found.get(RECIPE), others)


def _chunks(file: PictureFile) -> Iterator[_Chunk]:
    """Yield every chunk up to the end chunk."""
    start = len(SIGNATURE)
    for number in range(MAX_PARTS):
        size, kind = struct.unpack(">I4s", file.read(start, 8))
        chunk = _Chunk(kind, start, size)
        if number == 0 and (kind, size) != (b"IHDR", _HEADER_BYTES):
            raise damaged("its header is not where it belongs")
        # The check sum's last byte is there only if all of the chunk is.
        file.read(chunk.end - 1, 1)
        yield chunk
        if kind == b"IEND":
            return
        start = chunk.end
    raise damaged(f"it has more than {MAX_PARTS:,} chunks")


def _keyword(file: PictureFile, chunk: _Chunk) -> bytes:
    if chunk.kind not in _TEXT_KINDS:
        return b""
    beginning = file.read(chunk.start + 8, min(chunk.size, _LONGEST_KEYWORD + 1))
    return beginning.partition(b"\0")[0]


def _text(file: PictureFile, chunk: _Chunk) -> str | None:
    """Return the text of a text chunk, or None if it is too long or not as it should be."""
    if chunk.size > MAX_METADATA_BYTES:
        return None
    content = file.read(chunk.start + 8, chunk.size).partition(b"\0")[2]
    if chunk.kind == b"tEXt":
        return _decoded(content)
    if chunk.kind == b"zTXt":
        unpacked = _unpacked(content[1:])
        return None if unpacked is None else _decoded(unpacked)
    is_packed, described = content[:1] == b"\1", content[2:]
    text: bytes | None = described.partition(b"\0")[2].partition(b"\0")[2]
    if is_packed and text is not None:
        text = _unpacked(text)
    return None if text is None else text.decode("utf-8", "replace")


def _decoded(content: bytes) -> str:
    """Return a text that should be Latin-1: many programs write UTF-8, which nothing else looks like."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _unpacked(content: bytes) -> bytes | None:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(content, MAX_METADATA_BYTES)
    except zlib.error:
        return None
    return text if unpacking.eof else None


def _text_chunk(keyword: bytes, text: str) -> bytes:
    """Return a chunk with a text: Latin-1 where that can hold it, because every reader knows that kind.

    What could be taken for UTF-8 is written as such.
    """
    try:
        latin = text.encode("latin-1")
    except UnicodeEncodeError:
        latin = None
    if latin is not None and _decoded(latin) == text:
        return _chunk(b"tEXt", keyword + b"\0" + latin)
    return _chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))


def _chunk(kind: bytes, content: bytes) -> bytes:
    check_sum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check_sum)
