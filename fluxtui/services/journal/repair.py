"""Makes a new journal of what can still be read of a damaged one, which is kept as it is."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from fluxtui.domain.errors import StorageError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobEvent, JobState
from fluxtui.domain.picture import Picture
from fluxtui.domain.text import safe_text
from fluxtui.services.journal.faults import DAMAGE, set_aside, storage_error
from fluxtui.services.journal.gallery import MarkedRow
from fluxtui.services.journal.mending import mended
from fluxtui.services.journal.place import check
from fluxtui.services.journal.rows import columns_of, from_row, utc_text
from fluxtui.services.journal.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    migrate,
    missing_parts,
    version_by_parts,
)
from fluxtui.services.journal.search import has_sound_index, prepare_search
from fluxtui.services.storage.files import sync_directory, sync_file
from fluxtui.system.clock import utc_now
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import NotAFile
from fluxtui.system.private_files import create_new, temporary_directory


class _Note(BaseModel):
    key: str
    value: str


class _Tag(BaseModel):
    picture: int
    tag: str


class _Log(BaseModel):
    job_id: str
    text: str


class _Upload(BaseModel):
    profile: str
    sha256: str
    url: str
    expires_at: datetime


_MODELS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "jobs": (Job,),
    "events": (JobEvent,),
    "pictures": (Picture, MarkedRow),
    "finetunes": (Finetune,),
    "notes": (_Note,),
    "picture_tags": (_Tag,),
    "logs": (_Log,),
    "uploads": (_Upload,),
}
"""The tables that are saved, each with what its rows must make sense as."""
_SINCE = {"logs": 3, "uploads": 3, "picture_tags": 5}
"""The version of the journal that has a table, where not all of them have it."""
_OWNERS = {
    "events": "job_id NOT IN (SELECT id FROM jobs)",
    "pictures": "job_id NOT IN (SELECT id FROM jobs)",
    "logs": "job_id NOT IN (SELECT id FROM jobs)",
    "picture_tags": "picture NOT IN (SELECT number FROM pictures)",
}
"""The rows that belong to something which was lost, in an order in which they can be deleted."""
_WORDS = {"picture_tags": "tags of pictures", "logs": "logs of tasks"}
"""What a table is called for people, where its name does not say it."""
_SHARED_LOCK = (510, 0x40000002)
"""Length and place of the bytes that SQLite locks while a journal is open. Source: SQLite's file format."""
_UNSURE = (
    "The journal was damaged and repaired, so it is not sure whether this had been sent already. "
    "If so, it was charged."
)


@dataclass(frozen=True)
class Repair:
    """What came of a repair.

    Attributes:
        aside: where the damaged journal is now, untouched.
        saved: rows in the new journal by table.
        lost: rows that were read but make no sense by themselves, by table; only tables that have some.
        incomplete: tables of which a part could not be read at all.
        unsure: queued jobs that are in doubt now, since they may have been sent before.
        mended: rows in the new journal of which some values made no sense and are left out, by table.
    """

    aside: Path
    saved: Mapping[str, int]
    lost: Mapping[str, int]
    incomplete: tuple[str, ...]
    unsure: int
    mended: Mapping[str, int] = field(default_factory=dict)

    def sentence(self) -> str:
        """Return for people what was saved and what was not."""
        counts = (f"{count} {_words(table)}" for table, count in self.saved.items() if count)
        saved = ", ".join(counts) or "nothing"
        parts = [f"A new journal was made, with {saved} out of the damaged one, which is kept: {self.aside}."]
        missing = sorted(map(_words, {*self.incomplete, *self.lost}))
        if missing:
            parts.append(
                f"Some {', '.join(missing)} could not be saved; if jobs are missing, look in "
                "the service's dashboard for what was charged."
            )
        if self.mended:
            mended = ", ".join(f"{count} {_words(table)}" for table, count in self.mended.items())
            parts.append(f"Values that make no sense were left out of {mended}.")
        if self.unsure:
            parts.append(f"Queued jobs are in doubt now ({self.unsure}): they may have been sent before.")
        return " ".join(parts)


def _words(table: str) -> str:
    return _WORDS.get(table, table)


def repair_journal(path: Path) -> Repair | None:
    """Put a damaged journal aside and make a new one with all of it that can be read.

    It works on a copy, and waits for the disk: call it in a thread. Queued jobs become jobs in doubt: what
    was lost may be that they were sent.

    Returns:
        What was done, or None if nothing is wrong with the journal, which stays as it is.

    Raises:
        StorageError: there is none, another program has it open, it is none of this program or of a newer
            version, or there is no room for a new one.
    """
    try:
        with _reserved(path), temporary_directory(path.parent, prefix=".repair-") as name:
            copied, new = Path(name) / "damaged", Path(name) / "new"
            for companion in ("", "-wal"):
                if os.path.exists(f"{path}{companion}"):
                    shutil.copyfile(f"{path}{companion}", f"{copied}{companion}")
            found = _Salvage(copied)
            if found.is_sound:
                return None
            saved, unsure = _write_anew(new, found)
            sync_file(new)
            aside = set_aside(path)
            new.rename(path)
            sync_directory(path.parent)
    except OSError as error:
        raise StorageError(f"The journal {path} could not be repaired: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise storage_error(error, path) from error
    lost = {table: len(rows) - saved[table] + found.senseless[table] for table, rows in found.rows.items()}
    lost = {table: count for table, count in lost.items() if count}
    partly = {table: count for table, count in found.mended.items() if count}
    return Repair(aside, saved, lost, tuple(found.incomplete), unsure, partly)


@contextlib.contextmanager
def _reserved(path: Path) -> Iterator[None]:
    """Keep other programs from opening a journal. Raises `StorageError` if one has it open."""
    # Not waiting for the other end of a pipe.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK), "r+b", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise NotAFile(errno.EINVAL, "it is not a file")
        check(os.fstat(file.fileno()), Path(os.path.realpath(path)))
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, *_SHARED_LOCK)
        except OSError as error:
            raise StorageError(
                f"The journal {path} is in use by another program; nothing was changed.",
                next_step="Close FluxTUI everywhere, its collectors too, then try again.",
            ) from error
        yield


class _Salvage:
    """All rows that can be read out of a copy of a journal, and that make sense."""

    def __init__(self, path: Path) -> None:
        self.version = len(MIGRATIONS)
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in _MODELS}
        self.senseless = dict.fromkeys(_MODELS, 0)
        self.mended = dict.fromkeys(_MODELS, 0)
        self.incomplete: list[str] = []
        self.is_sound = False
        self._has_lost_letters = False
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = self._text
            if self._read_version(connection):
                for table, since in _SINCE.items():
                    if self.version < since:
                        del self.rows[table]
                for table in self.rows:
                    self._read(connection, table)
                harm = (*self.incomplete, *filter(None, (*self.senseless.values(), *self.mended.values())))
                self.is_sound = not harm and not self._has_lost_letters and _is_sound(connection)
            else:
                self.incomplete = list(_MODELS)

    def _text(self, content: bytes) -> str:
        try:
            return content.decode()
        except UnicodeDecodeError:
            self._has_lost_letters = True
        return content.decode("utf-8", "replace")

    def _read_version(self, connection: sqlite3.Connection) -> bool:
        try:
            mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        except DAMAGE:
            return False
        if mark != APPLICATION_ID and (mark or version or tables):
            raise StorageError("This is a database of another program; it was not touched.")
        if version > len(MIGRATIONS):
            raise StorageError(
                "The journal was written by a newer FluxTUI; it was not touched.", next_step="Update FluxTUI."
            )
        self.version = max(version, _version_by_parts(connection))
        return True

    def _read(self, connection: sqlite3.Connection, table: str) -> None:
        """Read a table from both ends, up to what cannot be read."""
        seen: dict[int, sqlite3.Row] = {}
        for direction in ("ASC", "DESC"):
            try:
                # The names are our own.
                rows = connection.execute(
                    f"SELECT rowid AS row_id, * FROM {table} ORDER BY row_id {direction}"  # noqa: S608
                )
                for row in rows:
                    if row["row_id"] in seen:
                        break
                    seen[row["row_id"]] = row
            except (*DAMAGE, OverflowError):
                self.incomplete += [table] if table not in self.incomplete else []
        for row_id in sorted(seen):
            values = {name: seen[row_id][name] for name in seen[row_id].keys()[1:]}
            if self._makes_sense(table, values):
                self.rows[table].append(values)
            elif (kept := mended(table, values, partial(self._makes_sense, table))) is not None:
                self.rows[table].append(kept)
                self.mended[table] += 1
            else:
                self.senseless[table] += 1

    def _makes_sense(self, table: str, values: Mapping[str, Any]) -> bool:
        for model in _MODELS[table]:
            known = dict.fromkeys(columns_of(model)) | _defaults(model) | dict(values)
            try:
                from_row(model, known)
            except StorageError:
                return False
        return True


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    return {name: info.get_default() for name, info in model.model_fields.items()}


def _version_by_parts(connection: sqlite3.Connection) -> int:
    """Return the version that the tables speak for, since what the file says of it can be damaged as well."""
    try:
        return version_by_parts(connection)
    except DAMAGE:
        return 0


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Tell whether a copy of a journal is whole and, opened as the program does, has what it should have."""
    try:
        migrate(connection)
        prepare_search(connection)
        whole = [row[0] for row in connection.execute("PRAGMA integrity_check")] == ["ok"]
        has_parts = not missing_parts(connection) and _outline(connection) == _right_outline()
        return whole and has_parts and has_sound_index(connection)
    except (*DAMAGE, StorageError):
        return False


def _outline(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Return kind and name of all tables, indexes, views and triggers but SQLite's own."""
    rows = connection.execute(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return frozenset((str(row[0]), str(row[1])) for row in rows)


def _right_outline() -> frozenset[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        prepare_search(connection)
        return _outline(connection)


def _write_anew(path: Path, found: _Salvage) -> tuple[dict[str, int], int]:
    """Write what was found into a new file; return the rows by table and how many jobs are unsure now."""
    create_new(path).close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # As a journal of its own version first, so that it becomes a new one as any other does.
        migrate(connection, MIGRATIONS[: found.version])
        connection.execute("BEGIN")
        for table, rows in found.rows.items():
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            sql = f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
            connection.executemany(sql, ([row.get(name) for name in names] for row in rows))
        for table in (each for each in _OWNERS if each in found.rows):
            connection.execute(f"DELETE FROM {table} WHERE {_OWNERS[table]}")  # noqa: S608
        connection.execute("COMMIT")
        migrate(connection)
        prepare_search(connection)
        unsure = _doubt_drafts(connection)
        counts = {
            table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
            for table in found.rows
        }
        counts["events"] -= unsure
    return counts, unsure


def _doubt_drafts(connection: sqlite3.Connection) -> int:
    """Put queued jobs in doubt, since that they were sent may be what was lost; return how many."""
    now = utc_text(utc_now())
    values = {"draft": JobState.DRAFT.value, "doubt": JobState.IN_DOUBT.value, "now": now, "why": _UNSURE}
    connection.execute("BEGIN")
    connection.execute(
        "INSERT INTO events (job_id, at, state, note) SELECT id, :now, :doubt, :why FROM jobs"
        " WHERE state = :draft",
        values,
    )
    changed = connection.execute(
        "UPDATE jobs SET state = :doubt, maybe_billed = 1, error_title = 'In doubt', error = :why,"
        " remote_status = NULL, updated_at = :now WHERE state = :draft",
        values,
    )
    connection.execute("UPDATE jobs SET lease_owner = NULL, lease_until = NULL")
    connection.execute("COMMIT")
    return changed.rowcount


def main(arguments: Sequence[str]) -> int:
    """Repair the journal that is named and tell what was done; return 0, or 1 if it could not be done."""
    if len(arguments) != 1:
        sys.stderr.write("Name the journal to be repaired: its file in the data directory.\n")
        return 2
    try:
        repair = repair_journal(Path(arguments[0]))
    except StorageError as error:
        sys.stderr.write(f"{safe_text(error.sentence())}\n")
        return 1
    told = "Nothing is wrong with the journal." if repair is None else repair.sentence()
    sys.stdout.write(f"{safe_text(told)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
