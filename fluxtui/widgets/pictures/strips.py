"""Pictures as Textual strips: half cells, kitty placeholders, and strips that tell when they are painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Any

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fluxtui.terminal.halfcell import CellRow, CellRun
from fluxtui.terminal.kitty import placeholders
from fluxtui.terminal.scaling import Colour


class LazyStrip(Strip):
    """A strip whose segments are made when somebody asks for them: what is drawn whole needs none."""

    __slots__ = ()

    def __init__(self, cell_length: int) -> None:
        super().__init__((), cell_length)
        del self._segments

    def make_segments(self) -> Iterable[Segment]:
        """The segments."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        """Make the segments when they are first asked for."""
        if name != "_segments":
            raise AttributeError(name)
        self._segments = list(self.make_segments())
        return self._segments


class HalfCellStrip(LazyStrip):
    """A row of half cells with the escape sequences that draw it.

    Thousands of styles would hold the event loop up, and the search for garbage among them even more.

    Args:
        row: the cells.
        colours: the colours that the terminal has, as Rich calls them.
    """

    __slots__ = ("_row", "_sequence")

    def __init__(self, row: CellRow, colours: str | None = "truecolor") -> None:
        super().__init__(len(row.upper) // 3)
        self._row = row
        self._sequence = _sequence(row, COLOR_SYSTEMS.get(colours or "", ColorSystem.TRUECOLOR))

    def make_segments(self) -> Iterable[Segment]:
        """The row, cell by cell where each has its own colours."""
        return [Segment(run.text, _half_cell_style(run)) for run in self._row.runs()]

    def render(self, console: Console) -> str:
        """The text for the terminal."""
        return self._sequence


class JoinedStrip(LazyStrip):
    """Strips side by side, each drawn in its own way."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Strip]) -> None:
        super().__init__(sum(part.cell_length for part in parts))
        self._parts = parts

    def make_segments(self) -> Iterable[Segment]:
        """The segments of all parts."""
        return chain.from_iterable(self._parts)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The part between two cells; what is whole within it stays what it is."""
        end = self.cell_length if end is None else min(end, self.cell_length)
        lengths = [part.cell_length for part in self._parts]
        begins = accumulate(lengths, initial=0)
        cut = [
            part
            if start <= begin and begin + length <= end
            else part.crop(max(0, start - begin), end - begin)
            for part, begin, length in zip(self._parts, begins, lengths, strict=False)
            if begin < end and begin + length > start
        ]
        return JoinedStrip(cut)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The parts between the cuts, the first of which begins at 0."""
        edges = [0, *cuts]
        return [self.crop(start, end) for start, end in pairwise(edges)]

    def render(self, console: Console) -> str:
        """The text for the terminal."""
        return "".join(part.render(console) for part in self._parts)


def laid_over(strip: Strip, column: int, upper: Strip) -> Strip:
    """A strip with another one laid over it, beginning at a column."""
    end = column + upper.cell_length
    parts = (strip.crop(0, column), upper, strip.crop(end))
    return JoinedStrip([part for part in parts if part.cell_length])


class WatchedStrip(LazyStrip):
    """A strip that calls back whenever its text is made for the terminal.

    Textual asks for more lines than it paints; only this tells which cells were really overwritten.
    """

    __slots__ = ("_on_paint", "_strip")

    def __init__(self, strip: Strip, on_paint: Callable[[], None]) -> None:
        super().__init__(strip.cell_length)
        self._strip = strip
        self._on_paint = on_paint

    def make_segments(self) -> Iterable[Segment]:
        """The segments of the strip that is watched."""
        return self._strip

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The parts between the cuts, each watched like the whole."""
        return [WatchedStrip(strip, self._on_paint) for strip in self._strip.divide(cuts)]

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The part between two cells, watched like the whole."""
        return WatchedStrip(self._strip.crop(start, end), self._on_paint)

    def render(self, console: Console) -> str:
        """The text for the terminal; calls back."""
        self._on_paint()
        return self._strip.render(console)


def half_cell_strips(rows: Iterable[CellRow]) -> list[Strip]:
    """Strips for a picture in half cells that is drawn among other things."""
    return [Strip([Segment(run.text, _half_cell_style(run)) for run in row.runs()]) for row in rows]


def _half_cell_style(run: CellRun) -> Style:
    lower = RichColor.from_rgb(*run.lower)
    if run.upper == run.lower:
        return Style.from_color(None, lower)
    return Style.from_color(RichColor.from_rgb(*run.upper), lower)


def _sequence(row: CellRow, colours: ColorSystem) -> str:
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
