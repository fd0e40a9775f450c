"""A LoRA wherever it is: a file of its own, or the one in an archive as trainings are delivered."""

from __future__ import annotations

import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.lora.foreign import LOOKED_AT_BYTES, UNPACK, is_archive, is_zip
from fluxtui.services.lora.safetensors import open_weights
from fluxtui.services.lora.tar import blocks_written, chosen_name, extract_weights
from fluxtui.services.threads import Stopped
from fluxtui.system.dataclass import dataclass

MOST_ENTRIES = 10_000
_MOST_DIRECTORY_BYTES = 4_000_000
_LONGEST_END = 0xFFFF + 22 + 20
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_END_MARK = b"PK\x05\x06"
_BLOCK_BYTES = 1 << 20
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that need no more memory than a block."""
_ENCRYPTED = 0x1 | 0x40
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Opened:
    """An open file of weights, and what a message calls it."""

    file: BinaryIO
    name: str


@contextmanager
def opened_weights(
    path: Path, temporary: Callable[[], Path], *, max_bytes: int, stop: threading.Event | None = None
) -> Iterator[Opened]:
    """Open the file of a LoRA; where it is an archive, the one LoRA in it is unpacked for as long.

    Args:
        path: an ordinary file: safetensors, or a tar (plain, gzip, bzip2) or ZIP with one in it.
        temporary: makes an empty file for what is unpacked; it is deleted at the end.
        max_bytes: what the LoRA in an archive may have.
        stop: ends the unpacking.

    Raises:
        WeightsError: the file cannot be read, or there is not just one LoRA in the archive.
        StorageError: there is no room to unpack it.
    """
    with open_weights(path) as file:
        start = file.read(LOOKED_AT_BYTES)
        if not is_archive(start, path.name):
            yield Opened(file, path.name)
            return
    unpacked = temporary()
    try:
        extract_from_archive(path, unpacked, max_bytes=max_bytes, stop=stop)
        with open_weights(unpacked) as file:
            yield Opened(file, path.name)
    finally:
        unpacked.unlink(missing_ok=True)


def archived(path: Path) -> bool:
    """Tell whether a file is an archive that may have a LoRA in it. Raises `WeightsError`."""
    with open_weights(path) as file:
        return is_archive(file.read(LOOKED_AT_BYTES), path.name)


def extract_from_archive(
    archive: Path, target: Path, *, max_bytes: int, shown: str = "", stop: threading.Event | None = None
) -> None:
    """Write the LoRA in a tar or ZIP to `target`; see `extract_weights`, whose rules hold for both.

    A message calls the archive `shown`, or by its name.
    """
    shown = shown or safe_text(archive.name, limit=120)
    with open_weights(archive) as file:
        start = file.read(LOOKED_AT_BYTES)
        if not is_zip(start):
            extract_weights(archive, target, max_bytes=max_bytes, shown=shown, stop=stop)
            return
        try:
            _check_directory(file)
            with zipfile.ZipFile(file) as packed:
                member = _chosen(packed, shown)
                if member.compress_type not in _READ:
                    raise WeightsError(f"{shown} is packed in a way that is not read here.", next_step=UNPACK)
                if member.file_size > max_bytes:
                    raise WeightsError(
                        f"The LoRA in {shown} has {file_size(member.file_size)}; "
                        f"at most {file_size(max_bytes)} are taken."
                    )
                with packed.open(member) as content:
                    blocks_written(_blocks(content.read, member.file_size, stop), target, member.file_size)
        except (*_FAULTS, struct.error) as error:
            raise WeightsError(f"{shown} is no whole ZIP.", next_step="Fetch the file again.") from error


def _check_directory(file: BinaryIO) -> None:
    """See that the list of members is of a size that may be read whole. Raises `BadZipFile`."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read(_LONGEST_END)
    at = tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail):
        raise zipfile.BadZipFile
    count, directory_bytes = _END.unpack_from(tail, at)[4:6]
    if count == 0xFFFF or directory_bytes == 0xFFFFFFFF:
        count, directory_bytes = _large_directory(file, tail[max(at - _LOCATOR.size, 0) : at])
    if count > MOST_ENTRIES or directory_bytes > _MOST_DIRECTORY_BYTES:
        raise zipfile.BadZipFile
    file.seek(0)


def _large_directory(file: BinaryIO, locator: bytes) -> tuple[int, int]:
    """Return how many members a ZIP64 lists, and in how many bytes. Raises `struct.error`."""
    file.seek(_LOCATOR.unpack(locator)[2])
    record = _LARGE_END.unpack(file.read(_LARGE_END.size))
    return record[7], record[8]


def _chosen(packed: zipfile.ZipFile, shown: str) -> zipfile.ZipInfo:
    members = {member.filename: member for member in packed.infolist() if _is_file(member)}
    return members[chosen_name(list(members), shown)]


def _is_file(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    ordinary = not stat.S_IFMT(mode) or stat.S_ISREG(mode)
    # Unlike the member's own method, this can be asked of one without a name.
    is_folder = member.filename.endswith("/")
    return ordinary and not is_folder and not member.flag_bits & _ENCRYPTED and member.file_size > 0


def _blocks(read: Callable[[int], bytes], size: int, stop: threading.Event | None) -> Iterator[bytes]:
    left = size
    while left and (block := read(min(_BLOCK_BYTES, left))):
        if stop is not None and stop.is_set():
            raise Stopped
        left -= len(block)
        yield block
    if left:
        raise EOFError(f"{plural(left, 'byte')} are missing")
