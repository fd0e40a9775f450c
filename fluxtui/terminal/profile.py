"""What is known about the terminal in front of the user."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final

from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.intermediary import Intermediary

DEFAULT_CELL_WIDTH: Final = 10
"""Pixels, for terminals that do not tell."""
DEFAULT_CELL_HEIGHT: Final = 20
"""Pixels, for terminals that do not tell."""

SSH_BYTES_PER_SECOND: Final = 400_000
"""Pace over SSH, whose buffers would otherwise take a whole picture and make the next key wait for it."""
SSH_PREVIEW_BYTES: Final = 150_000
LOCAL_PREVIEW_BYTES: Final = 1_000_000
FULL_VIEW_BYTES: Final = 20_000_000
"""More than any picture takes in any terminal; it only keeps a fault from filling the line."""


class GraphicsProtocol(StrEnum):
    """The ways to show a picture, by the names the configuration uses."""

    KITTY = "kitty"
    ITERM2 = "iterm2"
    SIXEL = "sixel"
    HALFCELL = "halfcell"
    NONE = "none"

    @property
    def draws_pixels(self) -> bool:
        """Whether the terminal shows real pixels rather than coloured characters."""
        return self in (GraphicsProtocol.KITTY, GraphicsProtocol.ITERM2, GraphicsProtocol.SIXEL)


class Mosaic(StrEnum):
    """Into what a character parts its cell, where pictures are drawn in characters."""

    HALF = "half"
    """Two pixels, each with its own colour: in every font."""
    QUADRANT = "quadrant"
    """Four pixels in two colours."""
    SEXTANT = "sextant"
    """Six pixels in two colours."""


PROTOCOL_TITLES: Final = {
    GraphicsProtocol.KITTY: "kitty",
    GraphicsProtocol.ITERM2: "iTerm2",
    GraphicsProtocol.SIXEL: "sixel",
    GraphicsProtocol.HALFCELL: "half cells",
    GraphicsProtocol.NONE: "no pictures",
}
"""The protocols by their names for people."""


@dataclass(frozen=True)
class TerminalProfile:
    """What the terminal can do, found once before the program starts.

    `cell_width` and `cell_height` are pixels. `name` is the terminal's own answer, made harmless, or
    empty. `note` is a sentence for the user when something stands in the way of better pictures.
    """

    protocol: GraphicsProtocol = GraphicsProtocol.HALFCELL
    mosaic: Mosaic = Mosaic.HALF
    """What characters the terminal surely draws."""
    cell_width: int = DEFAULT_CELL_WIDTH
    cell_height: int = DEFAULT_CELL_HEIGHT
    over_ssh: bool = False
    in_tmux: bool = False
    between: Intermediary = Intermediary.NOTHING
    name: str = ""
    brand: str = ""
    """In small letters, by its own answer or what else is believed; see `brands.brand_of`."""
    reasons: tuple[str, ...] = ()
    """Sentences: what was found, and what was made of it."""
    note: str | None = None
    truecolor: bool = False
    """Whether the terminal is known to show 24-bit colour, whatever COLORTERM says."""
    max_preview_bytes: int | None = None
    """The user's own limit for one preview; None lets it follow from the line's speed."""
    reduces: bool = True
    """Whether pixels and colours are left out to send fewer bytes."""

    def wanted(self, max_preview_bytes: int | None, characters: str) -> TerminalProfile:
        """The same terminal as the user wants it.

        Args:
            max_preview_bytes: see the attribute.
            characters: `auto`, or the value of a `Mosaic`.
        """
        mosaic = self.mosaic if characters == "auto" else Mosaic(characters)
        return replace(self, max_preview_bytes=max_preview_bytes, mosaic=mosaic)

    def in_full(self) -> TerminalProfile:
        """The same terminal for a picture that is to be as good as the terminal can show it."""
        return replace(self, max_preview_bytes=FULL_VIEW_BYTES, reduces=False)

    @property
    def draws_few_cells(self) -> bool:
        """Whether a picture in half cells is kept small, because each of its cells goes over a slow line."""
        return self.reduces and self.over_ssh and self.protocol is GraphicsProtocol.HALFCELL

    @property
    def preview_budget(self) -> int:
        """Bytes that one preview may send to the terminal."""
        usual = SSH_PREVIEW_BYTES if self.over_ssh else LOCAL_PREVIEW_BYTES
        return usual if self.max_preview_bytes is None else self.max_preview_bytes
