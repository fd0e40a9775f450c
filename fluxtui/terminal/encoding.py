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


def encode(image: Image, columns: int, rows: int, profile: TerminalProfile) -> PaintedPicture | bytes:
    """The picture over `columns` x `rows` cells: pieces to paint, or a PNG for kitty."""
    if profile.protocol is GraphicsProtocol.KITTY:
        if not profile.reduces:
            return kitty.full_png(image)
        side = KITTY_SSH_SIDE if profile.over_ssh else KITTY_SIDE
        return kitty.reduced_png(image, side, pixel_budget(profile))
    paint = iterm2.encode if profile.protocol is GraphicsProtocol.ITERM2 else sixel.encode
    return paint(image, columns, rows, profile.cell_width, profile.cell_height, pixel_budget(profile))


def pixel_budget(profile: TerminalProfile) -> int:
    """Bytes of a preview that its pixels may take; over SSH the half cells before them count as well."""
    is_short = profile.over_ssh and profile.reduces
    return profile.preview_budget * 2 // 3 if is_short else profile.preview_budget
