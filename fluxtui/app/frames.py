"""From Textual's updates to what is sent: the cells that are other ones than the terminal shows."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.driver import Driver
from textual.geometry import Offset, Size
from textual.strip import Strip

from fluxtui.app.resilient_driver import ResilientDriver
from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.cells import UnreadableText
from fluxtui.terminal.screen_buffer import FrameWriter, ScreenBuffer
from fluxtui.widgets.pictures.lazy_strips import LazyStrip, WatchedStrip

BYTES_AT_ONCE = 1_000
"""What one packet of a line carries, and one write."""
Update = LayoutUpdate | ChopsUpdate
"""What Textual draws: the whole screen, or some stretches of its lines."""


@dataclass(frozen=True)
class TerminalFrame:
    """What makes the terminal show an update.

    Attributes:
        text: nothing where the terminal shows it already.
        is_bracketed: whether the terminal is told where it begins and ends, so that it is shown at once; a
            short one arrives at once anyway.
    """

    text: str
    is_bracketed: bool


class Frames:
    """Makes the frames of one terminal.

    Args:
        buffer: what the terminal shows.
        console: says which colours there are.
    """

    def __init__(self, buffer: ScreenBuffer, console: Console) -> None:
        self._buffer = buffer
        self._console = console
        self._cursor: tuple[int, int] | None = None
        self._interruptions = 0
        self.is_on = True
        """Whether only the difference is sent."""

    def forget(self) -> None:
        """Send everything from now on: what the terminal shows is not known any more."""
        self._buffer.forget()
        self._cursor = None

    def next_frame(self, driver: Driver, update: Update, size: Size, cursor: Offset) -> TerminalFrame:
        """Return the frame that shows an update; a whole one where the driver was interrupted.

        Args:
            driver: of the terminal.
            update: of a screen of this size, in cells.
            cursor: where the terminal's cursor is to stand.
        """
        is_anew = isinstance(driver, ResilientDriver) and driver.interruptions != self._interruptions
        if isinstance(driver, ResilientDriver) and is_anew:
            self._interruptions = driver.interruptions
            self.forget()
        text = self.sequence(update, size, cursor)
        return TerminalFrame(text, is_bracketed=is_anew or len(text) > BYTES_AT_ONCE)

    def sequence(self, update: Update, size: Size, cursor: Offset) -> str:
        """Return what makes the terminal show an update; nothing where it does already.

        Args:
            update: of a screen of this size, in cells.
            cursor: where the terminal's cursor is to stand.
        """
        self._buffer.resize(*size)
        if not self.is_on:
            self.forget()
        frame = self._buffer.frame(self._cursor)
        for column, row, strip in _strips(update):
            self._draw(frame, column, row, strip)
        self._cursor = (cursor.x, cursor.y)
        return frame.end(*self._cursor)

    def _draw(self, frame: FrameWriter, column: int, row: int, strip: Strip) -> None:
        if not isinstance(strip, LazyStrip):
            frame.draw(column, row, strip.render(self._console))
            return
        mark = strip.mark() if isinstance(strip, WatchedStrip) else None
        try:
            frame.draw_cells(column, row, strip.cells(self._console, self._buffer.read), mark)
        except UnreadableText:
            frame.draw(column, row, strip.render(self._console))
        if (
            isinstance(strip, WatchedStrip)
            and mark is not None
            and not self._buffer.is_covered(mark, row, range(column, column + strip.cell_length))
        ):
            strip.overwritten()


def _strips(update: Update) -> Iterator[tuple[int, int, Strip]]:
    """Yield each strip of an update with the column and the row that it begins in."""
    if isinstance(update, LayoutUpdate):
        for row, strips in enumerate(update.strips, update.region.y):
            column = update.region.x
            for strip in strips:
                yield column, row, strip
                column += strip.cell_length
        return
    for row, first, last in update.spans:
        for end, (column, part) in zip(update.chop_ends[row], update.chops[row].items(), strict=False):
            if part is not None and column <= last and end > first:
                yield column, row, part
