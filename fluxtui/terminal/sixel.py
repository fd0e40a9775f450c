"""Sixel graphics, as xterm, foot, mlterm and others draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fluxtui.terminal.pieces import PIECE_BYTES, CellBox, PaintedPicture, cut
from fluxtui.terminal.scaling import resized

if TYPE_CHECKING:
    from PIL.Image import Image

COLOURS: Final = 256
FEWER_COLOURS: Final = 64
"""Used before a picture is made smaller to keep within a budget."""


def encode(
    image: Image, columns: int, rows: int, cell_width: int, cell_height: int, budget: int
) -> PaintedPicture:
    """The picture in at most `budget` bytes and `columns` x `rows` cells.

    Sixel has no scaling: a picture that is too dear first loses colours, then covers fewer cells.
    """
    colours = COLOURS
    wide, high = columns, rows
    while True:
        picture = _encode_at(image, wide, high, cell_width, cell_height, colours)
        if picture.size <= budget or wide * high <= 4:
            return picture
        if colours > FEWER_COLOURS and picture.size < budget * 2:
            colours = FEWER_COLOURS
            continue
        scale = min(0.95, (budget / picture.size) ** 0.5)
        wide, high = max(1, int(wide * scale)), max(1, int(high * scale))


def _encode_at(
    image: Image, columns: int, rows: int, cell_width: int, cell_height: int, colours: int
) -> PaintedPicture:
    from PIL import Image as Pillow

    # A module without side effects, unlike the rest of the package, whose import questions the terminal.
    from textual_image._sixel import SixelOptions, image_to_sixels

    options = SixelOptions(colors=256)
    scaled = resized(image, columns * cell_width, rows * cell_height)
    # One palette for all pieces, so that they meet without seams.
    paletted = scaled.quantize(colours, method=Pillow.Quantize.FASTOCTREE, dither=Pillow.Dither.NONE)

    def paint(box: CellBox) -> str:
        left, top = box.column * cell_width, box.row * cell_height
        right, bottom = left + box.columns * cell_width, top + box.rows * cell_height
        return image_to_sixels(paletted.crop((left, top, right, bottom)), options)

    sample = len(paint(CellBox(0, rows // 2, columns, 1)))
    band_rows = max(1, (PIECE_BYTES * 3 // 4) // sample)
    return PaintedPicture(columns, rows, tuple(cut(columns, rows, band_rows, paint)))
