"""The questions to the terminal and the reading of its answers, whatever else is mixed in."""

from __future__ import annotations

import re
from typing import Final

from fluxtui.domain.text import safe_text
from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.multiplexer import through_tmux

XTVERSION: Final = "\x1b[>0q"
KITTY_QUERY: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
CELL_SIZE: Final = "\x1b[16t"
DEVICE_ATTRIBUTES: Final = "\x1b[c"
"""Every terminal answers this one, so it is asked last: its answer ends the conversation."""

_NAME: Final = re.compile(rb"\x1bP>\|([^\x07\x1b]*)(?:\x1b\\|\x07)")
_KITTY_OK: Final = re.compile(rb"\x1b_Gi=31[^;\x1b]*;OK\x1b\\")
_KITTY_ANY: Final = re.compile(rb"\x1b_G[^\x1b]*\x1b\\")
_CELL: Final = re.compile(rb"\x1b\[6;(\d{1,4});(\d{1,4})t")
_ATTRIBUTES: Final = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL: Final = b"4"
_MAX_CELL: Final = 200


@dataclass(frozen=True)
class Replies:
    """What the terminal said."""

    name: str = ""
    kitty: bool = False
    sixel: bool = False
    cell: tuple[int, int] | None = None
    """Width and height of a cell, pixels."""
    attributes: str | None = None
    """What it says of itself in DA1, such as `62;4;22`; None where it says nothing."""


@dataclass(frozen=True)
class Questions:
    """What is asked, and with it when the conversation is over.

    Behind tmux, which answers for itself at once, the answer about kitty comes from further away.
    """

    kitty: bool = True
    cell_size: bool = True
    in_tmux: bool = False

    @property
    def text(self) -> str:
        """All questions in one write, so that a slow line costs one round trip."""
        asked = [] if self.in_tmux else [XTVERSION]
        if self.kitty:
            asked.append(through_tmux(KITTY_QUERY) if self.in_tmux else KITTY_QUERY)
        if self.cell_size:
            asked.append(CELL_SIZE)
        return "".join((*asked, DEVICE_ATTRIBUTES))

    def answered_by(self, data: bytes) -> bool:
        """Whether nothing more is to be expected after these bytes."""
        waits_for_kitty = self.in_tmux and self.kitty and _KITTY_ANY.search(data) is None
        return _ATTRIBUTES.search(data) is not None and not waits_for_kitty


def read_replies(data: bytes) -> Replies:
    """What can be made of the bytes read; anything strange in them is passed over."""
    name = _NAME.search(data)
    attributes = _ATTRIBUTES.search(data)
    return Replies(
        name=safe_text(name[1].decode("utf-8", "replace"), limit=60) if name else "",
        kitty=_KITTY_OK.search(data) is not None,
        sixel=attributes is not None and _SIXEL in attributes[1].split(b";"),
        cell=_cell(data),
        attributes=attributes[1].decode("ascii")[:60] if attributes is not None else None,
    )


def _cell(data: bytes) -> tuple[int, int] | None:
    match = _CELL.search(data)
    if match is None:
        return None
    height, width = int(match[1]), int(match[2])
    return (width, height) if 1 < width <= _MAX_CELL and 1 < height <= _MAX_CELL else None
