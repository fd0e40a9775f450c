"""Keeps the user's edits of training pictures until they are discarded, apart from the pictures."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.text import safe_text
from fluxtui.domain.workspace import UNSURE, History, Workspace
from fluxtui.services.datasets.caption_matching import caption_targets, pair_caption_targets
from fluxtui.services.datasets.encodings import decoded
from fluxtui.services.datasets.spelling import spelled
from fluxtui.services.datasets.tracking import marked
from fluxtui.services.storage import StorageService
from fluxtui.services.storage.files import write_atomic
from fluxtui.system.ordinary_files import open_ordinary, read_ordinary

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

    async def of(self, scan: DatasetScan) -> History:
        """Return the edits of what was found, with what they were made on; that is kept where it is new.

        Raises `StorageError` like `load` and `save`.
        """
        history = await self.load(scan.source)
        known = await asyncio.to_thread(history.every, lambda workspace: marked(workspace, scan))
        if known != history:
            await self.save(known)
        return known

    async def save(self, history: History) -> None:
        """Put edits on the disk. Raises `StorageError`; what was saved before is left then."""
        await asyncio.to_thread(self._save, history)

    async def write_captions(
        self, scan: DatasetScan, captions: Mapping[str, str], when: datetime, *, pairs: bool = False
    ) -> int:
        """Write captions beside the user's own pictures, which only ever happens on request.

        What they replace is put into the data directory first.

        Args:
            scan: what is in the source, which must be a folder or files.
            captions: by the names of the pictures; `''` leaves the file alone.
            when: now.
            pairs: whether they are captions of pairs, by the names of the results.

        Returns:
            How many files were written; those that say the same already are not.

        Raises:
            DatasetError: the pictures are in an archive.
            StorageError: a file could not be written; those before it are.
        """
        if scan.root is None:
            raise DatasetError(
                "The pictures are in an archive, which is never changed.",
                next_step="Export the captions to a file instead.",
            )
        return await asyncio.to_thread(self._write_captions, scan, captions, when, pairs=pairs)

    def _load(self, source: Path) -> History:
        key = spelled(source).key
        path = self._storage.workspace_path(key)
        if path.exists():
            return self._read(path)
        for former, is_sure in former_keys(source):
            old = self._storage.workspace_path(former)
            if old.exists():
                return _taken_over(self._read(old), key, is_sure=is_sure)
        return History(present=Workspace(source=key))

    def _read(self, path: Path) -> History:
        try:
            if path.stat().st_size > MAX_BYTES:
                raise StorageError(f"The edits in {safe_text(path)} are too large to be read.")
            return History.model_validate_json(read_ordinary(path, MAX_BYTES))
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

    def _write_captions(
        self, scan: DatasetScan, captions: Mapping[str, str], when: datetime, *, pairs: bool
    ) -> int:
        from fluxtui.services.datasets.caption_files import as_jsonl

        wanted = {name: text for name, text in captions.items() if text.strip()}
        named = (pair_caption_targets if pairs else caption_targets)(scan, wanted)
        targets = {name: scan.place_of(target) for name, target in named.items()}
        before = {name: text for name, path in targets.items() if (text := _content(path)) is not None}
        changed = {name: path for name, path in targets.items() if before.get(name) != captions[name]}
        replaced = {name: before[name] for name in changed if name in before}
        if replaced:
            kept = self._storage.workspace_path(spelled(scan.source).key)
            name = f"{kept.stem}-captions-before-{when:%Y%m%dT%H%M%S}.jsonl"
            self._storage.write_atomic(kept.with_name(name), as_jsonl(replaced).encode())
        for name, path in changed.items():
            mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else NEW_CAPTION_MODE
            write_atomic(path, f"{captions[name].strip()}\n".encode(), mode)
        return len(changed)


def _content(path: Path) -> str | None:
    try:
        with open_ordinary(path) as file:
            text = decoded(file.read(MAX_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_replaced(path, str(error.strerror)) from None
    if text is None:
        raise _not_replaced(path, "it is not UTF-8 text")
    return text.strip()


def _not_replaced(path: Path, reason: str) -> StorageError:
    return StorageError(f"{safe_text(path)} was not replaced: {reason}.", next_step="Nothing was written.")


def former_keys(source: Path) -> tuple[tuple[str, bool], ...]:
    """Return under which names versions up to 2026-11 kept the edits of a source.

    With each is told whether they surely belong to it: a path below the current directory was kept as it was
    typed, so that the same one in another directory had the same edits.
    """
    absolute = spelled(source).shown
    below = os.path.relpath(absolute, os.getcwd()) if os.path.isabs(absolute) else absolute
    relative = () if below.startswith(("/", "..")) else ((below, False),)
    return ((absolute, True), *relative)


def _taken_over(history: History, key: str, *, is_sure: bool) -> History:
    """Return the edits of another name under a new one."""

    def change(workspace: Workspace) -> Workspace:
        doubted = {} if is_sure else {name: {"made_on": UNSURE} for name in workspace.edits}
        return workspace.edited_all(doubted).model_copy(update={"source": key})

    return history.every(change)
