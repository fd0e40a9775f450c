"""Where the files of pictures are: in their places, in the trash, or on the way.

A move is written down before the file is touched and again when it is done, so that one which was interrupted
anywhere is found and finished later. The job of a picture always knows where it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from fluxtui.domain.jobs import JobState
from fluxtui.services.journal.job_changes import change_job, require_job, write_event
from fluxtui.services.journal.rows import json_text, utc_text
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.services.journal.database import Database

TRASH = "trash"
"""The directory of the trash in the data directory."""

IsFree = Callable[[str], bool]
"""Tells whether no file has a path, relative to the data directory; it may wait for the disk."""
Names = Callable[[str], Iterable[str]]
"""Yields a path and others like it, to choose one that is free."""

_ASKED = "number IN (SELECT value FROM json_each(?))"
_TAKEN = (
    "SELECT EXISTS (SELECT 1 FROM pictures WHERE path = ?1 OR moving_to = ?1)"
    f" OR EXISTS (SELECT 1 FROM jobs WHERE state = '{JobState.COLLECTING}' AND picture = ?1)"
)


@dataclass(frozen=True)
class Move:
    """The file of a picture on its way.

    Attributes:
        number: of the picture.
        source: where the file was, relative to the data directory.
        target: where it goes; empty where it is deleted.
        home: where it was before it went to the trash.
    """

    number: int
    source: str
    target: str
    home: str

    @property
    def restores(self) -> bool:
        """Whether it goes out of the trash, back to the other pictures."""
        return bool(self.target) and self.source != self.home


class TrashStore:
    """Moves of pictures by their numbers. Every method raises `StorageError` if the journal fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def begin_trashing(self, numbers: Sequence[int], names: Names, is_free: IsFree) -> tuple[Move, ...]:
        """Write down that pictures are going to the trash, and return the moves.

        Pictures that are in the trash, or on the way, are passed over.
        """
        sql = f"SELECT number, path FROM pictures WHERE {_ASKED} AND trashed_at IS NULL AND moving_to IS NULL"
        change = "UPDATE pictures SET trashed_at = ?, home = path, moving_to = ? WHERE number = ?"
        now = utc_text(self._clock())

        def work(connection: sqlite3.Connection) -> tuple[Move, ...]:
            moves = []
            for number, path in connection.execute(sql, (json_text(list(numbers)),)).fetchall():
                wanted = f"{TRASH}/{number}-{PurePosixPath(path).name}"
                target = _free(connection, names(wanted), is_free)
                connection.execute(change, (now, target, number))
                moves.append(Move(number, path, target, path))
            return tuple(moves)

        return await self._database.write(work)

    async def begin_restoring(
        self, numbers: Sequence[int], names: Names, is_free: IsFree
    ) -> tuple[Move, ...]:
        """Write down that pictures are going back to where they were, or near to it, and return the moves.

        Pictures that are not in the trash, or on the way, are passed over.
        """
        sql = (
            f"SELECT number, path, coalesce(home, path) FROM pictures WHERE {_ASKED}"
            " AND trashed_at IS NOT NULL AND moving_to IS NULL"
        )

        def work(connection: sqlite3.Connection) -> tuple[Move, ...]:
            moves = []
            for number, path, home in connection.execute(sql, (json_text(list(numbers)),)).fetchall():
                target = _free(connection, names(home), is_free)
                connection.execute("UPDATE pictures SET moving_to = ? WHERE number = ?", (target, number))
                moves.append(Move(number, path, target, home))
            return tuple(moves)

        return await self._database.write(work)

    async def begin_deleting(self, after: int, limit: int) -> tuple[Move, ...]:
        """Write down that some pictures of the trash are being deleted, and return the moves.

        Args:
            after: only those with a greater number.
            limit: how many at most.
        """
        sql = (
            "SELECT number, path, home FROM pictures INDEXED BY pictures_in_trash"
            " WHERE trashed_at IS NOT NULL AND (moving_to IS NULL OR moving_to = '') AND number > ?"
            " ORDER BY number LIMIT ?"
        )

        def work(connection: sqlite3.Connection) -> tuple[Move, ...]:
            rows = connection.execute(sql, (after, limit)).fetchall()
            asked = json_text([row["number"] for row in rows])
            connection.execute(f"UPDATE pictures SET moving_to = '' WHERE {_ASKED}", (asked,))
            return tuple(Move(row["number"], row["path"], "", row["home"] or "") for row in rows)

        return await self._database.write(work)

    async def unfinished(self) -> tuple[Move, ...]:
        """Return the moves that were begun, by this or another program, and are not finished."""
        sql = (
            "SELECT number, path, moving_to, home FROM pictures INDEXED BY pictures_moving"
            " WHERE moving_to IS NOT NULL ORDER BY number"
        )
        return await self._database.read(
            lambda connection: tuple(
                Move(number, path, target, home or "")
                for number, path, target, home in connection.execute(sql)
            )
        )

    async def finish(self, moves: Sequence[Move]) -> None:
        """Write down that files are where they were going; what another program finished is passed over."""

        def work(connection: sqlite3.Connection) -> None:
            for move in moves:
                self._finish(connection, move)

        await self._database.write(work)

    async def give_up(self, moves: Sequence[Move]) -> None:
        """Write down that files stay where they were."""

        def work(connection: sqlite3.Connection) -> None:
            for move in moves:
                leaves_home = move.source == move.home
                stay = (
                    "trashed_at = NULL, home = NULL, moving_to = NULL" if leaves_home else "moving_to = NULL"
                )
                connection.execute(
                    f"UPDATE pictures SET {stay} WHERE number = ? AND moving_to = ?",
                    (move.number, move.target),
                )

        await self._database.write(work)

    def _finish(self, connection: sqlite3.Connection, move: Move) -> None:
        sql = "SELECT job_id FROM pictures WHERE number = ? AND moving_to = ?"
        row = connection.execute(sql, (move.number, move.target)).fetchone()
        if row is None:
            return
        if not move.target:
            connection.execute("DELETE FROM pictures WHERE number = ?", (move.number,))
            self._tell_job(connection, row["job_id"], move, "its picture was deleted for good")
            return
        back = ", trashed_at = NULL, home = NULL" if move.restores else ""
        connection.execute(
            f"UPDATE pictures SET path = moving_to, moving_to = NULL{back} WHERE number = ?", (move.number,)
        )
        told = (
            f"its picture is back: {move.target}" if move.restores else "its picture was moved to the trash"
        )
        self._tell_job(connection, row["job_id"], move, told)

    def _tell_job(self, connection: sqlite3.Connection, job_id: str, move: Move, note: str) -> None:
        job, now = require_job(connection, job_id), self._clock()
        changes: dict[str, Any] = {"picture": move.target or None} if job.picture == move.source else {}
        write_event(connection, change_job(connection, now, job, changes), now, note)


def _free(connection: sqlite3.Connection, names: Iterable[str], is_free: IsFree) -> str:
    return next(
        name for name in names if not connection.execute(_TAKEN, (name,)).fetchone()[0] and is_free(name)
    )
