"""What SQLite's failures mean to the user, as sentences; and how a damaged journal is put aside."""

from __future__ import annotations

import os
import shlex
import sqlite3
import sys
from pathlib import Path

from fluxtui.domain.errors import JournalDamaged, StorageError
from fluxtui.domain.text import safe_text

DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading a damaged file raises: the second where SQLite's own words quote what is no text."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_UNREACHABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_NOT_AS_MADE = (
    *("no such column", "no such table", "no such index", "table ", "malformed JSON", "JSON cannot hold"),
    *("duplicate column name", "index "),
)
"""How SQLite's sentences begin where a table, column or index is not there or another one."""
_COMPANIONS = ("", "-wal", "-shm")


def repair_command(path: Path | None = None) -> str:
    """Return what the user runs to repair the journal at `path`, to be copied into a shell."""
    journal = "JOURNAL" if path is None else shlex.quote(str(path))
    return f"{shlex.quote(sys.executable)} -P -m fluxtui.services.journal.repair {journal}"


def storage_error(error: sqlite3.Error, path: Path) -> StorageError:
    """Return the sentence for a failure of the database at `path`."""
    # The low byte is the kind of failure, the rest its details. Errors of the module itself have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _DAMAGED:
        return JournalDamaged(
            f"The journal {path} is damaged or is no journal. Nothing was deleted.",
            next_step=repair_step(path),
        )
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(_NOT_AS_MADE):
        return JournalDamaged(
            f"The journal {path} is not as this program made it: {safe_text(str(error), limit=120)}. "
            "Nothing was deleted.",
            next_step=repair_step(path),
        )
    if code in _LOCKED:
        return StorageError(
            f"The journal {path} is locked by another program and could not be used.",
            next_step="Close the program that holds it, or wait for it, then try again.",
        )
    if code == sqlite3.SQLITE_READONLY:
        return StorageError(
            f"The journal {path} cannot be written: it, or its disk, is read-only.",
            next_step="Give yourself the right to write there, or choose another data directory.",
        )
    if code in _UNREACHABLE:
        return StorageError(
            f"The journal {path} cannot be opened.",
            next_step="Check that it is a file, and that you may read and write it and its directory.",
        )
    if code == sqlite3.SQLITE_FULL:
        return StorageError(
            f"The disk is full: the journal {path} could not be written.",
            next_step="Make room on that disk, then try again.",
        )
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(
            f"The disk of the journal {path} failed to read or write it.",
            next_step="Check the disk, and that it is not full or unplugged, then try again.",
        )
    return StorageError(
        f"The journal {path} could not be used: {safe_text(str(error), limit=200)}.",
        next_step=repair_step(path),
    )


def repair_step(path: Path) -> str:
    """Return the sentence that says how the damaged journal at `path` is repaired."""
    return (
        f"Close FluxTUI everywhere and run {repair_command(path)} : it keeps the file as "
        f"{aside_path(path)} and makes a new journal of what can still be read."
    )


def aside_path(path: Path, count: int = 1) -> Path:
    """Return the first free name for a damaged journal, beside it: `journal.damaged-1.sqlite3`."""
    while True:
        candidate = path.with_name(f"{path.stem}.damaged-{count}{path.suffix}")
        if not any(os.path.lexists(f"{candidate}{companion}") for companion in _COMPANIONS):
            return candidate
        count += 1


def set_aside(path: Path) -> Path:
    """Rename a damaged journal, and the files that SQLite keeps beside it, and return its new name.

    Nothing is deleted. No journal may be open on it, here or in another program.

    Raises:
        StorageError: it could not be renamed.
    """
    target = aside_path(path)
    try:
        # The log goes first: a journal without its log is still whole, a new journal with an old log is not.
        for companion in reversed(_COMPANIONS):
            source = Path(f"{path}{companion}")
            if source.exists():
                source.rename(f"{target}{companion}")
    except OSError as error:
        raise StorageError(f"The journal {path} could not be moved to {target}: {error.strerror}.") from error
    return target
