"""What a picture is to look like, and how that is worked out: in threads, each thing once."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from textual.geometry import Size

from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.framing import Frame, Seen
from fluxtui.terminal.pieces import PaintedPicture
from fluxtui.terminal.profile import TerminalProfile
from fluxtui.terminal.scaling import Bitmap, Colour, load_bitmap
from fluxtui.widgets.pictures.channel import PictureChannel
from fluxtui.widgets.pictures.drawing import (
    Drawing,
    draw_half_cells,
    encode_picture,
    frame_picture,
    needed_side,
)


@dataclass(frozen=True)
class Look:
    """Everything that a drawn picture depends on, but for what is in the file.

    Args:
        path: of the file.
        frame: the part of it that is seen.
        size: cells that there are for it.
        profile: how it is drawn.
        background: what shows through where the picture does not cover.
    """

    path: Path
    frame: Frame
    size: Size
    profile: TerminalProfile
    background: Colour

    def key(self, bitmap: Bitmap) -> Hashable:
        """What tells this look of this very file from all others."""
        return (self, bitmap.facts)

    async def load(self, channel: PictureChannel) -> Bitmap:
        """The whole picture, decoded as far as this look needs it. Raises `UnreadablePictureError`."""
        key = (self.path, self.background)
        side = needed_side(self.frame, self.size, self.profile)
        kept = channel.decoded.get(key)
        bitmap = await channel.run(load_bitmap, self.path, self.background, side, kept)
        channel.decoded.put(key, bitmap, bitmap.image.width * bitmap.image.height * 3)
        return bitmap

    async def framed(self, channel: PictureChannel, whole: Bitmap) -> tuple[Bitmap, Seen]:
        """The part of the picture that is seen, and what that is."""
        return await channel.run(frame_picture, whole, self.frame, self.size, self.profile)

    async def half_cells(
        self, channel: PictureChannel, bitmap: Bitmap, box: tuple[int, int] | None = None
    ) -> Drawing:
        """The seen part in half cells, or in a smaller box of so many columns and rows."""
        share, colours = self.frame.zoom, channel.colours
        return await channel.run(draw_half_cells, bitmap, self.size, self.profile, box, share, colours)

    async def encoded(self, channel: PictureChannel, bitmap: Bitmap) -> PaintedPicture | bytes:
        """The seen part in the terminal's own protocol; kept, and encoded only where it is not."""
        key = self.key(bitmap)
        encoded = channel.cache.get(key)
        if encoded is None:
            encoded = await channel.run(
                encode_picture, channel.encoder, bitmap, self.size, self.profile, self.frame.zoom
            )
            size = encoded.size if isinstance(encoded, PaintedPicture) else len(encoded)
            channel.cache.put(key, encoded, size)
        return encoded
