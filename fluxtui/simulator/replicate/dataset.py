"""The ZIP of a training, read as replicate/flux-fine-tuner reads it (train.py, read 2026-11)."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from fluxtui.simulator.core.archive import IMAGE_SUFFIXES, PIECE_PIXELS
from fluxtui.simulator.pictures import NoPictureError, encoded, reduced

MISSING = "input_images must be provided"
NO_ZIP = "input_images must be a zip file"

_MOST_PIECES = 20
_MOST_ENTRIES = 2000
_MOST_PICTURE_BYTES = 100 * 2**20
_MOST_CAPTION_BYTES = 64 * 2**10


class UselessDatasetError(Exception):
    """The training fails; the text is what Replicate says in `error`."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """What was found in a ZIP: pictures reduced to small JPEGs, their number, captions by file name."""

    pieces: tuple[bytes, ...]
    images: int
    captions: dict[str, str]


def read_dataset(file: BinaryIO) -> Dataset:
    """Return what is in a ZIP; folders are fine, Apple's extra files ignored. Raises UselessDatasetError."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if _wanted(entry)]
            if len(entries) > _MOST_ENTRIES:
                raise UselessDatasetError(f"input_images has more than {_MOST_ENTRIES} files")
            pictures = [entry for entry in entries if _suffix(entry) in IMAGE_SUFFIXES]
            if not pictures:
                raise UselessDatasetError("No images found in input_images")
            pieces = tuple(_piece(archive, entry) for entry in pictures[:_MOST_PIECES])
            captions = dict(_caption(archive, entry) for entry in entries if _suffix(entry) == ".txt")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UselessDatasetError(NO_ZIP) from error
    return Dataset(pieces, len(pictures), captions)


def _wanted(entry: zipfile.ZipInfo) -> bool:
    return not entry.is_dir() and not entry.filename.startswith(("__MACOSX/", "._"))


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _piece(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(_MOST_PICTURE_BYTES)
    try:
        return encoded(reduced(content, PIECE_PIXELS), "JPEG", quality=88)
    except NoPictureError as error:
        message = f"cannot identify image file 'input_images/{entry.filename}'"
        raise UselessDatasetError(message) from error


def _caption(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[str, str]:
    with archive.open(entry) as file:
        text = file.read(_MOST_CAPTION_BYTES).decode("utf-8", "replace")
    return PurePosixPath(entry.filename).name, text
