"""The picture in half cells with the mask over it, drawn anew with every key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import work
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from fluxtui.domain.masks import MaskDrawing
from fluxtui.services.masks import drawn
from fluxtui.terminal.halfcell import CellRow, half_cells
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.terminal.scaling import Bitmap, fit_cells, load_bitmap
from fluxtui.widgets.pictures.drawing import SSH_COLOURS
from fluxtui.widgets.pictures.strips import half_cell_strips

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 320
"""Pixels on the longer side of what is drawn on: no terminal shows more in half cells."""
TINT, EDGE, OTHER_EDGE = (255, 0, 128), (255, 255, 255), (150, 0, 80)
TINT_SHARE = 0.55


class MaskCanvas(Widget):
    """Shows what is changed in colour, and the rectangle that the keys change with a white edge."""

    DEFAULT_CSS = """
    MaskCanvas { width: 1fr; height: 1fr; content-align: center middle; color: $text-muted; }
    """

    def __init__(self, terminal: TerminalProfile) -> None:
        super().__init__()
        self._terminal = terminal
        self._bitmap: Bitmap | None = None
        self._drawing = MaskDrawing()
        self._number = 0
        self._place = Region()
        self._strips: list[Strip] = []
        self._sentence = ""

    async def load(self, path: Path) -> None:
        """Decode the picture. Raises `UnreadablePictureError`."""
        self._bitmap = await asyncio.to_thread(load_bitmap, path, (0, 0, 0), SIDE)
        self._draw()

    def show(self, drawing: MaskDrawing, number: int) -> None:
        """Show a drawing, and which of its rectangles is changed."""
        self._drawing, self._number = drawing, number
        self._draw()

    def on_resize(self) -> None:
        """Draw it as large as there is room for."""
        self._draw()

    @work(exclusive=True, group="mask", exit_on_error=False)
    async def _draw(self) -> None:
        columns, rows = self.content_size
        if self._bitmap is None or not columns or not rows:
            return
        if self._terminal.protocol is GraphicsProtocol.NONE or self.app.no_color:
            self._sentence = "No pictures are shown here; the line below says where the rectangle is."
            self.refresh()
            return
        cells = self._terminal.cell_width, self._terminal.cell_height
        wide, high = fit_cells(self._bitmap.image.size, columns, rows, *cells)
        cell_rows = await asyncio.to_thread(self._rows, self._bitmap, wide, high)
        self._strips = half_cell_strips(cell_rows)
        self._place = Region((columns - wide) // 2, (rows - high) // 2, wide, high)
        self.refresh()

    def _rows(self, bitmap: Bitmap, columns: int, rows: int) -> list[CellRow]:
        # Two pixels to a cell, so that an edge one pixel wide is seen.
        painted = with_mask(bitmap, self._drawing, self._number, (columns, rows * 2))
        return half_cells(painted, columns, rows, SSH_COLOURS if self._terminal.over_ssh else None)

    def render(self) -> RenderResult:
        """Return what is said where no picture is shown."""
        return Content(self._sentence)

    def render_line(self, y: int) -> Strip:
        """Return a line of the picture."""
        if not self._strips:
            return super().render_line(y)
        width, row = self.content_size.width, y - self._place.y
        if not 0 <= row < len(self._strips):
            return Strip.blank(width, self.rich_style)
        left = Strip([Segment(" " * self._place.x, self.rich_style)])
        return Strip.join([left, self._strips[row]]).extend_cell_length(width, self.rich_style)


def with_mask(bitmap: Bitmap, drawing: MaskDrawing, number: int, size: tuple[int, int]) -> Image:
    """Return a picture in a size with a mask over it.

    Args:
        bitmap: the picture.
        drawing: the mask.
        number: of the rectangle whose edge is white; the others have dark ones.
        size: width and height in pixels.
    """
    from PIL import Image as Pillow
    from PIL import ImageDraw

    image = bitmap.image.resize(size, Pillow.Resampling.BOX)
    feather = round(drawing.feather * size[0] / max(bitmap.facts.width, 1))
    mask = drawn(drawing.model_copy(update={"feather": feather}), size)
    tinted = Pillow.blend(image, Pillow.new("RGB", size, TINT), TINT_SHARE)
    image = Pillow.composite(tinted, image, mask)
    pen = ImageDraw.Draw(image)
    for place, box in enumerate(drawing.boxes):
        left, top, right, bottom = box.box(*size)
        pen.rectangle((left, top, right - 1, bottom - 1), outline=EDGE if place == number else OTHER_EDGE)
    return image
