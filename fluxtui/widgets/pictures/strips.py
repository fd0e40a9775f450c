"""Pictures as Textual strips: half cells and kitty placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fluxtui.terminal.cells import Cell, DrawnCells
from fluxtui.terminal.halfcell import CellRow, CellRun
from fluxtui.terminal.kitty import placeholders
from fluxtui.terminal.mosaic import MosaicRow
from fluxtui.terminal.scaling import Colour
from fluxtui.widgets.pictures.lazy_strips import LazyStrip

PictureRow = CellRow | MosaicRow
"""A row of a picture in characters."""


class HalfCellStrip(LazyStrip):
    """A row of half cells, or of a finer mosaic, with the escape sequences that draw it.

    Thousands of styles would hold the event loop up, and the search for garbage among them even more.

    Args:
        row: the cells.
        colours: the colours that the terminal has, as Rich calls them.
    """

    __slots__ = ("_cells", "_colours", "_row", "_sequence")

    def __init__(self, row: PictureRow, colours: str | None = "truecolor") -> None:
        super().__init__(row.columns)
        self._row = row
        self._colours = COLOR_SYSTEMS.get(colours or "", ColorSystem.TRUECOLOR)
        self._sequence = ""
        # Strips are made in threads, and drawn on the event loop.
        self._cells = DrawnCells(list(_cells(row, self._colours)))

    def make_segments(self) -> Iterable[Segment]:
        """The row, cell by cell where each has its own colours."""
        return [Segment(run.text, _half_cell_style(run)) for run in self._row.runs()]

    def render(self, console: Console) -> str:
        """The text for the terminal."""
        self._sequence = self._sequence or _sequence(self._row, self._colours)
        return self._sequence

    def cells(self, console: Console, read: Callable[[str], DrawnCells]) -> DrawnCells:
        """The cells of the row."""
        return self._cells


def half_cell_strips(rows: Iterable[PictureRow]) -> list[Strip]:
    """Strips for a picture in half cells that is drawn among other things."""
    return [Strip([Segment(run.text, _half_cell_style(run)) for run in row.runs()]) for row in rows]


def _half_cell_style(run: CellRun) -> Style:
    lower = RichColor.from_rgb(*run.lower)
    if run.upper == run.lower:
        return Style.from_color(None, lower)
    return Style.from_color(RichColor.from_rgb(*run.upper), lower)


def _sequence(row: PictureRow, colours: ColorSystem) -> str:
    """The row for the terminal; a colour is told only where it is another one than before."""
    out: list[str] = []
    upper = lower = ""
    for run in row.runs():
        codes = []
        if (code := _code(run.lower, colours, False)) != lower:
            codes.append(lower := code)
        if run.upper != run.lower and (code := _code(run.upper, colours, True)) != upper:
            codes.append(upper := code)
        out.append(f"\x1b[{';'.join(codes)}m{run.text}" if codes else run.text)
    return f"{''.join(out)}\x1b[0m"


def _cells(row: PictureRow, colours: ColorSystem) -> Iterator[Cell]:
    for run in row.runs():
        foreground = "" if run.upper == run.lower else _code(run.upper, colours, True)
        style = ("", foreground, _code(run.lower, colours, False), "")
        yield from ((character, style) for character in run.text)


@lru_cache(4096)
def _reduced_code(colour: Colour, colours: ColorSystem, is_text: bool) -> str:
    return ";".join(RichColor.from_rgb(*colour).downgrade(colours).get_ansi_codes(foreground=is_text))


def _code(colour: Colour, colours: ColorSystem, is_text: bool) -> str:
    """What makes a colour that of the text, or of its background."""
    if colours is not ColorSystem.TRUECOLOR:
        return _reduced_code(colour, colours, is_text)
    red, green, blue = colour
    return f"{38 if is_text else 48};2;{red};{green};{blue}"


def placeholder_strips(colour: Colour, columns: int, rows: int) -> list[Strip]:
    """Strips for a picture that kitty paints over them; the colour carries the picture's number."""
    style = Style.from_color(RichColor.from_rgb(*colour))
    return [Strip([Segment(placeholders(row, columns), style)], columns) for row in range(rows)]
