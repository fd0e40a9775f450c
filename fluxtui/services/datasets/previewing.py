"""Training pictures as they are looked at: small for a grid, large with the crop drawn on them."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Sequence
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

GAP_SHARE = 40
"""The height of a pair by the width of the gap between its pictures."""

BETWEEN = (96, 96, 96)
"""Colour between the pictures of a pair."""

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

    def thumbnail(self, name: str, edit: PictureEdit, inputs: Sequence[str] = ()) -> Image.Image:
        """Return a small picture as it will be trained with, turned and cropped, behind its inputs.

        Raises `DatasetError` or `PictureError` where it cannot be read (any more).
        """
        result = self._small(name, edit)
        return side_by_side([self._small(item, edit) for item in inputs], result) if inputs else result

    def _small(self, name: str, edit: PictureEdit) -> Image.Image:
        item = self._item(name)
        mark = item.look.sha256 if item.look is not None else ""
        small = self._cache.get(mark, lambda: self._decoded(name, SIDE))
        image = turned(small, edit.turns)
        return image if edit.crop is None else image.crop(edit.crop.box(*image.size))

    def preview(self, name: str, edit: PictureEdit, inputs: Sequence[str] = ()) -> Image.Image:
        """Return a large picture, turned, with what the crop leaves out darkened, in RGB, behind its inputs.

        Raises `DatasetError` or `PictureError` where it cannot be read (any more).
        """
        result = self._large(name, edit)
        return side_by_side([self._large(item, edit) for item in inputs], result) if inputs else result

    def _large(self, name: str, edit: PictureEdit) -> Image.Image:
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
        with opened(self._content(name), least=lambda _: (side, side)) as image:
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


def side_by_side(inputs: Sequence[Image.Image], result: Image.Image) -> Image.Image:
    """Return an edit as one picture: what it begins with on the left, its result on the right.

    Several pictures before the result share its height, in as few rows as make them about as wide as it.
    """
    height = result.height
    rows = max(math.isqrt(len(inputs) - 1) + 1, 1) if len(inputs) > 1 else 1
    columns = math.ceil(len(inputs) / rows)
    gap = max(height // GAP_SHARE, 1)
    room = (height - gap * (rows - 1)) // rows
    fitted = [_of_height(image, room) for image in inputs]
    lines = [fitted[start : start + columns] for start in range(0, len(fitted), columns)]
    width = max(sum(image.width for image in line) + gap * (len(line) - 1) for line in lines)
    joined = Image.new("RGB", (width + 2 * gap + result.width, height), BETWEEN)
    for row, line in enumerate(lines):
        left = 0
        for image in line:
            joined.paste(image, (left, row * (room + gap)))
            left += image.width + gap
    joined.paste(result, (width + 2 * gap, 0))
    return joined


def _of_height(image: Image.Image, height: int) -> Image.Image:
    width = max(round(image.width * height / max(image.height, 1)), 1)
    return image if image.height == height else image.resize((width, max(height, 1)))


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
