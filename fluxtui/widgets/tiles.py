"""What a grid of pictures shows: tiles, all at hand or fetched in pages when they come into sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Tile:
    """One picture of a grid.

    Attributes:
        key: tells it from the others.
        label: stands under it.
        mark: stands for what is drawn: another mark, and the tile is drawn anew.
        sign: one character in front of the label.
        style: of sign and label, as Rich understands it.
        quiet: drawn dim, because it does not count.
        is_known: False until more than the key is known of it; it is not drawn before.
    """

    key: str
    label: str
    mark: str = ""
    sign: str = ""
    style: str = ""
    quiet: bool = False
    is_known: bool = True


class TileSource(Protocol):
    """Tiles of which only those in sight need to be known; there may be a hundred thousand."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def __getitem__(self, index: int) -> Tile:
        """Return a tile at once, with its key alone where nothing more is known yet."""
        ...

    def find(self, key: str, near: int) -> int | None:
        """Return where a tile is, or None where it is not there; `near` is where it was last."""
        ...

    async def fetch(self, indices: range) -> None:
        """Make tiles known. It may be cancelled; what it fails at is not for the grid to tell."""
        ...


class FixedTiles:
    """Tiles that are all at hand."""

    def __init__(self, tiles: Sequence[Tile] = ()) -> None:
        self._tiles = tiles
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._tiles)

    def __getitem__(self, index: int) -> Tile:
        """Return a tile."""
        return self._tiles[index]

    def find(self, key: str, near: int) -> int | None:
        """Return where a tile is; all are gone through once, and only where it is not where it was."""
        if 0 <= near < len(self._tiles) and self._tiles[near].key == key:
            return near
        if self._places is None:
            self._places = {tile.key: index for index, tile in enumerate(self._tiles)}
        return self._places.get(key)

    async def fetch(self, indices: range) -> None:
        """Do nothing: all are known."""
