"""Keeps the user's edits of training pictures until they are discarded, apart from the pictures."""

from __future__ import annotations

import asyncio
import os
import posixpath
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.found import Found
from fluxtui.domain.text import safe_text
from fluxtui.domain.workspace import History, Workspace
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.files import open_ordinary, write_atomic

MAX_BYTES = 50_000_000
NEW_CAPTION_MODE = 0o644
"""Of a caption that there was not: it is the user's own, as the pictures are."""

STORED_STEPS = 20
"""Changes that can still be undone after the program was left; all of them can while it runs."""


class WorkspaceService:
    """Loads and saves workspaces, one for each source.

    Args:
        storage: prepared.
    """

    def __init__(self, storage: StorageService) -> None:
        self._storage = storage

    async def load(self, source: Path) -> History:
        """Return the edits of a source; empty ones where there are none.

        Raises:
            StorageError: they are there but cannot be read; they are left as they are then.
        """
        return await asyncio.to_thread(self._load, source)

    async def save(self, history: History) -> None:
        """Put edits on the disk. Raises `StorageError`; what was saved before is left then."""
        await asyncio.to_thread(self._save, history)

    async def write_captions(self, found: Found, captions: Mapping[str, str], when: datetime) -> int:
        """Write captions beside the user's own pictures, which only ever happens on request.

        What they replace is put into the data directory first.

        Args:
            found: what is in the source, which must be a folder or files.
            captions: by the names of the pictures; `''` leaves the file alone.
            when: now.

        Returns:
            How many files were written; those that say the same already are not.

        Raises:
            DatasetError: the pictures are in an archive.
            StorageError: a file could not be written; those before it are.
        """
        if found.root is None:
            raise DatasetError(
                "The pictures are in an archive, which is never changed.",
                next_step="Export the captions to a file instead.",
            )
        return await asyncio.to_thread(self._write_captions, found, captions, when)

    def _load(self, source: Path) -> History:
        path = self._storage.workspace_path(_key(source))
        empty = History(present=Workspace(source=_key(source)))
        try:
            if not path.exists():
                return empty
            if path.stat().st_size > MAX_BYTES:
                raise StorageError(f"The edits in {safe_text(path)} are too large to be read.")
            return History.model_validate_json(path.read_bytes())
        except OSError as error:
            raise StorageError(f"The edits in {safe_text(path)} cannot be read: {error.strerror}.") from None
        except ValidationError:
            raise StorageError(
                f"The edits in {safe_text(path)} are damaged.",
                next_step="Move that file away to begin anew.",
            ) from None

    def _save(self, history: History) -> None:
        path = self._storage.workspace_path(history.present.source)
        stored = history.model_copy(
            update={"past": history.past[-STORED_STEPS:], "future": history.future[:STORED_STEPS]}
        )
        self._storage.write_atomic(path, stored.model_dump_json(exclude_defaults=True).encode())

    def _write_captions(self, found: Found, captions: Mapping[str, str], when: datetime) -> int:
        from fluxtui.services.datasets.caption_files import as_jsonl

        targets = {
            name: found.place_of(f"{posixpath.splitext(name)[0]}.txt")
            for name, text in captions.items()
            if text.strip()
        }
        before = {name: text for name, path in targets.items() if (text := _content(path)) is not None}
        changed = {name: path for name, path in targets.items() if before.get(name) != captions[name]}
        replaced = {name: before[name] for name in changed if name in before}
        if replaced:
            kept = self._storage.workspace_path(_key(found.source))
            name = f"{kept.stem}-captions-before-{when:%Y%m%dT%H%M%S}.jsonl"
            self._storage.write_atomic(kept.with_name(name), as_jsonl(replaced).encode())
        for name, path in changed.items():
            mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else NEW_CAPTION_MODE
            write_atomic(path, f"{captions[name].strip()}\n".encode(), mode)
        return len(changed)


def _content(path: Path) -> str | None:
    try:
        with open_ordinary(path) as file:
            return file.read(MAX_BYTES).decode("utf-8-sig").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StorageError(
            f"{safe_text(path)} was not replaced: {reason}.", next_step="Nothing was written."
        ) from None


def _key(source: Path) -> str:
    typed = str(source)
    return os.path.abspath(source.expanduser()) if typed.startswith(("/", "~", ".")) else typed
