"""Training pictures as they are looked at: small for a grid, large with the crop drawn on them."""

from __future__ import annotations

import io
import threading
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance

from fluxtui.domain.dataset_scan import DatasetScan, ScannedPicture
from fluxtui.domain.errors import DatasetError, PictureError
from fluxtui.domain.workspace import PictureEdit
from fluxtui.imaging.opening import opened
from fluxtui.imaging.pictures import turned, upright
from fluxtui.services.datasets.opening import open_source
from fluxtui.services.datasets.sources import Source, SourceEntry
from fluxtui.services.storage.files import storage_fault
from fluxtui.services.thumbnails import SIDE, ThumbnailCache
from fluxtui.system.private_files import create_anew

PREVIEW_SIDE = 1200
"""Pixels of the longer side of a large preview."""

FRAME_SHARE = 60
"""The longer side by the width of the line round a crop, which is to be seen in half cells too."""

_OUTSIDE = 0.35
"""Brightness of what a crop leaves out."""


class Previews:
    """Pictures of one source that was looked through. Blocking: to be called in threads; `close` at the end.

    Args:
        scan: what is in the source.
        cache: keeps thumbnails.
    """

    def __init__(self, scan: DatasetScan, cache: ThumbnailCache) -> None:
        self._pictures = {item.name: item for item in scan.pictures}
        self._path = scan.source
        self._cache = cache
        self._source: Source | None = None
        self._entries: dict[str, SourceEntry] = {}
        self._lock = threading.Lock()

    def thumbnail(self, name: str, edit: PictureEdit) -> Image.Image:
        """Return a small picture as it will be trained with, turned and cropped.

        Raises `DatasetError` or `PictureError` where it cannot be read (any more).
        """
        item = self._item(name)
        mark = item.look.sha256 if item.look is not None else ""
        small = self._cache.get(mark, lambda: self._decoded(name, SIDE))
        image = turned(small, edit.turns)
        return image if edit.crop is None else image.crop(edit.crop.box(*image.size))

    def preview(self, name: str, edit: PictureEdit) -> Image.Image:
        """Return a large picture, turned, with what the crop leaves out darkened, in RGB.

        Raises `DatasetError` or `PictureError` where it cannot be read (any more).
        """
        self._item(name)
        image = turned(self._decoded(name, PREVIEW_SIDE), edit.turns)
        if edit.crop is None:
            return image
        box = edit.crop.box(*image.size)
        shown = ImageEnhance.Brightness(image).enhance(_OUTSIDE)
        shown.paste(image.crop(box), box)
        line = max(max(image.size) // FRAME_SHARE, 1)
        ImageDraw.Draw(shown).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline="white", width=line)
        return shown

    def close(self) -> None:
        """Close the source."""
        with self._lock:
            if self._source is not None:
                self._source.__exit__(None, None, None)
            self._source = None
            self._entries = {}

    def _item(self, name: str) -> ScannedPicture:
        item = self._pictures.get(name)
        if item is None or item.look is None:
            raise PictureError("cannot be shown: it is no picture that can be read")
        return item

    def _decoded(self, name: str, side: int) -> Image.Image:
        with opened(self._content(name)) as image:
            return upright(image, side)

    def _content(self, name: str) -> bytes:
        with self._lock:
            if self._source is None:
                self._source = open_source(self._path)
                self._source.__enter__()
                self._entries = {entry.name: entry for entry in self._source.listing().entries}
            source, entry = self._source, self._entries.get(name)
        if entry is None:
            raise DatasetError(f"{name} is not there any more.", next_step="Look through the pictures again.")
        return source.read(entry)


def written(image: Image.Image, path: Path) -> Path:
    """Write a preview as a JPEG for the widget that shows files; return its path. Raises `StorageError`."""
    target = io.BytesIO()
    image.save(target, "JPEG", quality=90)
    try:
        with create_anew(path) as file:
            file.write(target.getvalue())
    except OSError as error:
        raise storage_fault(error, path, "could not be written") from error
    return path
