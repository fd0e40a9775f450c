"""What can be done with training pictures, without blocking the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fluxtui.domain.dataset import Dataset, DatasetRules, PackedDataset
from fluxtui.domain.errors import DatasetError

if TYPE_CHECKING:
    from fluxtui.services.storage import StorageService

Progress = Callable[[int, int], None]
"""Called with pictures done and pictures in all, on the event loop."""

R = TypeVar("R")


class DatasetService:
    """Looks through folders and ZIPs of training pictures and packs them for a trainer.

    Originals are only ever read. Cancelling a call stops its threads after the picture in hand.
    """

    async def inspect(self, source: Path, rules: DatasetRules, progress: Progress | None = None) -> Dataset:
        """Return what is in the folder or ZIP at `source`, with everything that is wrong with it.

        Raises:
            DatasetError: `source` itself cannot be used.
        """
        from fluxtui.services.datasets.inspection import inspect_source

        return await _in_thread(lambda advance, stop: inspect_source(source, rules, advance, stop), progress)

    async def pack(
        self,
        dataset: Dataset,
        storage: StorageService,
        rules: DatasetRules,
        progress: Progress | None = None,
    ) -> PackedDataset:
        """Write the training archive of `dataset` into the data directory and return it.

        The same dataset gives the same archive; one that is there already is used again.

        Raises:
            DatasetError: the dataset has blocking problems, or its files have changed since.
            StorageError: the archive could not be written.
        """
        from fluxtui.services.datasets.packing import pack_dataset

        if dataset.blocking:
            raise DatasetError(" ".join(problem.sentence() for problem in dataset.blocking))
        temporary = await asyncio.to_thread(storage.temporary, ".zip")
        try:
            packed = await _in_thread(
                lambda advance, stop: pack_dataset(dataset, temporary, rules, advance, stop), progress
            )
            final = await asyncio.to_thread(_keep_once, storage, temporary, packed.sha256)
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)
        return packed.model_copy(update={"path": final})


def _keep_once(storage: StorageService, temporary: Path, sha256: str) -> Path:
    final = storage.dataset_path(sha256)
    return final if final.exists() else storage.keep(temporary, final)


async def _in_thread(
    work: Callable[[Callable[[int, int], None], threading.Event], R], progress: Progress | None
) -> R:
    """Run `work` in a thread, hand its progress to the event loop, and stop it if we are cancelled."""
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def advance(done: int, total: int) -> None:
        if progress is not None and not stop.is_set():
            loop.call_soon_threadsafe(progress, done, total)

    running = asyncio.ensure_future(asyncio.to_thread(work, advance, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.gather(running, return_exceptions=True)
        raise
