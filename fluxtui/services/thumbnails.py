"""Small pictures, made once and kept: for grids of many. It decodes pictures: call it in threads."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.errors import PictureError, StorageError
from fluxtui.services.storage.files import make_private_directory, write_atomic
from fluxtui.system.ordinary_files import read_ordinary

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 256
"""Pixels of the longer side."""

KEPT_BYTES = 500_000_000
"""The directory is made smaller when it is larger than this."""

QUALITY = 85
"""Of JPEG. WebP needs a third fewer bytes, but four times as long to be read and twenty times to be made."""

_LOOK_EVERY = 500
_MARK = re.compile(r"[0-9a-f]{16,64}")


class ThumbnailCache:
    """Thumbnails as JPEG files in a directory that may be deleted at any time.

    Args:
        directory: made when first needed; None to keep nothing.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._made = 0
        self._lock = threading.Lock()

    def get(self, mark: str, make: Callable[[], Image]) -> Image:
        """Return the thumbnail with a mark, upright, in RGB and at most `SIDE` pixels in width and height.

        Args:
            mark: hexadecimal, another one for every content.
            make: returns the picture, of any size; called where there is no thumbnail yet. What it raises is
                passed on.
        """
        path = self._path(mark)
        if path is not None and (kept := _read(path)) is not None:
            return kept
        image = make().convert("RGB")
        image.thumbnail((SIDE, SIDE), reducing_gap=2.0)
        if path is not None:
            self._keep(path, image)
        return image

    def _path(self, mark: str) -> Path | None:
        if self._directory is None or not _MARK.fullmatch(mark):
            return None
        return self._directory / mark[:2] / f"{mark[2:]}.jpg"

    def _keep(self, path: Path, image: Image) -> None:
        """Write a thumbnail; a disk that does not take it only makes the next look slower."""
        import io

        target = io.BytesIO()
        image.save(target, "JPEG", quality=QUALITY, comment=b"")
        try:
            make_private_directory(path.parent)
            # Of a picture that is lost with the power, another is made.
            write_atomic(path, target.getvalue(), lasting=False)
        except StorageError:
            return
        with self._lock:
            self._made += 1
            is_time = self._made % _LOOK_EVERY == 0
        if is_time and self._directory is not None:
            _make_room(self._directory)


def _read(path: Path) -> Image | None:
    from fluxtui.imaging.opening import opened

    try:
        with opened(read_ordinary(path)) as image:
            if max(image.size) > SIDE:
                return None
            return image.convert("RGB")
    except (OSError, PictureError):
        return None


def _make_room(directory: Path) -> None:
    """Delete the thumbnails that were made longest ago until half of the bytes are free."""
    files = []
    for folder, _, names in os.walk(directory):
        for name in names:
            path = Path(folder, name)
            try:
                status = path.stat()
            except OSError:
                continue
            files.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in files)
    if total <= KEPT_BYTES:
        return
    for _, size, path in sorted(files, key=lambda item: item[0]):
        if total <= KEPT_BYTES // 2:
            return
        try:
            path.unlink(missing_ok=True)
        except OSError:
            continue
        total -= size
