"""Small pictures in half cells, drawn once and kept while they are likely to be seen again."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual.strip import Strip

from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import shown_text
from fluxtui.system.dataclass import dataclass
from fluxtui.terminal.halfcell import half_cells
from fluxtui.terminal.mosaic import mosaic_rows
from fluxtui.terminal.profile import Mosaic, TerminalProfile
from fluxtui.terminal.scaling import fit_cells
from fluxtui.widgets.pictures.drawing import SSH_COLOURS
from fluxtui.widgets.pictures.strips import PictureRow, half_cell_strips
from fluxtui.widgets.tiles import Tile

if TYPE_CHECKING:
    from PIL.Image import Image

KEPT_CELLS: Final = 90_000
"""Cells of drawn tiles kept in memory, some 140 bytes each."""


@dataclass(frozen=True)
class DrawnTile:
    """A picture as lines of cells, and where it stands within its tile."""

    strips: Sequence[Strip]
    left: int
    top: int


class DrawnTiles:
    """The tiles that were drawn last; instead of a picture, the reason why there is none.

    Args:
        width: cells of a tile.
        height: rows of its picture.
    """

    def __init__(self, width: int, height: int) -> None:
        self._kept = max(KEPT_CELLS // (width * height), 1)
        self._drawn: OrderedDict[tuple[str, str], DrawnTile | str] = OrderedDict()

    def __contains__(self, tile: Tile) -> bool:
        """Tell whether a tile was drawn."""
        return (tile.key, tile.mark) in self._drawn

    def get(self, tile: Tile) -> DrawnTile | str | None:
        """Return what was drawn of a tile, or None."""
        drawn = self._drawn.get((tile.key, tile.mark))
        if drawn is not None:
            self._drawn.move_to_end((tile.key, tile.mark))
        return drawn

    def keep(self, tile: Tile, drawn: DrawnTile | str) -> None:
        """Keep a tile, and forget those that were seen longest ago."""
        self._drawn[tile.key, tile.mark] = drawn
        while len(self._drawn) > self._kept:
            self._drawn.popitem(last=False)


def draw_tile(
    tile: Tile, load: Callable[[Tile], Image], profile: TerminalProfile, width: int, height: int
) -> DrawnTile | str:
    """Return a tile's picture in half cells, or why there is none. Runs in a thread."""
    try:
        image = load(tile)
    except FluxError as error:
        return shown_text(error.message, limit=200)
    except Exception as error:
        logging.getLogger("fluxtui").error("fault while drawing a tile", exc_info=error)
        return f"fault ({type(error).__name__})"
    wide, high = fit_cells(image.size, width, height, profile.cell_width, profile.cell_height)
    rows: Sequence[PictureRow] = (
        half_cells(image, wide, high, SSH_COLOURS if profile.over_ssh else None)
        if profile.mosaic is Mosaic.HALF
        else mosaic_rows(image, wide, high, profile.mosaic, coarse=profile.over_ssh)
    )
    return DrawnTile(half_cell_strips(rows), (width - wide) // 2, (height - high) // 2)
