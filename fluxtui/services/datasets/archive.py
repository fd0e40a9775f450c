"""A ZIP as a source of training pictures, read as if it had been made to do harm."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from fluxtui.domain.errors import DatasetError
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.imaging.kinds import HEAD_BYTES
from fluxtui.services.datasets.naming import is_system_name
from fluxtui.services.datasets.sources import (
    MAX_FILE_BYTES,
    MAX_FILES,
    Sorter,
    SourceEntry,
    SourceListing,
    complain_of_folders,
    tell_of_repeats,
    unreadable,
)
from fluxtui.services.datasets.zip_directory import extent_of, name_of
from fluxtui.system.ordinary_files import open_ordinary

MAX_ARCHIVE_BYTES = 4_000_000_000
MAX_DIRECTORY_BYTES = 2_000_000
MAX_RATIO = 200
"""How much smaller than its content a member may be: pictures are compressed already."""

_RATIO_MATTERS = 1_000_000
_ENCRYPTED = 0x1 | 0x40
_DRIVE = re.compile(r"[A-Za-z]:/")
_READ_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)

_Member = tuple[str, zipfile.ZipInfo]
"""The plain name of a member, and what the directory says of it."""


class ArchiveSource:
    """The files in a ZIP; folders that hold everything do not count. Members are read, never extracted.

    Args:
        path: of the archive.
        recursive: whether folders beside other things in it are looked into as well.
    """

    def __init__(self, path: Path, *, recursive: bool = False) -> None:
        """Open the archive. Raises `DatasetError` for what is no ZIP or is built to do harm."""
        self._path = path
        self._shown = safe_text(path.name, limit=120)
        self._recursive = recursive
        try:
            with open_ordinary(path) as file:
                self._check_directory(file.fileno())
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise unreadable(path, error) from None
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
            raise self._refusal("is not a ZIP archive that can be read") from None
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
        """Look at the end records before `zipfile` builds an object for each of perhaps a million members."""
        if self._path.stat().st_size > MAX_ARCHIVE_BYTES:
            raise self._refusal(f"is larger than {file_size(MAX_ARCHIVE_BYTES)}")
        extent = extent_of(descriptor)
        if extent is None:
            raise self._refusal("is not a ZIP archive that can be read")
        if extent.members > MAX_FILES or extent.size > MAX_DIRECTORY_BYTES:
            raise self._refusal(f"lists more than {plural(MAX_FILES, 'file')}")

    def _check_sizes(self) -> None:
        members = self._zip.infolist()
        if len(members) > MAX_FILES:
            raise self._refusal(f"lists more than {plural(MAX_FILES, 'file')}")
        packed = sum(member.compress_size for member in members)
        if packed > self._path.stat().st_size:
            raise self._refusal("lists members that overlap, as in an archive made to fill the disk")

    def listing(self) -> SourceListing:
        """Return the members that can be looked at."""
        sorter = Sorter()
        members, is_guessed = self._named(sorter)
        root = _only_folders([name for name, _ in members])
        inside: list[str] = []
        folders = set(root.split("/"))
        for number, (name, member) in enumerate(members):
            rest = name.removeprefix(root)
            folder, _, file = rest.rpartition("/")
            if not file:
                inside.extend([folder.split("/")[0]] if folder and not self._recursive else [])
            elif reason := _fault(member):
                sorter.complain(name, reason)
            elif folder and not self._recursive:
                inside.append(folder.split("/")[0])
            else:
                folders.update(folder.split("/"))
                sorter.offer(SourceEntry(rest, str(number), member.file_size, f"{member.CRC:08x}"))
        complain_of_folders(sorter, inside)
        tell_of_repeats(sorter, folders)
        if is_guessed:
            sorter.tell(
                "",
                "The names in the archive are in an old encoding and may look wrong; pictures and captions "
                "still belong together.",
                "pack it anew with a program that writes UTF-8, if the names matter",
            )
        self._members = dict(enumerate(member for _, member in members))
        return sorter.listing()

    def _named(self, sorter: Sorter) -> tuple[list[_Member], bool]:
        """Return the members with plain names, and whether letters of them are only guessed."""
        found: list[_Member] = []
        is_guessed = False
        for member in self._zip.infolist():
            told = name_of(member)
            is_guessed = is_guessed or told.is_guessed
            name = _DRIVE.sub("", told.text, count=1)
            parts = [part for part in name.split("/") if part not in {"", "."}]
            if ".." in parts:
                sorter.complain(name, "its path leads out of the archive; not used")
            elif parts:
                found.append(("/".join(parts) + ("/" if name.endswith("/") else ""), member))
        return found, is_guessed

    def read(self, entry: SourceEntry) -> bytes:
        """Return the content of one member. Raises `DatasetError` where it is damaged."""
        content = self._read(entry, MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise DatasetError(f"{safe_text(entry.name)} is larger than {file_size(MAX_FILE_BYTES)}.")
        return content

    def head(self, entry: SourceEntry) -> bytes:
        """Return the first bytes of one member. Raises `DatasetError` where it is damaged."""
        return self._read(entry, HEAD_BYTES)

    def _read(self, entry: SourceEntry, most: int) -> bytes:
        try:
            with self._zip.open(self._members[int(entry.address)]) as file:
                return file.read(most)
        except (LookupError, *_READ_FAULTS) as error:
            reason = safe_text(error, limit=120)
            raise DatasetError(f"{safe_text(entry.name)} cannot be unpacked: {reason}.") from None


def _only_folders(names: Iterable[str]) -> str:
    """Return the folders, each the only one in the one before, that hold everything; with their slashes.

    What is hidden counts only where there is nothing else, and what systems leave behind never.
    """
    wanted = [name for name in names if not any(is_system_name(part) for part in name.split("/"))]
    hidden = [name for name in names if not _is_left_behind(name)]
    left = wanted or hidden
    root = ""
    while True:
        tops = {name.split("/", 1)[0] if "/" in name else "" for name in left}
        top = next(iter(tops)) if len(tops) == 1 else ""
        if not top:
            return root
        root += f"{top}/"
        left = [rest for name in left if (rest := name.removeprefix(f"{top}/"))]


def _is_left_behind(name: str) -> bool:
    parts = name.rstrip("/").split("/")
    return any(is_system_name(part) and not part.startswith(".") for part in parts) or parts[-1].startswith(
        "."
    )


def _fault(member: zipfile.ZipInfo) -> str:
    """Return why a member must not be used, or an empty string."""
    mode = member.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        return "is a link or a device, not an ordinary file; not used"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it without a password"
    if member.file_size > _RATIO_MATTERS and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        return f"unpacks to more than {MAX_RATIO} times its size, as no picture does; not used"
    return ""
