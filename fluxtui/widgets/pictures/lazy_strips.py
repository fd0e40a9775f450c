"""Strips that are drawn in their own way: side by side, over one another, and below pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, chain, pairwise
from typing import Any

from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from fluxtui.terminal.cells import DrawnCells
from fluxtui.terminal.screen_buffer import PixelMark
from fluxtui.widgets.light_strips import missing_part


class LazyStrip(Strip):
    """A strip whose segments are made when somebody asks for them: what is drawn whole needs none."""

    __slots__ = ()

    def __init__(self, cell_length: int) -> None:
        super().__init__((), cell_length)
        del self._segments

    def make_segments(self) -> Iterable[Segment]:
        """The segments."""
        raise NotImplementedError

    def cells(self, console: Console, read: Callable[[str], DrawnCells]) -> DrawnCells:
        """The cells that it is drawn as.

        Args:
            console: says which colours there are.
            read: reads the cells of text with its sequences. Raises `UnreadableText`.
        """
        return read(self.render(console))

    def __getattr__(self, name: str) -> Any:
        """Make the segments when they are first asked for."""
        if name != "_segments":
            return missing_part(self, name)
        self._segments = list(self.make_segments())
        return self._segments


def cells_of(strip: Strip, console: Console, read: Callable[[str], DrawnCells]) -> DrawnCells:
    """The cells that a strip is drawn as; see `LazyStrip.cells`."""
    return strip.cells(console, read) if isinstance(strip, LazyStrip) else read(strip.render(console))


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

    def cells(self, console: Console, read: Callable[[str], DrawnCells]) -> DrawnCells:
        """The cells of all parts."""
        return DrawnCells.joined(cells_of(part, console, read) for part in self._parts)


def laid_over(strip: Strip, column: int, upper: Strip) -> Strip:
    """A strip with another one laid over it, beginning at a column."""
    end = column + upper.cell_length
    parts = (strip.crop(0, column), upper, strip.crop(end))
    return JoinedStrip([part for part in parts if part.cell_length])


class WatchedStrip(LazyStrip):
    """A strip below pixels that calls back whenever its text is made for the terminal.

    Textual asks for more lines than it paints; only this tells which cells were really overwritten. Who
    knows which of them are sent takes the cells, and tells by `overwritten` itself.

    Args:
        strip: the text below.
        overwritten: called when pixels of this strip are not there any more.
        mark: returns the pixels that belong over it, as they lie on the screen now.
    """

    __slots__ = ("_strip", "mark", "overwritten")

    def __init__(
        self, strip: Strip, overwritten: Callable[[], None], mark: Callable[[], PixelMark | None]
    ) -> None:
        super().__init__(strip.cell_length)
        self._strip = strip
        self.overwritten = overwritten
        self.mark = mark

    def make_segments(self) -> Iterable[Segment]:
        """The segments of the strip that is watched."""
        return self._strip

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The parts between the cuts, each watched like the whole."""
        return [WatchedStrip(strip, self.overwritten, self.mark) for strip in self._strip.divide(cuts)]

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The part between two cells, watched like the whole."""
        return WatchedStrip(self._strip.crop(start, end), self.overwritten, self.mark)

    def render(self, console: Console) -> str:
        """The text for the terminal; calls back."""
        self.overwritten()
        return self._strip.render(console)

    def cells(self, console: Console, read: Callable[[str], DrawnCells]) -> DrawnCells:
        """The cells of the strip that is watched."""
        return cells_of(self._strip, console, read)
