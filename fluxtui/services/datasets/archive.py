"""A ZIP as a source of training pictures, read as if it had been made to do harm."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PureWindowsPath
from typing import Self

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.datasets.sources import (
    MAX_FILE_BYTES,
    MAX_FILES,
    Entry,
    Listing,
    Sorter,
    complain_of_folders,
    is_system_name,
    unreadable,
)
from fluxtui.services.storage.files import open_ordinary

MAX_ARCHIVE_BYTES = 4_000_000_000
MAX_DIRECTORY_BYTES = 2_000_000
MAX_RATIO = 200
"""How much smaller than its content a member may be: pictures are compressed already."""

_RATIO_MATTERS = 1_000_000
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_LOCATOR_SIGNATURE = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED = 0x1 | 0x40
_READ_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


class ArchiveSource:
    """The files at the top of a ZIP, or inside its only folder; members are read, never extracted."""

    def __init__(self, path: Path) -> None:
        """Open the archive. Raises `DatasetError` for what is no ZIP or is built to do harm."""
        self._path = path
        self._shown = safe_text(path.name, limit=120)
        try:
            with open_ordinary(path) as file:
                self._check_directory(file.fileno())
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise unreadable(path, error) from None
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
            raise self._refusal("is not a ZIP archive that can be read") from None
        self._members: dict[str, zipfile.ZipInfo] = {}
        try:
            self._check_sizes()
        except DatasetError:
            self._zip.close()
            raise

    @property
    def root(self) -> Path | None:
        """None: the files are in the archive."""
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _refusal(self, reason: str) -> DatasetError:
        return DatasetError(f"{self._shown} {reason}.", next_step="Choose a folder or another ZIP.")

    def _check_directory(self, descriptor: int) -> None:
        """Look at the end record before `zipfile` builds an object for each of perhaps a million members."""
        size = os.fstat(descriptor).st_size
        if size > MAX_ARCHIVE_BYTES:
            raise self._refusal(f"is larger than {file_size(MAX_ARCHIVE_BYTES)}")
        length = min(size, _LONGEST_COMMENT + _END_OF_DIRECTORY.size + _ZIP64_LOCATOR_BYTES)
        tail = os.pread(descriptor, length, size - length)
        at = tail.rfind(_END_SIGNATURE)
        if at < 0 or at + _END_OF_DIRECTORY.size > len(tail):
            raise self._refusal("is not a ZIP archive that can be read")
        _, _, _, _, count, directory_bytes, _, _ = _END_OF_DIRECTORY.unpack_from(tail, at)
        if tail[max(at - _ZIP64_LOCATOR_BYTES, 0) : at].startswith(_ZIP64_LOCATOR_SIGNATURE):
            raise self._refusal("uses the ZIP64 format, which no archive of training pictures needs")
        if count > MAX_FILES or directory_bytes > MAX_DIRECTORY_BYTES:
            raise self._refusal(f"lists more than {plural(MAX_FILES, 'file')}")

    def _check_sizes(self) -> None:
        members = self._zip.infolist()
        if len(members) > MAX_FILES:
            raise self._refusal(f"lists more than {plural(MAX_FILES, 'file')}")
        packed = sum(member.compress_size for member in members)
        if packed > self._path.stat().st_size:
            raise self._refusal("lists members that overlap, as in an archive made to fill the disk")

    def listing(self) -> Listing:
        """Return the members that can be looked at."""
        sorter = Sorter()
        root = self._only_folder()
        folders: list[str] = []
        for member in self._zip.infolist():
            self._members.setdefault(member.filename, member)
            reason = _fault(member)
            if reason:
                sorter.complain(member.filename, reason)
                continue
            name = member.filename.removeprefix(root)
            if "/" in name:
                folders.append(name.split("/", 1)[0])
            elif name:
                sorter.offer(Entry(name, member.filename, member.file_size, f"{member.CRC:08x}"))
        complain_of_folders(sorter, folders)
        return sorter.listing()

    def _only_folder(self) -> str:
        """Return the one folder that holds everything, with its slash: what zipping a folder gives."""
        tops = {
            name.split("/", 1)[0] if "/" in name else ""
            for name in self._zip.namelist()
            if not is_system_name(name.split("/", 1)[0])
        }
        only = next(iter(tops)) if len(tops) == 1 else ""
        return f"{only}/" if only not in {"", "..", "."} else ""

    def read(self, entry: Entry) -> bytes:
        """Return the content of one member. Raises `DatasetError` where it is damaged."""
        try:
            with self._zip.open(self._members[entry.address]) as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except (KeyError, *_READ_FAULTS) as error:
            reason = safe_text(error, limit=120)
            raise DatasetError(f"{safe_text(entry.name)} cannot be unpacked: {reason}.") from None
        if len(content) > MAX_FILE_BYTES:
            raise DatasetError(f"{safe_text(entry.name)} is larger than {file_size(MAX_FILE_BYTES)}.")
        return content


def _fault(member: zipfile.ZipInfo) -> str:
    """Return why a member must not be used, or an empty string."""
    name = member.filename
    mode = member.external_attr >> 16
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\\" in name or PureWindowsPath(name).drive:
        return "its path leads out of the archive; not used"
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        return "is a link or a device, not an ordinary file; not used"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it without a password"
    if member.file_size > _RATIO_MATTERS and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        return f"unpacks to more than {MAX_RATIO} times its size, as no picture does; not used"
    return ""
