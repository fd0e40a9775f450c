"""Finds JPEGs whose data break off in the middle, which decoders paint over with grey without a word."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import field

from PIL import Image

from fluxtui.system.dataclass import dataclass

DAMAGED = "is damaged in its middle; a part of it would be grey or garbled"
SHORT = "has data for its upper part only; the rest would be grey"
COARSE = "is cut short: its finer details are missing"

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_AFTER_SCAN = frozenset({0xD9, 0xDA, 0xC4, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})
"""Markers that may follow a scan: the end, another scan, tables, a number of lines, comments."""

_SEQUENTIAL = frozenset({0xC0, 0xC1})
_PROGRESSIVE = frozenset({0xC2})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EOI, _SOS, _DHT = 0xD9, 0xDA, 0xC4
_BLOCK_ROWS = 32
"""Lines that a decoder may still hold back at the end of sound data: two rows of its largest blocks."""

_MARKER = re.compile(rb"\xff(?=[^\x00])")
_EMPTY = bytes(1024)
"""What was never written of a file, by a disk or a download."""

_MOST_PROVEN = 100_000_000
"""Pixels of a picture that is decoded once more to prove that its end is missing."""


@dataclass
class _Frame:
    """The first picture of a file, as far as its markers are read."""

    kind: int = 0
    pixels: int = 0
    scans: list[tuple[int, int]] = field(default_factory=list)
    """Where the data of each begin and end."""
    components: int = 0
    codes: dict[int, int] = field(default_factory=dict)
    """What zeros alone stand for in each table for details; 0 is that a block has no more of them."""
    shifts: dict[tuple[int, int], int] = field(default_factory=dict)
    """Bits that are still missing, by component and coefficient."""


@dataclass(frozen=True)
class _Data:
    """The data of a scan.

    Attributes:
        begin: their first byte.
        end: the marker that ends them, or the end of the file.
        restarts: the second bytes of the restarts in them.
        marker: the second byte of the marker that ends them, None where there is none.
    """

    begin: int
    end: int
    restarts: bytes
    marker: int | None


class _Broken(Exception):
    """The data of a scan are not what can be."""


def fault_of_data(content: bytes) -> str:
    """Return why the data of a JPEG are not whole, to stand after its name, or `''`; nothing is decoded.

    Seen are markers where only data can be, stretches of zeros, missing scans, restarts out of order. What is
    cut off at the very end is left to the decoder, which says so. Damage that changes no marker and no
    length is not seen.
    """
    frame = _frame_of(content)
    if frame is None:
        return DAMAGED
    is_coarse = frame.kind in _PROGRESSIVE and frame.scans and any(frame.shifts.values())
    return COARSE if is_coarse else ""


def fault_of_end(content: bytes, decoded: Image.Image) -> str:
    """Return whether the data of a JPEG end before its last lines do, as a reason like `fault_of_data`.

    Only a picture whose last line is one colour, as a decoder makes it of nothing, is decoded once more.

    Args:
        content: of the file.
        decoded: the picture in it, decoded in any size.
    """
    ranges = _ranges(decoded.crop((0, decoded.height - 1, decoded.width, decoded.height)))
    # Black is zero in every channel, so that it could not be told from what is not decoded.
    if any(low != high for low, high in ranges) or not any(low for low, _ in ranges):
        return ""
    frame = _frame_of(content)
    if frame is None or frame.kind not in _SEQUENTIAL or len(frame.scans) != 1:
        return ""
    return SHORT if frame.pixels <= _MOST_PROVEN and _is_short(content, frame.scans[0][1]) else ""


def _frame_of(content: bytes) -> _Frame | None:
    """Return what the markers of the first picture say, as far as they go; None where data are broken."""
    frame = _Frame()
    try:
        _read(content, frame)
    except _Broken:
        return None
    except (struct.error, IndexError):
        return _Frame()
    return frame


def _read(content: bytes, frame: _Frame) -> None:
    """Go through the markers of the first picture. Raises `_Broken`."""
    for kind, at, end, data in _segments(content):
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 1)
            frame.kind, frame.pixels, frame.components = kind, width * height, content[at + 5]
            if kind in _PROGRESSIVE:
                components = content[at + 6 : end : 3]
                frame.shifts = {(name, number): 1 for name in components for number in range(64)}
        elif kind == _DHT:
            frame.codes.update(_first_codes(content[at:end]))
        elif data is not None:
            _scan(content, at, data, frame)


def _segments(content: bytes) -> Iterator[tuple[int, int, int, _Data | None]]:
    """Yield kind, begin and end of what follows each marker, and the data of scans, up to the end."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        kind = content[at + 1]
        if kind == _EOI:
            return
        if kind == 0xFF or kind in _STANDALONE:
            at += 1 if kind == 0xFF else 2
            continue
        end = at + 2 + int(struct.unpack_from(">H", content, at + 2)[0])
        data = _data_from(content, end) if kind == _SOS else None
        yield kind, at + 4, end, data
        at = end if data is None else data.end


def _data_from(content: bytes, begin: int) -> _Data:
    """Return the data of a scan: in them, 0xFF is always followed by 0x00 or the number of a restart."""
    restarts = bytearray()
    for found in _MARKER.finditer(content, begin):
        following = content[found.end()]
        if 0xD0 <= following <= 0xD7:
            restarts.append(following)
        elif following != 0xFF:
            return _Data(begin, found.start(), bytes(restarts), following)
    return _Data(begin, len(content), bytes(restarts), None)


def _scan(content: bytes, at: int, data: _Data, frame: _Frame) -> None:
    begin, end = data.begin, data.end
    if data.marker is not None and data.marker not in _AFTER_SCAN:
        raise _Broken
    used = [frame.codes.get(tables & 15, 0) for tables in content[at + 2 : at + 2 + 2 * content[at] : 2]]
    # Blocks of one colour are zeros where all the tables say so; nothing else is.
    is_solid = frame.kind in _SEQUENTIAL and content[at] == frame.components and any(used)
    if (is_solid and content.find(_EMPTY, begin, end) >= 0) or (
        data.marker is None and content.endswith(_EMPTY)
    ):
        raise _Broken
    if data.restarts != bytes(0xD0 + number % 8 for number in range(len(data.restarts))):
        raise _Broken
    frame.scans.append((begin, end))
    if frame.kind in _PROGRESSIVE:
        names = content[at + 1 : at + 1 + 2 * content[at] : 2]
        first, last, shifts = content[begin - 3 : begin]
        for name in names:
            frame.shifts.update({(name, number): shifts & 15 for number in range(first, min(last, 63) + 1)})


def _first_codes(tables: bytes) -> Iterator[tuple[int, int]]:
    """Yield number and meaning of the code of zeros alone of each table for details."""
    at = 0
    while at + 17 <= len(tables):
        length = sum(tables[at + 1 : at + 17])
        if tables[at] >> 4 == 1 and length:
            yield tables[at] & 15, tables[at + 17]
        at += 17 + length


def _is_short(content: bytes, end: int) -> bool:
    """Tell whether the data of a scan end before the last lines, by decoding without the mark of its end."""
    with Image.open(io.BytesIO(content[:end]), formats=("JPEG",)) as image:
        whole = image.height
        image.draft(None, (1, 1))
        scale = whole / image.height
        try:
            image.load()
        except OSError:
            # What was decoded before the data ended stays; the rest is zero in every channel.
            image.tile = []
        boxes = [channel.getbbox() for channel in image.split()]
        drawn = max((box[3] for box in boxes if box is not None), default=0)
        return (image.height - drawn) * scale > _BLOCK_ROWS


def _ranges(image: Image.Image) -> list[tuple[int, int]]:
    histograms = (channel.histogram() for channel in image.split())
    found = ([value for value, count in enumerate(histogram) if count] for histogram in histograms)
    return [(values[0], values[-1]) for values in found]
