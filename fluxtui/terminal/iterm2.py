"""iTerm2's inline pictures (OSC 1337), which many terminals speak; JPEG, the smallest of all.

Source: iTerm2 documentation, "Inline images protocol", read 2026-11.
"""

from __future__ import annotations

from base64 import standard_b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Final

from fluxtui.terminal.pieces import PIECE_BYTES, CellBox, PaintedPicture, cut
from fluxtui.terminal.scaling import resized

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY: Final = 75


def encode(
    image: Image, columns: int, rows: int, cell_width: int, cell_height: int, budget: int
) -> PaintedPicture:
    """The picture over `columns` x `rows` cells in at most `budget` bytes, fewer pixels if need be."""
    scale = min(1.0, max(image.size) / max(columns * cell_width, rows * cell_height))
    while True:
        picture = _encode_at(
            image, columns, rows, max(1.0, cell_width * scale), max(1.0, cell_height * scale)
        )
        if picture.size <= budget or scale < 0.1:
            return picture
        scale *= min(0.9, (budget / picture.size) ** 0.5)


def _encode_at(
    image: Image, columns: int, rows: int, cell_width: float, cell_height: float
) -> PaintedPicture:
    scaled = resized(image, round(columns * cell_width), round(rows * cell_height))

    def paint(box: CellBox) -> str:
        left, top = round(box.column * cell_width), round(box.row * cell_height)
        right = max(left + 1, round((box.column + box.columns) * cell_width))
        bottom = max(top + 1, round((box.row + box.rows) * cell_height))
        return _inline(scaled.crop((left, top, right, bottom)), box)

    whole = len(paint(CellBox(0, 0, columns, rows)))
    band_rows = max(1, rows * (PIECE_BYTES * 3 // 4) // whole)
    return PaintedPicture(columns, rows, tuple(cut(columns, rows, band_rows, paint)))


def _inline(image: Image, box: CellBox) -> str:
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    jpeg = out.getvalue()
    options = (
        f"inline=1;size={len(jpeg)};width={box.columns};height={box.rows};"
        "preserveAspectRatio=0;doNotMoveCursor=1"
    )
    return f"\x1b]1337;File={options}:{standard_b64encode(jpeg).decode('ascii')}\x07"
