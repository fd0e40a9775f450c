"""The pictures that the page shows: what it asks for, and how the gallery answers."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fluxtui.domain.errors import StorageError
from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.picture import Picture
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import read_ordinary

if TYPE_CHECKING:
    from PIL.Image import Image

    from fluxtui.services.gallery import GalleryService
    from fluxtui.services.thumbnails import ThumbnailCache

_QUALITY = 80


@dataclass(frozen=True)
class ShownPicture:
    """A picture of the journal under the number that names it."""

    number: int
    picture: Picture


class PictureReader(Protocol):
    """What the page reads; nothing of it changes anything. Each raises `StorageError`."""

    async def page(self, start: int, count: int) -> tuple[Sequence[ShownPicture], int]:
        """Return some pictures, newest first, and how many there are in all."""

    async def find(self, number: int) -> ShownPicture | None:
        """Return a picture that the journal knows, or None."""

    async def content(self, shown: ShownPicture) -> bytes:
        """Return the file."""

    async def thumbnail(self, shown: ShownPicture) -> bytes:
        """Return the small picture as WebP. Raises `FluxError` where the file cannot be decoded."""


class GalleryReader:
    """Reads the gallery; the trash is not shown.

    Args:
        gallery: what pictures there are.
        thumbnails: where small ones are kept.
        load: decodes a file, reduced to at least the size of a thumbnail; called in a thread.
    """

    def __init__(
        self, gallery: GalleryService, thumbnails: ThumbnailCache, load: Callable[[Path], Image]
    ) -> None:
        self._gallery = gallery
        self._thumbnails = thumbnails
        self._load = load
        self._turns = asyncio.Semaphore(2)

    async def page(self, start: int, count: int) -> tuple[Sequence[ShownPicture], int]:
        """Return some pictures, newest first, and how many there are in all."""
        numbers = await self._gallery.numbers(GalleryFilter())
        entries = await self._gallery.entries(numbers[start : start + count])
        return [ShownPicture(entry.number, entry.picture) for entry in entries], len(numbers)

    async def find(self, number: int) -> ShownPicture | None:
        """Return a picture of the gallery, or None."""
        found = await self._gallery.entries((number,))
        if not found or found[0].trashed_at is not None:
            return None
        return ShownPicture(found[0].number, found[0].picture)

    async def _path(self, shown: ShownPicture) -> Path:
        found = await self._gallery.entries((shown.number,))
        if not found:
            raise StorageError("The picture is not there any more.")
        return await asyncio.to_thread(self._gallery.path_of, found[0])

    async def content(self, shown: ShownPicture) -> bytes:
        """Return the file."""
        path = await self._path(shown)
        try:
            return await asyncio.to_thread(read_ordinary, path)
        except OSError as error:
            raise StorageError("The file of the picture cannot be read.") from error

    async def thumbnail(self, shown: ShownPicture) -> bytes:
        """Return the small picture as WebP."""
        path = await self._path(shown)
        async with self._turns:
            return await asyncio.to_thread(self._make, shown.picture.sha256, path)

    def _make(self, mark: str, path: Path) -> bytes:
        target = io.BytesIO()
        image = self._thumbnails.get(mark, lambda: self._load(path))
        image.save(target, "WEBP", quality=_QUALITY, method=2)
        return target.getvalue()
