"""Pictures in kitty's memory: sent once, shown by ordinary characters, deleted when they are done with."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from textual.geometry import Size
from textual.strip import Strip

from fluxtui.system.dataclass import dataclass
from fluxtui.terminal import kitty
from fluxtui.widgets.pictures.channel import PictureChannel
from fluxtui.widgets.pictures.strips import placeholder_strips


@dataclass(frozen=True)
class KittyPicture:
    """A picture that the terminal has, and the characters that show it."""

    number: int
    strips: Sequence[Strip]


class KittyMemory:
    """What one view has put into the terminal's memory, the last shown last."""

    def __init__(self) -> None:
        self._pictures: dict[Hashable, KittyPicture] = {}

    async def picture(self, key: Hashable, png: bytes, size: Size, channel: PictureChannel) -> KittyPicture:
        """The picture of this key over `size` cells; sent, unless the terminal has it."""
        picture = self._pictures.pop(key, None) or await _sent(png, size, channel)
        self._pictures[key] = picture
        return picture

    def forget(self, channel: PictureChannel, kept: int = 0) -> None:
        """Delete pictures from the terminal's memory, but for some that were shown last."""
        for key in list(self._pictures)[: max(0, len(self._pictures) - kept)]:
            channel.forget(self._pictures.pop(key).number)


async def _sent(png: bytes, size: Size, channel: PictureChannel) -> KittyPicture:
    in_tmux = channel.profile.in_tmux
    number, colour = channel.new_number()
    pieces = kitty.transmission(number, png, *size, in_tmux=in_tmux)
    await channel.send(pieces, kitty.interruption(number, in_tmux=in_tmux))
    return KittyPicture(number, placeholder_strips(colour, *size))
