"""What can be done with LoRA files on disk, without blocking the event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from fluxtui.api.limits import WEIGHTS_LIMITS
from fluxtui.domain.errors import StorageError, WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Weights
from fluxtui.services.journal import Journal
from fluxtui.services.lora.contents import check_is_lora
from fluxtui.services.lora.copying import copied, has_content, hashed
from fluxtui.services.lora.dashboard import DashboardFile, accepted_base, exported, steps_for
from fluxtui.services.lora.reading import HeaderReading, base_named_beside, read
from fluxtui.services.lora.safetensors import Header, header_of, open_weights
from fluxtui.services.lora.sampling import sampled
from fluxtui.services.lora.unpacking import Opened, opened_weights
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Advance, Progress, in_thread, new_file
from fluxtui.services.typed_paths import meant
from fluxtui.system.dataclass import dataclass

OWN_FILE = "file"
"""The source of a LoRA that the user brought."""


@dataclass(frozen=True)
class FileInspection:
    """What a look into a file showed: its header, what that means, and what is wrong with its numbers."""

    header: Header
    reading: HeaderReading
    fault: str = ""


class LoraService:
    """Checks, keeps and hands out LoRA files. Cancelling a call stops its thread after the block in hand.

    Args:
        storage: prepared.
        journal: open.
    """

    def __init__(self, storage: StorageService, journal: Journal) -> None:
        self._storage = storage
        self._journal = journal
        self._keeping = threading.Lock()

    async def check(
        self, path: Path, *, source: str, progress: Progress | None = None, shown: str = ""
    ) -> Weights:
        """Look through a file, in the data directory or elsewhere, and return what it is.

        Args:
            path: the file, in which `~` is the home.
            source: where it came from.
            progress: is told the bytes done and in all.
            shown: what a message calls the file; if empty, its name.

        Raises:
            WeightsError: it cannot be read, or is not a whole LoRA file.
        """
        name = shown or path.name

        def work(advance: Advance, stop: threading.Event) -> Weights:
            with open_weights(found := meant(path)) as file:
                seen = _seen(file, name, stop)
                sha256 = hashed(file, seen.header.size, name, advance, stop)
            return _weights(seen, sha256, self._shown_path(found), source)

        return await in_thread(work, progress)

    async def look(self, path: Path) -> FileInspection:
        """Return what the LoRA in a file or archive is, without reading all of it.

        Args:
            path: the file, in which `~` is the home.

        Raises:
            WeightsError: it cannot be read, or there is no LoRA in it.
            StorageError: there is no room to unpack an archive.
        """

        def work(_advance: Advance, stop: threading.Event) -> FileInspection:
            found = meant(path)
            with self._opened(found, stop) as opened:
                return _seen(opened.file, opened.name, stop, base_named_beside(found))

        return await in_thread(work)

    async def keep(self, part: Path, *, name: str, source: str, shown: str = "") -> Weights:
        """Move a finished file from its temporary place to that of LoRAs, for the user alone.

        A LoRA that is kept already is kept once: the file is deleted then, and the other one returned. No
        file is ever replaced.

        Args:
            part: a temporary file of the data directory; where this fails it is left there.
            name: of the LoRA, for people.
            source: where it came from.
            shown: what a message calls the file; if empty, its name.

        Raises:
            WeightsError: it is not a whole LoRA file.
            StorageError: it could not be moved.
        """
        ours = self._storage.inside(part)
        weights = await self.check(ours, source=source, shown=shown)
        return await asyncio.to_thread(self._kept, ours, name, weights)

    async def take_in(self, path: Path, *, name: str = "", progress: Progress | None = None) -> Weights:
        """Copy the user's own file into the data directory; the file itself is only read.

        Args:
            path: the file, in which `~` is the home; of an archive, the LoRA in it is taken.
            name: of the LoRA, for people; if empty, that of the file.
            progress: is told the bytes done and in all.

        Raises:
            WeightsError: it cannot be read, or is not a whole LoRA file.
            StorageError: it does not fit on the disk, or could not be written.
        """

        def work(advance: Advance, stop: threading.Event) -> Weights:
            found = meant(path)
            with self._opened(found, stop) as opened:
                return self._copied(opened, part, advance, stop, base_named_beside(found))

        part = await new_file(self._storage.temporary, ".part")
        try:
            weights = await in_thread(work, progress)
            return await asyncio.to_thread(self._kept, part, name.strip() or path.stem, weights)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)

    async def prepare_for_dashboard(
        self, weights: Weights, *, name: str, folder: Path | None = None
    ) -> DashboardFile:
        """Put a kept LoRA under a name for BFL's dashboard where the user can upload it from.

        Args:
            weights: as kept.
            name: what it should be called there; the nearest name that can be given is taken.
            folder: where the file is wanted; if None, a folder of the data directory.

        Raises:
            WeightsError: the dashboard does not take a LoRA for its model, or the file is missing or damaged.
            StorageError: the file could not be put there.
        """
        base = accepted_base(weights)
        taken = {finetune.id for finetune in await self._journal.finetunes.all()}
        if not await self.verify(weights):
            raise WeightsError(
                f"{safe_text(weights.path, limit=200)} is missing, or no longer what it was.",
                next_step="Fetch it again, or add it again from your own copy.",
            )
        path = await asyncio.to_thread(self._exported, weights, folder, name, taken)
        return DashboardFile(path, path.stem, base, steps_for(path, path.stem, base))

    async def remove(self, weights: Weights) -> None:
        """Delete a kept LoRA from the disk; nothing happens if it is gone. Raises `StorageError`."""
        await asyncio.to_thread(self._storage.remove_lora, weights.path)

    async def verify(self, weights: Weights) -> bool:
        """Tell whether a kept LoRA is there with just its content.

        Raises:
            StorageError: it is there, but cannot be read.
        """
        return await asyncio.to_thread(self._is_whole, weights)

    def _is_whole(self, weights: Weights) -> bool:
        return has_content(self._storage.inside(weights.path), weights.size, weights.sha256)

    def _shown_path(self, path: Path) -> str:
        try:
            return self._storage.relative(Path(os.path.abspath(path)))
        except StorageError:
            return os.path.abspath(path)

    def _opened(self, path: Path, stop: threading.Event) -> AbstractContextManager[Opened]:
        return opened_weights(
            path,
            lambda: self._storage.temporary(".part"),
            max_bytes=WEIGHTS_LIMITS.max_bytes,
            stop=stop,
        )

    def _copied(
        self, opened: Opened, part: Path, advance: Advance, stop: threading.Event, beside: dict[str, str]
    ) -> Weights:
        # Before the copy, so that nothing useless is copied; after it, since the file may have changed.
        name = opened.name
        seen = _seen(opened.file, name, stop, beside)
        sha256 = copied(opened.file, part, seen.header.size, name, advance, stop)
        with open_weights(part) as ours:
            seen = _seen(ours, name, stop, beside)
            return _weights(seen, sha256, self._storage.relative(part), OWN_FILE)

    def _kept(self, part: Path, name: str, weights: Weights) -> Weights:
        with self._keeping:
            final = self._same(weights)
            if final is None:
                final = self._storage.keep(part, self._storage.lora_path(name, weights.sha256))
            else:
                part.unlink(missing_ok=True)
        return weights.model_copy(update={"path": self._storage.relative(final)})

    def _same(self, weights: Weights) -> Path | None:
        kept = self._storage.loras_like(weights.sha256)
        return next((path for path in kept if has_content(path, weights.size, weights.sha256)), None)

    def _exported(self, weights: Weights, folder: Path | None, name: str, taken: set[str]) -> Path:
        target = self._storage.export_directory() if folder is None else meant(folder)
        if not target.is_dir():
            raise StorageError(
                f"{safe_text(target, limit=200)} is not a folder.", next_step="Choose one that exists."
            )
        source = self._storage.inside(weights.path)
        # What is done to a file elsewhere must not happen to ours.
        return exported(source, weights, target, name, taken, link=folder is None)


def _seen(
    file: BinaryIO, name: str, stop: threading.Event, beside: Mapping[str, str] = MappingProxyType({})
) -> FileInspection:
    header = header_of(file, name)
    check_is_lora(header, name)
    told = replace(header, metadata={**beside, **header.metadata})
    return FileInspection(told, read(told), sampled(file, header, name, stop).fault())


def _weights(seen: FileInspection, sha256: str, path: str, source: str) -> Weights:
    reading = seen.reading
    return Weights(
        path=path,
        size=seen.header.size,
        sha256=sha256,
        tensors=len(seen.header.tensors),
        dtype=reading.dtype,
        rank=reading.rank,
        base=reading.base,
        possible=reading.possible,
        kind=reading.kind,
        fault=seen.fault,
        layout=reading.layout,
        metadata=reading.metadata,
        source=source,
    )
