"""The journal as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fluxtui.services.journal.database import Database
from fluxtui.services.journal.finetunes import FinetuneStore
from fluxtui.services.journal.jobs import JobStore
from fluxtui.services.journal.notes import NoteStore
from fluxtui.services.journal.spending import SpendingStore
from fluxtui.services.journal.trash import TrashStore
from fluxtui.services.journal.unreadable import UnreadableRows
from fluxtui.system.clock import utc_now

if TYPE_CHECKING:
    from fluxtui.services.journal.gallery import GalleryStore
    from fluxtui.services.journal.logs import LogStore
    from fluxtui.services.journal.marks import MarkStore
    from fluxtui.services.journal.pictures import PictureStore
    from fluxtui.services.journal.prompts import PromptStore
    from fluxtui.services.journal.uploads import UploadStore


class Journal:
    """All that must outlive the program, in one SQLite file; each method of its stores is one transaction.

    A store that a start does not ask is made when it is first asked.

    Several journals, in this and other programs, may be open on one file.

    Args:
        path: the file, in a directory that exists; made if it does not exist.
        clock: tells the time, aware.
        lock_timeout: seconds to wait while another program is writing.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], datetime] = utc_now, lock_timeout: float = 5.0
    ) -> None:
        self._clock = clock
        self._database = Database(path, lock_timeout=lock_timeout)
        self.jobs = JobStore(self._database, clock)
        self.trash = TrashStore(self._database, clock)
        self.finetunes = FinetuneStore(self._database)
        self.notes = NoteStore(self._database, clock)
        self.spending = SpendingStore(self._database)

    @cached_property
    def pictures(self) -> PictureStore:
        """Keeps what is known of each picture."""
        from fluxtui.services.journal.pictures import PictureStore

        return PictureStore(self._database, self._clock)

    @cached_property
    def gallery(self) -> GalleryStore:
        """Finds pictures."""
        from fluxtui.services.journal.gallery import GalleryStore

        return GalleryStore(self._database)

    @cached_property
    def marks(self) -> MarkStore:
        """Keeps what the user noted on pictures."""
        from fluxtui.services.journal.marks import MarkStore

        return MarkStore(self._database)

    @cached_property
    def prompts(self) -> PromptStore:
        """Finds what was written before."""
        from fluxtui.services.journal.prompts import PromptStore

        return PromptStore(self._database)

    @cached_property
    def uploads(self) -> UploadStore:
        """Remembers where files were uploaded to."""
        from fluxtui.services.journal.uploads import UploadStore

        return UploadStore(self._database, self._clock)

    @cached_property
    def logs(self) -> LogStore:
        """Keeps what tasks have printed."""
        from fluxtui.services.journal.logs import LogStore

        return LogStore(self._database)

    @property
    def path(self) -> Path:
        """Where the journal is."""
        return self._database.path

    @property
    def unreadable(self) -> UnreadableRows:
        """The rows that could not be understood when they were read."""
        return self._database.unreadable

    async def open(self) -> None:
        """Open the journal, making or updating its tables. Raises `StorageError` if that cannot be done."""
        await self._database.open()

    async def close(self) -> None:
        """Finish what was begun, and close the journal."""
        await self._database.close()

    async def check(self) -> None:
        """See that the journal's file is still the one that is open. Raises `JournalGone`."""
        await self._database.check()

    async def version(self) -> int:
        """Return a number that grows when jobs, pictures or finetunes changed, here or in another program.

        Notes and leases are not counted when they change here.
        """
        return await self._database.version()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
