"""Remembers how pictures look, so that a second look at an unchanged source does not decode them again."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from fluxtui.domain.dataset_scan import ScannedPicture
from fluxtui.domain.errors import StorageError
from fluxtui.services.storage.files import make_private_directory, write_atomic
from fluxtui.system.ordinary_files import read_ordinary

VERSION = 3
"""Of what is measured; what was remembered by another version is forgotten."""

KEPT_SOURCES = 200
KEPT_SECONDS = 180 * 86_400.0
_MAX_BYTES = 20_000_000
_PICTURES = TypeAdapter(tuple[ScannedPicture, ...])


class ScanMemory:
    """One file for each source in a directory that may be deleted at any time. Its methods wait for the disk.

    Args:
        directory: made when first needed; None to remember nothing.
    """

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def recall(self, source: Path) -> Mapping[str, ScannedPicture]:
        """Return what was found in a source before, by name; nothing where that is not known or damaged."""
        path = self._path(source)
        if path is None:
            return {}
        try:
            if path.stat().st_size > _MAX_BYTES:
                return {}
            content = json.loads(read_ordinary(path, _MAX_BYTES))
            if content["version"] != VERSION:
                return {}
            pictures = _PICTURES.validate_python(content["pictures"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
            return {}
        return {picture.name: picture for picture in pictures}

    def remember(self, source: Path, pictures: tuple[ScannedPicture, ...]) -> None:
        """Keep what was found in a source. A disk that does not take it only makes the next look slower."""
        path = self._path(source)
        if path is None:
            return
        content = {"version": VERSION, "pictures": _PICTURES.dump_python(pictures, mode="json")}
        try:
            make_private_directory(path.parent)
            write_atomic(path, json.dumps(content, separators=(",", ":")).encode())
            _prune(path.parent)
        except StorageError:
            return

    def _path(self, source: Path) -> Path | None:
        if self._directory is None:
            return None
        name = hashlib.sha256(os.fsencode(os.path.abspath(source))).hexdigest()
        return self._directory / f"{name}.json"


def _prune(directory: Path) -> None:
    oldest = time.time() - KEPT_SECONDS
    try:
        with os.scandir(directory) as found:
            files = [(item.stat().st_mtime, item.path) for item in found if item.name.endswith(".json")]
        files.sort(reverse=True)
        for number, (written, path) in enumerate(files):
            if number >= KEPT_SOURCES or written < oldest:
                os.unlink(path)
    except OSError:
        return
