"""Pictures in characters that part a cell finer than into halves: four or six pixels in two colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from fluxtui.terminal.halfcell import CellRun
from fluxtui.terminal.profile import Mosaic
from fluxtui.terminal.scaling import Colour

if TYPE_CHECKING:
    from PIL.Image import Image

_QUADRANTS: Final = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By what is filled: 1 upper left, 2 upper right, 4 lower left, 8 lower right (U+2580 to U+259F)."""
_LEFT, _RIGHT, _FULL = 0b010101, 0b101010, 0b111111
"""Sextants that Unicode has as blocks already."""
_FIRST_SEXTANT: Final = 0x1FB00
_PARTS: Final = {Mosaic.QUADRANT: 2, Mosaic.SEXTANT: 3}
"""Pixels of a cell one over the other; beside each other there are two."""
_ALIKE: Final = 60
"""Up to this difference of brightness, of 2,040, a cell has one colour."""
_FINE: Final = (0b11111111, 0)
_COARSE: Final = (0b11111000, 4)
"""What is kept of a part of a colour where few bytes are to be sent, and what stands for the rest."""


def _sextant(filled: int) -> str:
    """Return the character with some parts filled: 1 for the first of the first row, 32 for the last."""
    if filled in (0, _LEFT, _RIGHT, _FULL):
        return {0: " ", _LEFT: "▌", _RIGHT: "▐", _FULL: "█"}[filled]
    return chr(_FIRST_SEXTANT + filled - 1 - (filled > _LEFT) - (filled > _RIGHT))


class _Shapes(NamedTuple):
    """What a mosaic can draw: a character for each set of filled parts, which those are, the usual ones."""

    glyphs: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]
    often: tuple[int, ...]


def _shapes(glyphs: tuple[str, ...], parts: int, often: tuple[int, ...]) -> _Shapes:
    places = [tuple(part for part in range(parts) if filled >> part & 1) for filled in range(1 << parts)]
    return _Shapes(glyphs, tuple(places), often)


_SHAPES: Final = {
    Mosaic.QUADRANT: _shapes(tuple(_QUADRANTS), 4, (0b0011, 0b0101)),
    Mosaic.SEXTANT: _shapes(
        tuple(_sextant(filled) for filled in range(64)), 6, (0b000011, 0b001111, 0b010101)
    ),
}


class MosaicCell(NamedTuple):
    """A cell: its character, the colour of that, and the one behind it."""

    glyph: str
    front: Colour
    back: Colour


class MosaicRow:
    """A row of cells, from the left."""

    def __init__(self, cells: Sequence[MosaicCell]) -> None:
        self._cells = cells

    @property
    def columns(self) -> int:
        """How many cells there are."""
        return len(self._cells)

    def runs(self) -> Iterator[CellRun]:
        """The row as runs of cells with the same colours."""
        for (front, back), cells in groupby(self._cells, key=lambda cell: (cell.front, cell.back)):
            yield CellRun(front, back, "".join(cell.glyph for cell in cells))


def mosaic_rows(image: Image, columns: int, rows: int, mosaic: Mosaic, *, coarse: bool) -> list[MosaicRow]:
    """The picture in `columns` x `rows` cells.

    Args:
        image: in RGB.
        columns: cells beside each other.
        rows: cells over each other.
        mosaic: into what a cell is parted; not `HALF`, see `halfcell`.
        coarse: whether colours are rounded, so that neighbours agree more often and fewer bytes are sent.
    """
    from PIL import Image as Pillow

    parts = _PARTS[mosaic]
    small = image.resize((columns * 2, rows * parts), Pillow.Resampling.BOX).convert("RGB")
    data = small.tobytes()
    width = columns * 6
    lines = [data[at : at + width] for at in range(0, len(data), width)]
    shapes, kept = _SHAPES[mosaic], _COARSE if coarse else _FINE
    return [_row(lines[at : at + parts], shapes, kept) for at in range(0, len(lines), parts)]


def _row(lines: Sequence[bytes], shapes: _Shapes, kept: tuple[int, int]) -> MosaicRow:
    return MosaicRow([_cell(lines, at, shapes, kept) for at in range(0, len(lines[0]), 6)])


def _cell(lines: Sequence[bytes], at: int, shapes: _Shapes, kept: tuple[int, int]) -> MosaicCell:
    """The shape and the two colours that fit a cell best."""
    pixels = [line[start : start + 3] for line in lines for start in (at, at + 3)]
    light = [2 * red + 5 * green + blue for red, green, blue in pixels]
    low, high = min(light), max(light)
    channels = tuple(zip(*pixels, strict=True))
    totals = _sums(channels, range(len(pixels)))
    if high - low <= _ALIKE:
        colour = _mean(totals, len(pixels), kept)
        return MosaicCell(" ", colour, colour)
    middle = (low + high) / 2
    by_light = sum(1 << number for number, value in enumerate(light) if value > middle)
    fits = [_fit(channels, totals, shapes.places[filled]) for filled in (by_light, *shapes.often)]
    best = max(range(len(fits)), key=lambda number: fits[number].explained)
    filled, fit = (by_light, *shapes.often)[best], fits[best]
    back = tuple(total - part for total, part in zip(totals, fit.front, strict=True))
    return MosaicCell(
        shapes.glyphs[filled], _mean(fit.front, fit.parts, kept), _mean(back, len(pixels) - fit.parts, kept)
    )


class _Fit(NamedTuple):
    """What two colours, one for some parts of a cell and one for the rest, explain of it."""

    explained: float
    """The more, the less is lost: the squares of both colours, each as often as it stands there."""
    front: tuple[int, ...]
    """The sums over those parts."""
    parts: int
    """How many those are."""


def _fit(channels: Sequence[Sequence[int]], totals: Sequence[int], places: Sequence[int]) -> _Fit:
    front, inside = _sums(channels, places), len(places)
    outside = len(channels[0]) - inside
    squares = sum(part * part for part in front)
    others = sum((total - part) ** 2 for total, part in zip(totals, front, strict=True))
    return _Fit(squares / inside + others / outside, front, inside)


def _sums(channels: Sequence[Sequence[int]], places: Sequence[int]) -> tuple[int, ...]:
    return tuple([sum([channel[place] for place in places]) for channel in channels])


def _mean(sums: Sequence[int], count: int, kept: tuple[int, int]) -> Colour:
    mask, rest = kept
    red, green, blue = sums
    return (red // count & mask | rest, green // count & mask | rest, blue // count & mask | rest)
