"""Sixel graphics, as xterm, foot, mlterm and others draw them.

Source: DEC STD 070, "Sixel graphics", and xterm's control sequences, read 2026-11.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from fluxtui.terminal.pieces import PIECE_BYTES, CellBox, PaintedPicture, Piece, cut
from fluxtui.terminal.scaling import resized

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS: Final = 256
FEWER_COLOURS: Final = 64
"""Used before a picture is made smaller to keep within a budget."""

MOST_WIDTH: Final = 1000
"""Pixels of one sixel picture across; xterm drops what is wider, unless it is told otherwise.

Source: xterm manual, maxGraphicSize, read 2026-11.
"""

_BAND: Final = 6
"""Pixel rows that one line of sixel characters covers."""

_FIRST: Final = 0x3F
_PRINTABLE: Final = bytes(range(_FIRST, _FIRST + 64)) + bytes(192)
_STRETCH: Final = re.compile(rb"[^\x00]+(?:\x00{1,9}[^\x00]+)*")
"""Pixels of one colour with gaps too short to be worth going around."""

_REPEATED: Final = re.compile(rb"(.)\1{3,}", re.DOTALL)

Stretch = tuple[int, int, int, bytes]
"""First column, column after the last, colour register, sixel characters."""


def encode(
    image: Image, columns: int, rows: int, cell_width: int, cell_height: int, budget: int
) -> PaintedPicture:
    """The picture in at most `budget` bytes and `columns` x `rows` cells.

    Sixel has no scaling: a picture that is too dear first loses colours, then covers fewer cells.
    """
    colours = COLOURS
    wide, high = columns, rows
    while True:
        least = budget if wide * high > 4 else sys.maxsize
        picture = _encode_at(image, wide, high, cell_width, cell_height, colours, least)
        if isinstance(picture, PaintedPicture):
            return picture
        if colours > FEWER_COLOURS:
            colours = FEWER_COLOURS
            continue
        scale = min(0.95, (budget / picture) ** 0.5)
        wide, high = max(1, int(wide * scale)), max(1, int(high * scale))


def _encode_at(
    image: Image, columns: int, rows: int, cell_width: int, cell_height: int, colours: int, budget: int
) -> PaintedPicture | float:
    """The picture, or how many bytes it would about be, as soon as it is more than the budget."""
    from PIL import Image as Pillow

    scaled = resized(image, columns * cell_width, rows * cell_height)
    # One palette for all pieces: xterm lets neighbours that share a text row see each other's registers.
    paletted = scaled.quantize(colours, method=Pillow.Quantize.FASTOCTREE, dither=Pillow.Dither.NONE)
    registers = _registers(paletted.getpalette() or [])

    def paint(box: CellBox) -> str:
        left, top = box.column * cell_width, box.row * cell_height
        right, bottom = left + box.columns * cell_width, top + box.rows * cell_height
        return sixels(paletted.crop((left, top, right, bottom)), registers)

    sample = len(paint(CellBox(0, rows // 2, columns, 1)))
    band_rows = max(1, (PIECE_BYTES * 3 // 4) // sample)
    widest = max(1, MOST_WIDTH // cell_width)
    pieces: list[Piece] = []
    size = cells = 0
    for piece in cut(columns, rows, band_rows, paint, widest):
        pieces.append(piece)
        size += len(piece.data)
        cells += piece.box.columns * piece.box.rows
        if size > budget:
            return size * columns * rows / cells
    return PaintedPicture(columns, rows, tuple(pieces))


def _registers(palette: list[int]) -> list[bytes]:
    """The definition of each colour, in the percentages that sixel wants."""
    percent = [(value * 100 + 127) // 255 for value in palette]
    return [
        b"#%d;2;%d;%d;%d" % (at // 3, percent[at], percent[at + 1], percent[at + 2])
        for at in range(0, len(percent) - 2, 3)
    ]


def sixels(paletted: Image, registers: list[bytes]) -> str:
    """One complete sixel picture; pixels it does not set (below its last row) stay as they are."""
    width, height = paletted.size
    data = paletted.tobytes()
    out = bytearray(b'\x1bP0;1;0q"1;1;%d;%d' % (width, height))
    for colour in sorted(set(data)):
        out += registers[colour]
    for top in range(0, height, _BAND):
        rows = [data[y * width : (y + 1) * width] for y in range(top, min(top + _BAND, height))]
        if top:
            out += b"-"
        _write_band(out, rows)
    out += b"\x1b\\"
    return out.decode("ascii")


def _write_band(out: bytearray, rows: list[bytes]) -> None:
    """One line of sixels: stretches of colour, as many as fit side by side in each pass.

    The first pass fills its stretches solid, in runs that cost almost nothing: every other pixel in them
    belongs to a stretch of a later pass, which paints over it.
    """
    stretches = (stretch for colour in set(b"".join(rows)) for stretch in _stretches(rows, colour))
    waiting = sorted(stretches, key=lambda stretch: (stretch[0], -stretch[1]))
    solid: bytes | None = bytes([_FIRST + (1 << len(rows)) - 1])
    while waiting:
        waiting = _write_pass(out, waiting, solid)
        solid = None
        if waiting:
            out += b"$"


def _write_pass(out: bytearray, waiting: list[Stretch], solid: bytes | None) -> list[Stretch]:
    """Stretches that do not overlap, from left to right; returns those that must wait."""
    column = 0
    left_over: list[Stretch] = []
    for stretch in waiting:
        start, end, colour, characters = stretch
        if start < column:
            left_over.append(stretch)
            continue
        out += b"#%d" % colour
        if start > column:
            out += _shortened(b"?" * (start - column))
        out += _shortened(solid * (end - start) if solid else characters)
        column = end
    return left_over


def _stretches(rows: list[bytes], colour: int) -> list[Stretch]:
    """Where a colour is in a band, as sixel characters."""
    width = len(rows[0])
    bits = 0
    for number, row in enumerate(rows):
        chosen = bytearray(256)
        chosen[colour] = 1 << number
        bits |= int.from_bytes(row.translate(chosen), "big")
    columns = bits.to_bytes(width, "big")
    return [
        (match.start(), match.end(), colour, match.group().translate(_PRINTABLE))
        for match in _STRETCH.finditer(columns)
    ]


def _shortened(characters: bytes) -> bytes:
    """Runs of four and more as a count."""
    return _REPEATED.sub(_counted, characters)


def _counted(match: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(match.group()), match.group(1))
