"""Parameters in JPEG: EXIF and XMP segments before the picture data.

Source: ITU-T T.81 annex B (markers); EXIF 2.32 and Adobe XMP specification part 3 (APP1).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from fluxtui.domain.errors import PictureError
from fluxtui.services.recipes import exif, xmp
from fluxtui.services.recipes.blocks import metadata_of
from fluxtui.services.recipes.file_segments import (
    BLOCK_BYTES,
    MAX_PARTS,
    FileSegment,
    Metadata,
    PictureFile,
    Span,
    damaged,
)
from fluxtui.system.dataclass import dataclass

SIGNATURE = b"\xff\xd8\xff"
EXIF_MARK = b"Exif\0\0"
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
MAX_BODY_BYTES = 0xFFFF - 2

_APP0, _APP1, _SOS, _EOI, _TEM = 0xE0, 0xE1, 0xDA, 0xD9, 0x01
_NO_BODY = frozenset({_TEM, *range(0xD0, 0xD9)})
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True)
class _Segment:
    """One segment: `start` is where its marker is, `body` where its content begins behind the length."""

    marker: int
    start: int
    body: int
    end: int


def plan(file: PictureFile, parameters: str, recipe: str) -> list[FileSegment]:
    """Return the pieces of the file with our EXIF comment and XMP recipe in it.

    EXIF and XMP that are there keep all that is not ours. A comment of another program stays, and then ours
    is left out. Raises `PictureError`.
    """
    segments = list(_segments(file))
    _check_end(file, segments[-1].end)
    blocks = {mark: _find(file, segments, mark) for mark in (EXIF_MARK, XMP_MARK)}
    contents = {mark: _content(file, blocks[mark], mark) for mark in blocks}
    new = {
        EXIF_MARK: exif.with_comment(contents[EXIF_MARK], parameters),
        XMP_MARK: xmp.with_recipe(contents[XMP_MARK], recipe),
    }
    written = {mark: _app1(mark, content) for mark, content in new.items() if content is not None}
    if written[XMP_MARK] is None:
        raise PictureError("The recipe is too long for a JPEG.")
    places = {block: written[mark] for mark, block in blocks.items() if block and written.get(mark)}
    added = [segment for mark, segment in written.items() if blocks[mark] is None and segment is not None]
    first = next(number for number, segment in enumerate(segments) if segment.marker != _APP0)
    pieces: list[FileSegment] = [Span(0, segments[first].start), *added]
    pieces += [places.get(segment) or Span(segment.start, segment.end) for segment in segments[first:]]
    return [*pieces, Span(segments[-1].end, file.size)]


def read(file: PictureFile) -> Metadata:
    """Return what EXIF and XMP say. Raises `PictureError` if the file is damaged."""
    segments = list(_segments(file))
    block = _content(file, _find(file, segments, EXIF_MARK), EXIF_MARK)
    packet = _content(file, _find(file, segments, XMP_MARK), XMP_MARK)
    return metadata_of(block, packet)


def _segments(file: PictureFile) -> Iterator[_Segment]:
    """Yield every segment behind the first marker, up to the head of the first scan."""
    start = 2
    for _ in range(MAX_PARTS):
        mark, marker = file.read(start, 2)
        if mark != 0xFF:
            raise damaged("there is something between its segments")
        if marker == 0xFF:
            # Any number of fill bytes may stand before a marker.
            start += 1
            continue
        if marker == _EOI:
            raise damaged("it has no picture data")
        segment = _segment(file, marker, start)
        yield segment
        if marker == _SOS:
            return
        start = segment.end
    raise damaged(f"it has more than {MAX_PARTS:,} segments")


def _segment(file: PictureFile, marker: int, start: int) -> _Segment:
    if marker in _NO_BODY:
        return _Segment(marker, start, start + 2, start + 2)
    (size,) = struct.unpack(">H", file.read(start + 2, 2))
    if size < 2:
        raise damaged("one of its segments has no length")
    end = start + 2 + size
    file.read(end - 1, 1)
    return _Segment(marker, start, start + 4, end)


def _check_end(file: PictureFile, start: int) -> None:
    """See that the end marker comes after the scans, of which a progressive picture has many."""
    for _ in range(MAX_PARTS):
        start, marker = _next_marker(file, start)
        if marker == _EOI:
            return
        start = _segment(file, marker, start).end
    raise damaged(f"it has more than {MAX_PARTS:,} scans")


def _next_marker(file: PictureFile, start: int) -> tuple[int, int]:
    """Return where the next marker in scan data is, and which. Raises `PictureError` if none comes."""
    while True:
        block = file.read(start, min(BLOCK_BYTES, max(file.size - start, 2)))
        found = _MARKER_IN_SCAN.search(block)
        if found:
            return start + found.start(), block[found.start() + 1]
        # A marker can lie across the edge of two blocks.
        start += len(block) - 1


def _find(file: PictureFile, segments: list[_Segment], mark: bytes) -> _Segment | None:
    for segment in segments:
        has_room = segment.marker == _APP1 and segment.end - segment.body >= len(mark)
        if has_room and file.read(segment.body, len(mark)) == mark:
            return segment
    return None


def _content(file: PictureFile, segment: _Segment | None, mark: bytes) -> bytes | None:
    if segment is None:
        return None
    return file.read(segment.body, segment.end - segment.body).removeprefix(mark)


def _app1(mark: bytes, content: bytes) -> bytes | None:
    """Return a segment, or None if the content is too long for one."""
    body = mark + content
    if len(body) > MAX_BODY_BYTES:
        return None
    return bytes((0xFF, _APP1)) + struct.pack(">H", len(body) + 2) + body
