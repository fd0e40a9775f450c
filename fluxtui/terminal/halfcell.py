"""Pictures as coloured half cells: two pixels to a character, in any terminal with colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from fluxtui.terminal.scaling import Colour

if TYPE_CHECKING:
    from PIL.Image import Image

UPPER_HALF: Final = "▀"


class CellRun(NamedTuple):
    """Neighbouring cells of the same colours: that of the characters, the one behind them, the characters.

    Where both colours agree there are blanks, which are cheaper.
    """

    upper: Colour
    lower: Colour
    text: str


class CellRow(NamedTuple):
    """A row of cells as the pixels of their upper and of their lower halves, three bytes to each."""

    upper: bytes
    lower: bytes

    @property
    def columns(self) -> int:
        """How many cells there are."""
        return len(self.upper) // 3

    def runs(self) -> Iterator[CellRun]:
        """The row as runs, from the left."""
        last: tuple[bytes, bytes] | None = None
        length = 0
        for at in range(0, len(self.upper), 3):
            cell = (self.upper[at : at + 3], self.lower[at : at + 3])
            if last is not None and cell != last:
                yield _run(*last, length)
                length = 0
            last = cell
            length += 1
        if last is not None:
            yield _run(*last, length)


def _run(upper: bytes, lower: bytes, length: int) -> CellRun:
    text = (" " if upper == lower else UPPER_HALF) * length
    return CellRun((upper[0], upper[1], upper[2]), (lower[0], lower[1], lower[2]), text)


def half_cells(
    image: Image, columns: int, rows: int, colours: int | None = None, grain: int = 1
) -> list[CellRow]:
    """The picture in `columns` x `rows` cells.

    `colours` limits the palette (2 to 256) and `grain` is how many neighbouring cells share a sample: both
    make neighbours agree more often, so that fewer bytes are sent.
    """
    from PIL import Image as Pillow

    small = image.resize((-(-columns // grain), rows * 2), Pillow.Resampling.BOX)
    if colours is not None:
        small = small.quantize(colours, method=Pillow.Quantize.MEDIANCUT, dither=Pillow.Dither.NONE)
    if grain > 1:
        small = small.resize((columns, rows * 2), Pillow.Resampling.NEAREST)
    data = small.convert("RGB").tobytes()
    stride = columns * 3
    return [
        CellRow(data[at : at + stride], data[at + stride : at + 2 * stride])
        for at in range(0, len(data), 2 * stride)
    ]
