"""Pictures in the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.job_changes import move_job
from fluxtui.services.journal.rows import insert


class PictureStore:
    """The table of pictures. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def add(self, picture: Picture) -> None:
        """Write a picture of a job that is in the journal."""
        await self._database.write(lambda connection: insert(connection, "pictures", picture))

    async def finish(
        self,
        job_id: str,
        picture: Picture,
        /,
        *,
        more: Sequence[Picture] = (),
        note: str = "",
        **changes: Any,
    ) -> Job:
        """Write a job's picture and move the job to done, both or neither, and return the job.

        `more` are further pictures of the same job, written in the same transaction.

        Raises:
            IllegalTransition: the job is not one that can be done now.
            StorageError: there is no such job, or the journal could not be written.
        """

        def work(connection: sqlite3.Connection) -> Job:
            for each in (picture, *more):
                insert(connection, "pictures", each)
            fields = {"picture": picture.path} | changes
            return move_job(connection, self._clock(), job_id, JobState.DONE, note, fields)

        return await self._database.write(work)

    async def get(self, picture_id: str) -> Picture | None:
        """Return a picture, or None if there is none with this id."""
        found = await self._select("SELECT * FROM pictures WHERE id = ?", picture_id)
        return found[0] if found else None

    async def for_job(self, job_id: str) -> tuple[Picture, ...]:
        """Return the pictures of a job, oldest first, those in the trash among them."""
        return await self._select("SELECT * FROM pictures WHERE job_id = ? ORDER BY number", job_id)

    async def has(self, path: str) -> bool:
        """Tell whether a picture is known at a path, relative to the data directory."""
        sql = "SELECT EXISTS (SELECT 1 FROM pictures WHERE path = ?)"
        return await self._database.read(
            lambda connection: bool(connection.execute(sql, (path,)).fetchone()[0])
        )

    async def recent(self, limit: int = 200) -> tuple[Picture, ...]:
        """Return the newest pictures that are not in the trash, newest first."""
        sql = "SELECT * FROM pictures WHERE trashed_at IS NULL ORDER BY number DESC LIMIT ?"
        return await self._select(sql, limit)

    async def _select(self, sql: str, *values: Any) -> tuple[Picture, ...]:
        return await self._database.read(
            lambda connection: tuple(self._database.unreadable.read(Picture, connection.execute(sql, values)))
        )
