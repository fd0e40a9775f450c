"""Pictures as coloured half cells: two pixels to a character, in any terminal with colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fluxtui.terminal.scaling import Colour

if TYPE_CHECKING:
    from PIL.Image import Image

UPPER_HALF: Final = "▀"


class Run(NamedTuple):
    """Neighbouring cells that look the same: colour of the upper half, of the lower half, how many."""

    upper: Colour
    lower: Colour
    length: int

    @property
    def text(self) -> str:
        """The characters of the run; blanks, which are cheaper, where both halves agree."""
        return (" " if self.upper == self.lower else UPPER_HALF) * self.length


def half_cells(
    image: Image, columns: int, rows: int, colours: int | None = None, grain: int = 1
) -> list[list[Run]]:
    """The picture as rows of runs, `columns` x `rows` cells in all.

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
    pixels = [(data[at], data[at + 1], data[at + 2]) for at in range(0, len(data), 3)]
    stride = columns * 2
    return [
        _runs(
            pixels[row * stride : row * stride + columns], pixels[row * stride + columns : (row + 1) * stride]
        )
        for row in range(rows)
    ]


def _runs(upper: list[Colour], lower: list[Colour]) -> list[Run]:
    runs: list[Run] = []
    for above, below in zip(upper, lower, strict=True):
        last = runs[-1] if runs else None
        if last is not None and (last.upper, last.lower) == (above, below):
            runs[-1] = Run(above, below, last.length + 1)
        else:
            runs.append(Run(above, below, 1))
    return runs
