"""What can be done with training pictures, without blocking the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.dataset import ArchiveSize
from fluxtui.domain.errors import DatasetError
from fluxtui.services.storage.files import sha256_of, storage_fault
from fluxtui.services.threads import in_thread, new_file

if TYPE_CHECKING:
    from fluxtui.domain.dataset import Dataset, DatasetRules, PackedDataset
    from fluxtui.domain.dataset_scan import DatasetScan
    from fluxtui.domain.workspace import Workspace
    from fluxtui.services.datasets.spelling import Spelling
    from fluxtui.services.storage import StorageService
    from fluxtui.services.threads import Advance, Progress


class DatasetService:
    """Looks through folders and ZIPs of training pictures and packs them for a trainer.

    Originals are only ever read. Progress is told in pictures. Cancelling a call stops its threads after the
    picture in hand.

    Args:
        memory: a directory in which to remember how pictures look, so that unchanged ones are looked at once;
            None to look at them every time.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory
        self._sizes: dict[tuple[str, str, int], ArchiveSize] = {}

    async def scan(self, source: Path, progress: Progress | None = None) -> DatasetScan:
        """Return everything in the source that `opening.open_source` finds for a path as typed.

        Raises:
            DatasetError: the source itself cannot be used.
        """
        return await in_thread(partial(self._scan, source), progress)

    def _scan(self, source: Path, advance: Advance, stop: threading.Event) -> DatasetScan:
        from fluxtui.services.datasets.scan import scan_source
        from fluxtui.services.datasets.scan_memory import ScanMemory

        return scan_source(source, ScanMemory(self._memory), advance, stop)

    async def spelled(self, typed: str) -> Spelling:
        """Return how a source is written, absolute and the same for all ways to type it."""
        return await asyncio.to_thread(self._spell, typed)

    def _spell(self, typed: str) -> Spelling:
        from fluxtui.services.datasets.spelling import spelled

        return spelled(typed)

    def check(self, scan: DatasetScan, rules: DatasetRules, workspace: Workspace | None = None) -> Dataset:
        """Return the dataset that a trainer with these rules would be sent, with its problems; at once."""
        from fluxtui.domain.workspace import Workspace
        from fluxtui.services.datasets.checks import check_dataset

        return check_dataset(scan, workspace or Workspace(source=str(scan.source)), rules)

    async def checked(
        self, scan: DatasetScan, rules: DatasetRules, workspace: Workspace | None = None
    ) -> Dataset:
        """Return the same, checked in a thread: thousands of pictures take longer than a key may."""
        return await asyncio.to_thread(self.check, scan, rules, workspace)

    def captions(
        self, scan: DatasetScan, workspace: Workspace, rules: DatasetRules | None = None
    ) -> Mapping[str, str]:
        """Return the captions of the pictures that are used, by name, with the edits; `''` for none.

        Where the trainer's rules are given and are for pairs, they are those of pairs, by their results.
        """
        from fluxtui.services.datasets.caption_checks import captions_of

        return captions_of(scan, workspace, rules.pairs if rules is not None else None)

    def fixed(self, dataset: Dataset, scan: DatasetScan, workspace: Workspace) -> Workspace:
        """Return the workspace with everything put right that the program can, as the problems say."""
        from fluxtui.services.datasets.checks import fixed

        return fixed(dataset, scan, workspace)

    async def inspect(self, source: Path, rules: DatasetRules, progress: Progress | None = None) -> Dataset:
        """Return what is in the source, with everything that is wrong with it, without any edits.

        Raises:
            DatasetError: `source` itself cannot be used.
        """
        return self.check(await self.scan(source, progress), rules)

    async def archive_size(self, dataset: Dataset, rules: DatasetRules) -> ArchiveSize:
        """Return how large the archive is that would be sent: the true size where it is packed already.

        Raises:
            DatasetError: a picture has changed since it was looked at, or cannot be read any more.
        """
        from fluxtui.services.datasets.packing import estimated_size

        key = _size_key(dataset, rules)
        if key not in self._sizes:
            estimated = await in_thread(lambda _, stop: estimated_size(dataset, rules, stop))
            self._sizes[key] = estimated
        return self._sizes[key]

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
            DatasetError: the dataset has blocking problems, its files have changed since, or the archive is
                larger than the trainer takes.
            StorageError: the archive could not be written.
        """
        from fluxtui.services.datasets.packing import pack_dataset

        if dataset.blocking:
            raise DatasetError(" ".join(problem.sentence() for problem in dataset.blocking))
        temporary = await new_file(storage.temporary, ".zip")
        try:
            packed = await in_thread(
                lambda advance, stop: pack_dataset(dataset, temporary, rules, advance, stop), progress
            )
            final = await asyncio.to_thread(_keep_once, storage, temporary, packed.sha256)
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)
        self._sizes[_size_key(dataset, rules)] = ArchiveSize(size=packed.size, is_exact=True)
        return packed.model_copy(update={"path": final})


def _size_key(dataset: Dataset, rules: DatasetRules) -> tuple[str, str, int]:
    return str(dataset.source), dataset.print, rules.max_pixels


def _keep_once(storage: StorageService, temporary: Path, sha256: str) -> Path:
    """Move an archive to its place and return that; one that is there already is used if it is whole."""
    final = storage.dataset_path(sha256)
    try:
        if final.exists() and sha256_of(final) == sha256:
            return final
        final.unlink(missing_ok=True)
    except OSError as error:
        raise storage_fault(error, final, "could not be used") from error
    return storage.keep(temporary, final)
