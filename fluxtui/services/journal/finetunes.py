"""The local copy of the finetunes, usable without a network."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence

from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.services.journal.database import Database
from fluxtui.services.journal.rows import UnreadableRow, from_row, insert


class FinetuneStore:
    """The table of finetunes. Every method raises `StorageError` if the journal cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], tuple[int, Finetune]] = {}
        """What was read last, with what tells whether its row is another one by now."""

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

        return await self._database.write(
            lambda connection: tuple(put(connection, finetune) for finetune in finetunes)
        )

    async def get(self, profile: str, finetune_id: str) -> Finetune | None:
        """Return a finetune, or None if it is not known."""
        return await self._database.read(lambda connection: _find(connection, profile, finetune_id))

    async def all(self, profile: str | None = None) -> tuple[Finetune, ...]:
        """Return the finetunes of a profile, or of all, by name."""
        sql = "SELECT * FROM finetunes WHERE ?1 IS NULL OR profile = ?1 ORDER BY lower(name), profile, id"
        return await self._database.read(
            lambda connection: tuple(self._read(connection.execute(sql, (profile,)), whole=profile is None))
        )

    async def set_favourite(self, profile: str, finetune_id: str, favourite: bool) -> Finetune | None:
        """Mark a finetune as a favourite or not, and return it, or None if it is not known."""

        def work(connection: sqlite3.Connection) -> Finetune | None:
            sql = "UPDATE finetunes SET favourite = ? WHERE profile = ? AND id = ?"
            connection.execute(sql, (favourite, profile, finetune_id))
            return _find(connection, profile, finetune_id)

        return await self._database.write(work)

    async def remove(self, profile: str, finetune_id: str) -> None:
        """Forget a finetune here; nothing is deleted at the service."""
        sql = "DELETE FROM finetunes WHERE profile = ? AND id = ?"
        await self._database.write(
            lambda connection: connection.execute(sql, (profile, finetune_id)).rowcount
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
            return missing

        return await self._database.write(work)

    def _read(self, rows: Iterable[sqlite3.Row], *, whole: bool) -> Iterator[Finetune]:
        """Yield what the rows hold, the same object as last time where a row is the same.

        To understand a row takes a hundred times as long as to read it. `whole`: there are no others.
        """
        known: dict[tuple[str, str], tuple[int, Finetune]] = {}
        for row in rows:
            key, mark = (row["profile"], row["id"]), hash(tuple(row))
            before = self._known.get(key)
            if before is not None and before[0] == mark:
                known[key] = before
                yield before[1]
            else:
                for finetune in self._database.unreadable.read(Finetune, (row,)):
                    known[key] = mark, finetune
                    yield finetune
        self._known = known if whole else {**self._known, **known}


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
