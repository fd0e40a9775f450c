"""One SQLite file, opened in one worker thread, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from fluxtui.domain.errors import JournalDamaged, JournalGone, StorageError
from fluxtui.services.journal.faults import repair_step, storage_error
from fluxtui.services.journal.place import check_opened, settled
from fluxtui.services.journal.rows import UnreadableRow
from fluxtui.services.journal.schema import migrate, missing_parts
from fluxtui.services.journal.search import prepare_search
from fluxtui.services.journal.unreadable import UnreadableRows

Result = TypeVar("Result")
LOGGED_PAGES = 64
"""After so many pages in the log of what was written, 4 KiB each, they are put into the file itself."""
LOGGED_BYTES = 1_048_576
"""What the log may keep on the disk after a larger transaction."""
Transaction = Callable[[sqlite3.Connection], Result]


class Database:
    """Runs pieces of work on the database, each in a transaction of its own, one after the other.

    Args:
        path: the file; it is made, readable by its owner only, if it does not exist.
        lock_timeout: seconds to wait for another program that holds the lock.
    """

    def __init__(self, path: Path, *, lock_timeout: float = 5.0) -> None:
        self.path = path
        self.searches_words = False
        """Whether there is an index of the words of prompts; see `journal/search.py`."""
        self.unreadable = UnreadableRows(path)
        """The rows that could not be understood so far."""
        self._lock_timeout = lock_timeout
        self._executor: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None
        self._changes = 0
        self._data_version = 0
        self._file: tuple[int, int] | None = None

    async def open(self) -> None:
        """Open the file and bring it to the newest version. Does nothing if that was asked before.

        Raises:
            StorageError: damaged, locked, read-only, of a newer version, or on a full disk.
        """
        if self._executor is not None:
            return
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="journal")
        try:
            await self._run(self._connect)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Finish what was begun, and close the file. Does nothing if it is closed."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(executor, self._disconnect))
        executor.shutdown(wait=False)

    async def read(self, work: Transaction[Result]) -> Result:
        """Return what `work` reads, all of it from one state of the database."""
        return await self._run(lambda: self._transaction("BEGIN", work))

    async def write(self, work: Transaction[Result], *, quiet: bool = False) -> Result:
        """Run `work` in one transaction, committed to the disk on return, or not at all.

        It is carried out even if the caller is cancelled meanwhile: what was paid must be noted.
        `quiet` work does not count as a change in `version`.
        """
        return await self._run(lambda: self._counted(work, quiet))

    async def check(self) -> None:
        """See that what is written now can be read later. Raises `JournalGone`."""
        await self._run(self._check_file)

    async def version(self) -> int:
        """Return a number that grows when anything was changed here or by another program."""
        return await self._run(self._read_version)

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._executor is None:
            raise RuntimeError("the journal is not open")
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._executor, self._guarded, work))

    def _guarded(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except sqlite3.Error as error:
            raise storage_error(error, self.path) from error
        except UnreadableRow as error:
            self.unreadable.note(error)
            raise
        except UnicodeDecodeError:
            raise JournalDamaged(
                f"The journal {self.path} holds text that is none. Nothing was deleted.",
                next_step=repair_step(self.path),
            ) from None
        except (OverflowError, UnicodeEncodeError):
            # A number beyond 64 bits, or half a surrogate pair: what a service answers can hold either.
            raise StorageError(
                "There is a value that the journal cannot hold; nothing was written."
            ) from None

    def _connect(self) -> None:
        identity = settled(self.path)
        connection = sqlite3.connect(self.path, timeout=self._lock_timeout, isolation_level=None)
        try:
            check_opened(identity, self.path)
            connection.row_factory = sqlite3.Row
            # A text that is none must not end the reading of all others; its row is told as unreadable.
            connection.text_factory = _text
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection)
            self._check_tables(connection)
            self.searches_words = prepare_search(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {LOGGED_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {LOGGED_BYTES}")
            self._file = self._file_now()
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _check_tables(self, connection: sqlite3.Connection) -> None:
        missing = missing_parts(connection)
        if missing:
            raise JournalDamaged(
                f"The journal {self.path} lacks {', '.join(missing[:3])}, which this program made it with. "
                "Nothing was deleted.",
                next_step=repair_step(self.path),
            )

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _transaction(self, begin: str, work: Transaction[Result]) -> Result:
        if self._connection is None:
            raise RuntimeError("the journal is not open")
        self._connection.execute(begin)
        try:
            result = work(self._connection)
            self._connection.execute("COMMIT")
        finally:
            # Without effect after a commit.
            self._connection.rollback()
        return result

    def _file_now(self) -> tuple[int, int] | None:
        """Return which file is at the journal's path, or None."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_file(self) -> None:
        """See that what is written can be read again: a deleted file takes everything and keeps nothing."""
        if self._file_now() != self._file:
            raise JournalGone(
                f"The journal {self.path} was deleted or replaced while this program uses it, so nothing "
                "can be written down, and nothing more is sent.",
                next_step="Bring it back from a copy, or start the program again with a new one.",
            )

    def _counted(self, work: Transaction[Result], quiet: bool) -> Result:
        self._check_file()
        before = self._connection.total_changes if self._connection else 0
        result = self._transaction("BEGIN IMMEDIATE", work)
        if not quiet and self._connection and self._connection.total_changes != before:
            self._changes += 1
        return result

    def _read_version(self) -> int:
        if self._connection is None:
            raise RuntimeError("the journal is not open")
        # It tells only of other connections, and only that it differs.
        seen = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        if seen != self._data_version:
            self._data_version = seen
            self._changes += 1
        return self._changes


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
