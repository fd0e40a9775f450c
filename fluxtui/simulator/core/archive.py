"""A training request's body and the ZIP in it, read with flat memory.

The body may hold hundreds of megabytes of base64, so it lies in a file. `file_data` is found there and
decoded piece by piece into a second file; the rest of the body is ordinary JSON.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from fluxtui.simulator.core.field_checks import LONGEST_ECHO
from fluxtui.simulator.core.private_files import create
from fluxtui.simulator.pictures import NoPictureError, encoded, reduced

MOST_IMAGES = 20
MOST_ENTRIES = 500
MOST_FILE_BYTES = 100 * 2**20
MOST_TOTAL_BYTES = 2 * 2**30
PIECE_PIXELS = 400_000

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
CAPTION_SUFFIX = ".txt"

_FILE_DATA = re.compile(rb'"file_data"\s*:\s*"')
_CHUNK = 2**20
_MOST_OTHER_BYTES = 16 * 2**20
_ENCRYPTED = 0x1
_ODD_DOS_ATTRIBUTES = 0x02 | 0x04 | 0x08 | 0x10
_ODD_MODES = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX | 0o111


class UnreadableBodyError(ValueError):
    """The body is not a JSON object."""


class RefusedArchiveError(ValueError):
    """The service refuses the ZIP; the text is its reason."""


class NoArchiveError(RefusedArchiveError):
    """The file is no ZIP at all."""


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """What was found in a ZIP: some pictures as small JPEGs, how many pictures and captions, all names."""

    pieces: tuple[bytes, ...]
    images: int
    captions: int
    names: tuple[str, ...] = ()


def read_training_body(body: Path, archive: Path) -> dict[str, Any]:
    """Return the JSON object in the file `body`, writing its decoded `file_data` to the file `archive`.

    In the returned object `file_data` holds the base64 text, cut at 4 MiB: enough to echo. Raises
    UnreadableBodyError for what is no JSON object and RefusedArchiveError for what is no base64.
    """
    with body.open("rb") as file:
        head, text = _until_file_data(file)
        if text is None:
            return _json_object(head)
        echo, tail = _decode(file, text, archive)
    document = _json_object(head + b'"' + tail)
    document["file_data"] = echo.decode("ascii", "replace")
    return document


def _json_object(text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError("The body is no JSON") from error
    if not isinstance(document, dict):
        raise UnreadableBodyError("The body is no JSON object")
    return document


def _until_file_data(file: BinaryIO) -> tuple[bytes, bytes | None]:
    """Read up to the value of `file_data`; return all before it, and what was read of it (None: no value)."""
    head = b""
    while chunk := file.read(_CHUNK):
        head += chunk
        if found := _FILE_DATA.search(head):
            return head[: found.end()], head[found.end() :]
        if len(head) > _MOST_OTHER_BYTES:
            raise UnreadableBodyError("The fields beside file_data are too large")
    return head, None


def _decode(file: BinaryIO, text: bytes, archive: Path) -> tuple[bytes, bytes]:
    """Decode base64 `text` and what follows in `file` up to a quote; return its beginning, and the rest."""
    echo, waiting, tail = b"", b"", b""
    closed = False
    with create(archive) as target:
        while not closed:
            value, quote, tail = text.partition(b'"')
            closed = bool(quote)
            value = value.replace(b"\\", b"")
            echo += value[: LONGEST_ECHO - len(echo)]
            waiting += value
            whole = len(waiting) // 4 * 4
            target.write(_decoded(waiting[:whole]))
            waiting = waiting[whole:]
            if not closed:
                text = file.read(_CHUNK)
                if not text:
                    raise UnreadableBodyError("The body ends too early")
    if waiting:
        raise RefusedArchiveError("Invalid base64 in file_data")
    return echo, tail + file.read(_MOST_OTHER_BYTES)


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise RefusedArchiveError("Invalid base64 in file_data") from error


def examine(
    archive: Path | BinaryIO,
    shown: Callable[[str], bool] | None = None,
    most_entries: int = MOST_ENTRIES,
) -> TrainingSet:
    """Check the ZIP and return what is in it. Raises RefusedArchiveError.

    Pieces are made of the first 20 pictures, or of those whose names are `shown`. More pictures are no
    reason to refuse, as long as there are not more files than `most_entries`.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _check_entries(entries, most_entries)
            pictures = [entry for entry in entries if _suffix(entry) in IMAGE_SUFFIXES]
            if not pictures:
                raise RefusedArchiveError("No images found in the zip file")
            chosen = [entry for entry in pictures if shown is None or shown(entry.filename)]
            pieces = tuple(_piece(opened, entry) for entry in chosen[:MOST_IMAGES])
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise NoArchiveError("file_data is not a valid zip file") from error
    names = tuple(entry.filename for entry in entries)
    return TrainingSet(pieces, len(pictures), len(entries) - len(pictures), names)


def _check_entries(entries: list[zipfile.ZipInfo], most: int) -> None:
    if len(entries) > most:
        raise RefusedArchiveError(f"The zip file has more than {most} entries")
    if sum(entry.file_size for entry in entries) > MOST_TOTAL_BYTES:
        raise RefusedArchiveError("The zip file is too large when unpacked")
    names = set()
    for entry in entries:
        if _suspicious(entry) or entry.filename in names:
            raise RefusedArchiveError(f"Suspicious file attributes detected: {entry.filename}")
        names.add(entry.filename)
        if _suffix(entry) not in (*IMAGE_SUFFIXES, CAPTION_SUFFIX):
            raise RefusedArchiveError(f"Unsupported file type: {entry.filename}")
        if entry.file_size > MOST_FILE_BYTES:
            raise RefusedArchiveError(f"File too large: {entry.filename}")


def _suspicious(entry: zipfile.ZipInfo) -> bool:
    name, mode = entry.filename, entry.external_attr >> 16
    nested = "/" in name or "\\" in name or entry.is_dir()
    hidden = name.startswith(".") or any(ord(character) < 32 for character in name)
    odd_type = stat.S_IFMT(mode) not in (0, stat.S_IFREG)
    odd_bits = bool(mode & _ODD_MODES) or bool(entry.external_attr & _ODD_DOS_ATTRIBUTES)
    return nested or hidden or odd_type or odd_bits or bool(entry.flag_bits & _ENCRYPTED)


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _piece(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        content = file.read(MOST_FILE_BYTES)
    try:
        return encoded(reduced(content, PIECE_PIXELS), "JPEG", quality=88)
    except NoPictureError as error:
        raise RefusedArchiveError(f"Invalid image: {entry.filename}") from error
