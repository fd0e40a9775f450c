"""The pictures of the gallery as tiles of a grid."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from fluxtui.controllers.gallery.entries import EntryList
from fluxtui.controllers.gallery.wording import tile_label
from fluxtui.domain.gallery import GalleryEntry
from fluxtui.widgets.tiles import Tile


@dataclass(frozen=True)
class PictureTile(Tile):
    """A tile with what its picture is."""

    entry: GalleryEntry | None = field(default=None, compare=False)


class GalleryTiles:
    """Tiles of pictures in their order; each is made when it is asked for.

    Args:
        listing: the pictures.
        marked: returns the numbers that are marked now.
    """

    def __init__(self, listing: EntryList, marked: Callable[[], Collection[int]]) -> None:
        self._listing = listing
        self._marked = marked

    def __len__(self) -> int:
        """Return how many pictures there are."""
        return len(self._listing)

    def __getitem__(self, index: int) -> Tile:
        """Return a tile, with its key and sign alone where its entry was not read yet."""
        number, entries = self._listing.numbers[index], self._listing.entries
        key, sign = str(number), "✓" if number in self._marked() else ""
        entry = entries.get(number)
        if entry is None:
            gone = entries.is_missing(number)
            return PictureTile(key, "gone" if gone else "", sign=sign, quiet=gone, is_known=gone)
        return PictureTile(
            key,
            tile_label(entry),
            # What cannot be found in one place can be in another.
            "" if entry.missing else f"{entry.picture.sha256} {entry.picture.path}",
            sign,
            quiet=entry.missing,
            is_known=number in entries,
            entry=entry,
        )

    def find(self, key: str, near: int) -> int | None:
        """Return where a picture is; see `EntryList.find`."""
        return self._listing.find(int(key), near)

    async def fetch(self, indices: range) -> None:
        """Make tiles known; see `EntryList.fetch`."""
        await self._listing.fetch(indices)
