"""The local copy of the finetunes, usable without a network."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import UnreadableRow, from_row, insert

Result = TypeVar("Result")
Key = tuple[str, str]
"""Profile and id of a finetune."""

_ORDER = "ORDER BY lower(name), profile, id"


class FinetuneStore:
    """The table of finetunes. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[Key, tuple[int, Finetune]] = {}
        """All that were read last, by name, with what tells whether a row is another one by now."""
        self._all: tuple[Finetune, ...] = ()
        self._read_of: tuple[sqlite3.Connection, int] | None = None
        """By which connection, and the number of what others had written by then."""
        self._written: set[Key] = set()
        """Those that were written here since."""

    async def put(self, finetune: Finetune) -> Finetune:
        """Write a finetune, new or known, and return what is known of it now.

        What the given one does not tell is kept from the known one: services leave much out, and the
        dataset, the job and the favourite mark are known only here. `set_favourite` takes the mark away.
        """
        return (await self.put_many((finetune,)))[0]

    async def put_many(self, finetunes: Sequence[Finetune]) -> tuple[Finetune, ...]:
        """Write several finetunes as `put` does, all or none.

        One that is known and cannot be read stays as it is.
        """

        def put(connection: sqlite3.Connection, finetune: Finetune) -> Finetune:
            try:
                return _put(connection, finetune)
            except UnreadableRow as error:
                self._database.unreadable.note(error)
                return finetune

        return await self._write(
            [(finetune.profile, finetune.id) for finetune in finetunes],
            lambda connection: tuple(put(connection, finetune) for finetune in finetunes),
        )

    async def get(self, profile: str, finetune_id: str) -> Finetune | None:
        """Return a finetune, or None if it is not known."""
        return await self._database.read(lambda connection: _find(connection, profile, finetune_id))

    async def all(self, profile: str | None = None) -> tuple[Finetune, ...]:
        """Return the finetunes of a profile, or of all, by name, the same ones where nothing was written."""
        found = await self._database.read(self._read_all)
        return found if profile is None else tuple(item for item in found if item.profile == profile)

    async def set_favourite(self, profile: str, finetune_id: str, favourite: bool) -> Finetune | None:
        """Mark a finetune as a favourite or not, and return it, or None if it is not known."""

        def work(connection: sqlite3.Connection) -> Finetune | None:
            sql = "UPDATE finetunes SET favourite = ? WHERE profile = ? AND id = ?"
            connection.execute(sql, (favourite, profile, finetune_id))
            return _find(connection, profile, finetune_id)

        return await self._write([(profile, finetune_id)], work)

    async def remove(self, profile: str, finetune_id: str) -> None:
        """Forget a finetune here; nothing is deleted at the service."""
        sql = "DELETE FROM finetunes WHERE profile = ? AND id = ?"
        await self._write(
            [(profile, finetune_id)],
            lambda connection: connection.execute(sql, (profile, finetune_id)).rowcount,
        )

    async def mark_missing(self, profile: str, seen_ids: Collection[str]) -> tuple[Finetune, ...]:
        """Mark as missing the ready finetunes of a profile that the service did not list, and return them."""

        def work(connection: sqlite3.Connection) -> tuple[Finetune, ...]:
            sql = "SELECT * FROM finetunes WHERE profile = ? AND state = ?"
            rows = connection.execute(sql, (profile, FinetuneState.READY.value)).fetchall()
            ready = self._database.unreadable.read(Finetune, rows)
            missing = tuple(
                finetune.model_copy(update={"state": FinetuneState.MISSING})
                for finetune in ready
                if finetune.id not in seen_ids
            )
            for finetune in missing:
                insert(connection, "finetunes", finetune, replace=True)
                self._written.add((profile, finetune.id))
            return missing

        return await self._database.write(work)

    async def _write(self, keys: Collection[Key], work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Write some finetunes, which are then read again when they are asked for."""

        def noted(connection: sqlite3.Connection) -> Result:
            self._written.update(keys)
            return work(connection)

        return await self._database.write(noted)

    def _read_all(self, connection: sqlite3.Connection) -> tuple[Finetune, ...]:
        """Return all, by name: with nothing read where nothing was written, and few rows where only here."""
        # In a transaction this is the number of what is read in it.
        connection.execute("SELECT 1 FROM finetunes LIMIT 1").fetchone()
        read_of = connection, int(connection.execute("PRAGMA data_version").fetchone()[0])
        if read_of != self._read_of:
            self._take(connection.execute(f"SELECT * FROM finetunes {_ORDER}").fetchall())  # noqa: S608
        elif self._written:
            self._take_written(connection)
        self._read_of = read_of
        self._written.clear()
        return self._all

    def _take(self, rows: Collection[sqlite3.Row]) -> None:
        """Take all rows; to understand one takes a hundred times as long as to see that it is the same."""
        known: dict[Key, tuple[int, Finetune]] = {}
        for row in rows:
            key, mark = (row["profile"], row["id"]), hash(tuple(row))
            before = self._known.get(key)
            if before is not None and before[0] == mark:
                known[key] = before
            else:
                known |= self._understood(row)
        self._known = known
        self._all = tuple(finetune for _, finetune in known.values())

    def _take_written(self, connection: sqlite3.Connection) -> None:
        """Read what was written here; the order of all as well where a name is new or another one."""
        sql = "SELECT * FROM finetunes WHERE profile = ? AND id = ?"
        is_order_kept = True
        for key in self._written:
            row, before = connection.execute(sql, key).fetchone(), self._known.get(key)
            understood = {} if row is None else self._understood(row)
            if understood and before is not None and understood[key][1].name == before[1].name:
                self._known |= understood
            else:
                is_order_kept = is_order_kept and before is None and not understood
                self._known.pop(key, None)
                self._known |= understood
        if not is_order_kept:
            keys = connection.execute(f"SELECT profile, id FROM finetunes {_ORDER}")  # noqa: S608
            self._known = {key: self._known[key] for key in map(tuple, keys) if key in self._known}
        self._all = tuple(finetune for _, finetune in self._known.values())

    def _understood(self, row: sqlite3.Row) -> dict[Key, tuple[int, Finetune]]:
        mark = hash(tuple(row))
        return {
            (finetune.profile, finetune.id): (mark, finetune)
            for finetune in self._database.unreadable.read(Finetune, (row,))
        }


def _find(connection: sqlite3.Connection, profile: str, finetune_id: str) -> Finetune | None:
    sql = "SELECT * FROM finetunes WHERE profile = ? AND id = ?"
    row = connection.execute(sql, (profile, finetune_id)).fetchone()
    return None if row is None else from_row(Finetune, row)


def _put(connection: sqlite3.Connection, finetune: Finetune) -> Finetune:
    known = _find(connection, finetune.profile, finetune.id)
    merged = finetune if known is None else _merged(known, finetune)
    insert(connection, "finetunes", merged, replace=True)
    return merged


def _merged(known: Finetune, told: Finetune) -> Finetune:
    untold = [name for name in Finetune.model_fields if getattr(told, name) is None]
    kept = {name: getattr(known, name) for name in untold}
    kept["favourite"] = known.favourite or told.favourite
    kept["raw"] = told.raw or known.raw
    # A service that tells no name gets the id for one.
    if told.name in ("", told.id):
        kept["name"] = known.name
    return told.model_copy(update=kept)
