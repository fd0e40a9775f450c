"""From a bitmap to the terminal's own protocol. Pure work, for a thread or the encoder's process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fluxtui.terminal import iterm2, kitty, sixel
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile

if TYPE_CHECKING:
    from PIL.Image import Image

KITTY_SIDE: Final = 800
KITTY_SSH_SIDE: Final = 400
"""Pixels on the longer side of the bitmap that kitty scales up to the cells."""

SSH_SAMPLES: Final = 360
"""Samples of the half cells over SSH that pixels will follow; a cell is one or shares one."""
SAMPLE_BYTES: Final = 38
"""What two colours take at most, with what goes around them."""
HALF_CELL_BYTES: Final = 3
PLACEHOLDER_BYTES: Final = 9
"""What a cell takes in UTF-8: a half block, a placeholder with its place."""
ROW_BYTES: Final = 160
"""What goes around a row of cells: where it is, and the blanks beside it."""


def encode(image: Image, columns: int, rows: int, profile: TerminalProfile) -> PaintedPicture | bytes:
    """The picture over `columns` x `rows` cells: pieces to paint, or a PNG for kitty."""
    budget = pixel_budget(profile, columns, rows)
    if profile.protocol is GraphicsProtocol.KITTY:
        if not profile.reduces:
            return kitty.full_png(image)
        side = KITTY_SSH_SIDE if profile.over_ssh else KITTY_SIDE
        return kitty.reduced_png(image, side, budget)
    paint = iterm2.encode if profile.protocol is GraphicsProtocol.ITERM2 else sixel.encode
    return paint(image, columns, rows, profile.cell_width, profile.cell_height, budget)


def pixel_budget(profile: TerminalProfile, columns: int, rows: int) -> int:
    """Bytes of a preview that the pixels of so many cells may take.

    Over SSH what is drawn in characters counts as well: the half cells before, twice where sixel may shrink
    the picture, and kitty's placeholders.
    """
    if not (profile.over_ssh and profile.reduces):
        return profile.preview_budget
    cells = columns * rows
    drawn = SSH_SAMPLES * SAMPLE_BYTES + cells * HALF_CELL_BYTES + rows * ROW_BYTES
    if profile.protocol is GraphicsProtocol.SIXEL:
        drawn *= 2
    elif profile.protocol is GraphicsProtocol.KITTY:
        drawn += cells * PLACEHOLDER_BYTES + rows * ROW_BYTES
    return max(profile.preview_budget // 4, profile.preview_budget - drawn)
