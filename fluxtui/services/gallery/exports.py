"""Pictures and what is known of them, taken elsewhere: into a folder, an archive, a table, a sheet."""

from __future__ import annotations

import asyncio
import math
import os
import threading
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, overload

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.gallery import GalleryEntry
from fluxtui.domain.text import plural, safe_text
from fluxtui.services.contact_sheets import FORMATS, SheetCell, contact_sheet
from fluxtui.services.gallery.tables import TABLES
from fluxtui.services.storage.atomic_file import Emerging
from fluxtui.services.storage.files import make_private_directory, move_to_new_name, storage_fault
from fluxtui.services.storage.names import export_name, numbered
from fluxtui.services.threads import Advance, Progress, Stopped, in_thread
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import NotAFile, open_ordinary
from fluxtui.system.private_files import temporary_directory

AT_ONCE = 200
"""How many entries are in memory at a time."""
MOST_ON_A_SHEET = 1_000
"""How many pictures a contact sheet has at most: more are too small to tell apart."""
_BLOCK = 1 << 20
_EARLIEST_YEAR = 1980
"""Before it a ZIP archive knows no time. Source: .ZIP File Format Specification 6.3, 4.4.6."""

Read = Callable[[Sequence[int]], Awaitable[tuple[GalleryEntry, ...]]]
PathOf = Callable[[GalleryEntry], Path]


@dataclass(frozen=True)
class Exported:
    """What came of an export.

    Attributes:
        target: the folder or the file.
        count: how many pictures are in it.
        missing: how many are not, because their files are gone.
    """

    target: Path
    count: int
    missing: int = 0

    def sentence(self) -> str:
        """Return for people what was exported."""
        told = f"Exported {plural(self.count, 'picture')} to {safe_text(self.target)}."
        if self.missing:
            verb = "is" if self.missing == 1 else "are"
            told += f" {plural(self.missing, 'file')} {verb} not there any more."
        return told


class Exporter:
    """Exports pictures in threads.

    Files are whole or absent, also where the caller is cancelled; of a folder, the files that were copied
    before stay. No file is replaced without `replace`.

    Args:
        read: reads entries by their numbers; those that are gone are left out.
        path_of: returns the file of an entry.
    """

    def __init__(self, read: Read, path_of: PathOf) -> None:
        self._read = read
        self._path_of = path_of

    async def folder(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None
    ) -> Exported:
        """Copy the files of pictures into a folder; where a name is taken, `-2` and so on is put behind it.

        Raises:
            StorageError: a file could not be read or written; those before it are there.
        """
        return await self._in_thread(numbers, progress, partial(_copy_all, target))

    async def archive(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None, *, replace: bool = False
    ) -> Exported:
        """Put the files of pictures into one ZIP archive.

        Raises:
            InvalidInput: there is a file of that name, and `replace` is not set; or it is a folder.
            StorageError: a file could not be read or written; there is no archive then.
        """
        return await self._in_thread(numbers, progress, partial(_pack_all, target, replace))

    async def table(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None, *, replace: bool = False
    ) -> Exported:
        """Write what is known of pictures as a table, whose form is told by the end of the name (`TABLES`).

        Raises:
            InvalidInput: another ending, or see `archive`.
            StorageError: it could not be written; there is no table then.
        """
        if target.suffix.lower() not in TABLES:
            raise InvalidInput(f"A table is written as {' or '.join(TABLES)}, by the end of its name.")
        return await self._in_thread(numbers, progress, partial(_tabulate, target, replace))

    async def sheet(
        self, numbers: Sequence[int], target: Path, progress: Progress | None = None, *, replace: bool = False
    ) -> Exported:
        """Draw pictures onto one contact sheet; the end of the name says in what format (`FORMATS`).

        Raises:
            InvalidInput: too many pictures, another ending, or see `archive`.
            StorageError: it could not be written; there is no sheet then.
        """
        if len(numbers) > MOST_ON_A_SHEET:
            raise InvalidInput(
                f"A contact sheet has room for {MOST_ON_A_SHEET:,} pictures; these are {len(numbers):,}.",
                next_step="Mark fewer pictures, or filter.",
            )
        if target.suffix.lower() not in FORMATS:
            raise InvalidInput(f"A contact sheet is written as {', '.join(FORMATS)}, by the end of its name.")
        return await self._in_thread(numbers, progress, partial(_draw, target, replace))

    async def _in_thread(
        self, numbers: Sequence[int], progress: Progress | None, work: Callable[[_Run], Exported]
    ) -> Exported:
        loop = asyncio.get_running_loop()

        def read(part: Sequence[int]) -> tuple[GalleryEntry, ...]:
            async def asked() -> tuple[GalleryEntry, ...]:
                return await self._read(part)

            return asyncio.run_coroutine_threadsafe(asked(), loop).result()

        return await in_thread(
            lambda advance, stop: work(_Run(numbers, read, self._path_of, advance, stop)), progress
        )


@dataclass(frozen=True)
class _Run:
    """One export, as the thread sees it that makes it."""

    numbers: Sequence[int]
    read: Callable[[Sequence[int]], tuple[GalleryEntry, ...]]
    path_of: PathOf
    advance: Advance
    stop: threading.Event

    def entries(self) -> Iterator[GalleryEntry]:
        """Yield the pictures, and tell of each that is done. Raises `Stopped`."""
        done = 0
        for start in range(0, len(self.numbers), AT_ONCE):
            part = self.numbers[start : start + AT_ONCE]
            for entry in self.read(part):
                self.check()
                yield entry
                done += 1
                self.advance(done, len(self.numbers))

    def check(self) -> None:
        """Raise `Stopped` if nobody wants the export any more."""
        if self.stop.is_set():
            raise Stopped

    def blocks(self, source: BinaryIO) -> Iterator[bytes]:
        """Yield the content of a file. Raises `Stopped` and `OSError`."""
        while block := source.read(_BLOCK):
            self.check()
            yield block

    def files(self) -> Iterator[tuple[GalleryEntry, BinaryIO]]:
        """Yield the pictures whose files are there, opened. Raises `StorageError` if one cannot be read."""
        for entry in self.entries():
            if entry.missing:
                continue
            path = self.path_of(entry)
            try:
                file = open_ordinary(path)
            except (FileNotFoundError, NotAFile):
                continue
            except OSError as error:
                raise storage_fault(error, path, "could not be read") from error
            with file:
                yield entry, file

    def exported(self, target: Path, count: int) -> Exported:
        """Return what came of it."""
        return Exported(target, count, len(self.numbers) - count)


def _copy_all(target: Path, run: _Run) -> Exported:
    make_private_directory(target)
    count = 0
    for entry, source in run.files():
        wanted = target / export_name(entry.picture.path)
        with _disk_faults(wanted), Emerging(wanted) as new:
            new.file.writelines(run.blocks(source))
            for new.target in numbered(wanted):
                if new.keep():
                    break
        count += 1
    return run.exported(target, count)


def _pack_all(target: Path, replace: bool, run: _Run) -> Exported:
    names: set[str] = set()
    with _new_file(target, replace) as new:
        with zipfile.ZipFile(new.file, "w", zipfile.ZIP_STORED) as archive:
            for entry, source in run.files():
                wanted = numbered(Path(export_name(entry.picture.path)))
                name = next(path.name for path in wanted if path.name not in names)
                with archive.open(_member(name, entry), "w") as member:
                    member.writelines(run.blocks(source))
                names.add(name)
        _keep(new, replace)
    return run.exported(target, len(names))


def _member(name: str, entry: GalleryEntry) -> zipfile.ZipInfo:
    made = entry.picture.created_at.astimezone()
    info = zipfile.ZipInfo(name)
    if made.year >= _EARLIEST_YEAR:
        info.date_time = (made.year, made.month, made.day, made.hour, made.minute, made.second)
    info.external_attr = 0o600 << 16
    # What it is going to be decides whether the archive needs large numbers for it.
    info.file_size = entry.picture.size
    return info


def _tabulate(target: Path, replace: bool, run: _Run) -> Exported:
    count = 0
    with _new_file(target, replace) as new:
        table = TABLES[target.suffix.lower()](new.file)
        for entry in run.entries():
            table.write(entry)
            count += 1
        _keep(new, replace)
    return run.exported(target, count)


def _draw(target: Path, replace: bool, run: _Run) -> Exported:
    # Nothing is drawn for a name that is taken, and no number told twice.
    quiet = _Run(run.numbers, run.read, run.path_of, lambda *_: None, run.stop)
    cells = [_cell(entry, run.path_of) for entry in quiet.entries()]
    columns = math.ceil(math.sqrt(len(cells)))
    with _disk_faults(target):
        _check_free(target, replace)
        make_private_directory(target.parent)
        with temporary_directory(target.parent, prefix=".sheet-") as folder:
            drawn = Path(folder, f"sheet{target.suffix}")
            contact_sheet(_Watched(cells, run), drawn, columns=columns)
            if replace:
                drawn.replace(target)
            elif not move_to_new_name(drawn, target):
                raise _taken(target)
    return run.exported(target, sum(cell.path is not None for cell in cells))


def _cell(entry: GalleryEntry, path_of: PathOf) -> SheetCell:
    if entry.missing:
        return SheetCell(None, entry.picture.prompt, "the file is gone")
    return SheetCell(path_of(entry), entry.picture.prompt)


class _Watched(Sequence[SheetCell]):
    """The cells of a sheet; going through them tells how far it is, and ends when nobody wants it."""

    def __init__(self, cells: Sequence[SheetCell], run: _Run) -> None:
        self._cells = cells
        self._run = run

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, index: int) -> SheetCell: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SheetCell]: ...

    def __getitem__(self, index: int | slice) -> SheetCell | Sequence[SheetCell]:
        if isinstance(index, slice):
            return self._cells[index]
        self._run.check()
        cell = self._cells[index]
        self._run.advance(index + 1, len(self._cells))
        return cell


@contextmanager
def _new_file(target: Path, replace: bool) -> Iterator[Emerging]:
    """Begin a file that gets its name at the end."""
    with _disk_faults(target):
        _check_free(target, replace)
        with Emerging(target) as new:
            yield new


@contextmanager
def _disk_faults(target: Path) -> Iterator[None]:
    """Raise what the disk refuses as `StorageError`."""
    try:
        yield
    except OSError as error:
        raise storage_fault(error, target, "could not be written") from error


def _check_free(target: Path, replace: bool) -> None:
    if target.is_dir():
        raise InvalidInput(f"{safe_text(target)} is a folder.", next_step="Give the file another name.")
    if not replace and os.path.lexists(target):
        raise _taken(target)


def _keep(new: Emerging, replace: bool) -> None:
    if not new.keep(replace=replace):
        raise _taken(new.target)


def _taken(target: Path) -> InvalidInput:
    return InvalidInput(
        f"{safe_text(target)} is there already; it was not changed.", next_step="Choose another name."
    )
