"""Pictures as Textual strips: half cells, kitty placeholders, and strips that tell when they are painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.color import Color as RichColor
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fluxtui.terminal.halfcell import Run
from fluxtui.terminal.kitty import placeholders
from fluxtui.terminal.scaling import Colour


class WatchedStrip(Strip):
    """A strip that calls back whenever its text is made for the terminal.

    Textual asks for more lines than it paints; only this tells which cells were really overwritten.
    """

    __slots__ = ["_on_paint"]

    def __init__(self, segments: Iterable[Segment], cell_length: int, on_paint: Callable[[], None]) -> None:
        super().__init__(segments, cell_length)
        self._on_paint = on_paint

    def _watched(self, strip: Strip) -> Strip:
        return strip if strip is self else WatchedStrip(strip, strip.cell_length, self._on_paint)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The parts between the cuts, each watched like the whole."""
        return [self._watched(strip) for strip in super().divide(cuts)]

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The part between two cells, watched like the whole."""
        return self._watched(super().crop(start, end))

    def render(self, console: Console) -> str:
        """The text for the terminal; calls back."""
        self._on_paint()
        return super().render(console)


def half_cell_strips(rows: list[list[Run]]) -> list[Strip]:
    """Strips for a picture in half cells."""
    return [Strip([Segment(run.text, _half_cell_style(run)) for run in row]) for row in rows]


def _half_cell_style(run: Run) -> Style:
    lower = RichColor.from_rgb(*run.lower)
    if run.upper == run.lower:
        return Style.from_color(None, lower)
    return Style.from_color(RichColor.from_rgb(*run.upper), lower)


def placeholder_strips(colour: Colour, columns: int, rows: int) -> list[Strip]:
    """Strips for a picture that kitty paints over them; the colour carries the picture's number."""
    style = Style.from_color(RichColor.from_rgb(*colour))
    return [Strip([Segment(placeholders(row, columns), style)], columns) for row in range(rows)]
