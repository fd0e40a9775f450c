"""Pixels over cells: painted piece by piece, and again where Textual has written text over them."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Final
from weakref import ref

from textual.errors import NoWidget
from textual.geometry import Region
from textual.widget import Widget

from fluxtui.terminal.pieces import PaintedPicture, Piece
from fluxtui.terminal.screen_buffer import PixelMark
from fluxtui.widgets.pictures.channel import PictureChannel

SETTLE_SECONDS: Final = 0.1
"""Quiet before overwritten pixels are painted again: a closing dialog is several frames."""


class PixelPainter:
    """Keeps a picture's pixels on the screen, over a part of one widget.

    Args:
        widget: what the picture is painted over; where another widget lies on it, nothing is painted.
    """

    def __init__(self, widget: Widget) -> None:
        self._held = ref(widget)
        self._picture: PaintedPicture | None = None
        self._name = object()
        self._place = Region()
        self._stale: set[int] = set()
        self._is_painting = False
        self._overwritten_at = 0.0

    @property
    def _widget(self) -> Widget:
        widget = self._held()
        if widget is None:
            raise ReferenceError("what the picture is painted over is gone")
        return widget

    @property
    def rows(self) -> int:
        """The picture's rows, 0 while there is none."""
        return self._picture.rows if self._picture is not None else 0

    def clear(self) -> None:
        """Paint nothing from now on."""
        self._picture = None
        self._stale.clear()
        self._is_painting = False

    def put(self, picture: PaintedPicture, place: Region) -> None:
        """Have a picture painted at a place in the widget's content area, when `paint` is called."""
        self._picture, self._place, self._name = picture, place, object()
        self._stale = set(range(picture.rows))

    def mark(self) -> PixelMark | None:
        """The picture with the cells of the screen that it takes now, None while there is none."""
        if self._picture is None:
            return None
        origin = self._widget.content_region.offset + self._place.offset
        return PixelMark(self._name, origin.x, origin.y, self._picture.columns, self._picture.rows)

    def wait(self) -> None:
        """Let what is being drawn in characters come first."""
        self._overwritten_at = monotonic()

    def overwritten(self, row: int) -> bool:
        """Note that text was written over a row; tells whether `paint` has to be called for that."""
        self._stale.add(row)
        self.wait()
        must_call = not self._is_painting
        self._is_painting = True
        return must_call

    async def paint(self, channel: PictureChannel) -> None:
        """Paint the pieces whose rows are not pixels any more, until there is none."""
        self._is_painting = True
        try:
            while (rest := self._overwritten_at + SETTLE_SECONDS - monotonic()) > 0:  # noqa: ASYNC110
                await asyncio.sleep(rest)
            async with channel.turn():
                while self._stale and self._picture is not None:
                    rows, self._stale = self._stale, set()
                    await self._paint_rows(self._picture, rows, channel)
        finally:
            self._is_painting = False

    async def _paint_rows(self, picture: PaintedPicture, rows: set[int], channel: PictureChannel) -> None:
        for piece in picture.pieces:
            if rows.isdisjoint(range(piece.box.row, piece.box.row + piece.box.rows)):
                continue
            await channel.room()
            if self._picture is not picture:
                return
            self._paint(piece, channel)

    def _paint(self, piece: Piece, channel: PictureChannel) -> None:
        origin = self._widget.content_region.offset + self._place.offset
        box = Region(origin.x + piece.box.column, origin.y + piece.box.row, piece.box.columns, piece.box.rows)
        if self._in_the_open(box):
            channel.write(f"\x1b7\x1b[{box.y + 1};{box.x + 1}H{piece.data}\x1b8")
            if (mark := self.mark()) is not None:
                channel.note_pixels(mark, range(box.x, box.right), range(box.y, box.bottom))

    def _in_the_open(self, box: Region) -> bool:
        """Whether nothing lies over these cells of the screen."""
        screen = self._widget.screen
        if not screen.is_active or not screen.region.contains_region(box):
            return False
        columns = {*range(box.x, box.right, 4), box.right - 1}
        try:
            return all(
                screen.get_widget_at(column, row)[0] is self._widget
                for row in range(box.y, box.bottom)
                for column in columns
            )
        except NoWidget:  # the screen is being taken down
            return False
