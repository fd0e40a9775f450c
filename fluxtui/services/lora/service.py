"""What can be done with LoRA files on disk, without blocking the event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import BinaryIO

from fluxtui.domain.errors import StorageError, WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Weights
from fluxtui.services.journal import Journal
from fluxtui.services.lora.copying import copied, has_content, hashed
from fluxtui.services.lora.dashboard import Prepared, accepted_base, exported, steps_for
from fluxtui.services.lora.reading import read
from fluxtui.services.lora.safetensors import Header, header_of, open_weights
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Advance, Progress, in_thread, new_file
from fluxtui.services.typed_paths import meant

OWN_FILE = "file"
"""The source of a LoRA that the user brought."""


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

    async def check(self, path: Path, *, source: str, progress: Progress | None = None) -> Weights:
        """Look through a file, in the data directory or elsewhere, and return what it is.

        Args:
            path: the file, in which `~` is the home.
            source: where it came from.
            progress: is told the bytes done and in all.

        Raises:
            WeightsError: it cannot be read, or is not a whole LoRA file.
        """

        def work(advance: Advance, stop: threading.Event) -> Weights:
            with open_weights(found := meant(path)) as file:
                header = header_of(file, path.name)
                sha256 = hashed(file, header.size, path.name, advance, stop)
            return _weights(header, sha256, self._shown_path(found), source)

        return await in_thread(work, progress)

    async def keep(self, part: Path, *, name: str, source: str) -> Weights:
        """Move a finished file from its temporary place to that of LoRAs, for the user alone.

        A LoRA that is kept already is kept once: the file is deleted then, and the other one returned. No
        file is ever replaced.

        Args:
            part: a temporary file of the data directory; where this fails it is left there.
            name: of the LoRA, for people.
            source: where it came from.

        Raises:
            WeightsError: it is not a whole LoRA file.
            StorageError: it could not be moved.
        """
        ours = self._storage.inside(part)
        weights = await self.check(ours, source=source)
        return await asyncio.to_thread(self._kept, ours, name, weights)

    async def take_in(self, path: Path, *, name: str = "", progress: Progress | None = None) -> Weights:
        """Copy the user's own file into the data directory; the file itself is only read.

        Args:
            path: the file, in which `~` is the home.
            name: of the LoRA, for people; if empty, that of the file.
            progress: is told the bytes done and in all.

        Raises:
            WeightsError: it cannot be read, or is not a whole LoRA file.
            StorageError: it does not fit on the disk, or could not be written.
        """

        def work(advance: Advance, stop: threading.Event) -> Weights:
            with open_weights(meant(path)) as file:
                return self._copied(file, path.name, part, advance, stop)

        part = await new_file(self._storage.temporary, ".part")
        try:
            weights = await in_thread(work, progress)
            return await asyncio.to_thread(self._kept, part, name.strip() or path.stem, weights)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)

    async def prepare_for_dashboard(
        self, weights: Weights, *, name: str, folder: Path | None = None
    ) -> Prepared:
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
        return Prepared(path, path.stem, base, steps_for(path, path.stem, base))

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

    def _copied(
        self, file: BinaryIO, name: str, part: Path, advance: Advance, stop: threading.Event
    ) -> Weights:
        # Before the copy, so that nothing useless is copied; after it, since the file may have changed.
        header = header_of(file, name)
        sha256 = copied(file, part, header.size, name, advance, stop)
        with open_weights(part) as ours:
            return _weights(header_of(ours, name), sha256, self._storage.relative(part), OWN_FILE)

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


def _weights(header: Header, sha256: str, path: str, source: str) -> Weights:
    reading = read(header)
    return Weights(
        path=path,
        size=header.size,
        sha256=sha256,
        tensors=len(header.tensors),
        dtype=reading.dtype,
        rank=reading.rank,
        base=reading.base,
        layout=reading.layout,
        metadata=reading.metadata,
        source=source,
    )
