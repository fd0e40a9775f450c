"""What finetunes were trained on: the archives that were sent, and the pictures that they were made of."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from pathlib import Path

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.errors import DatasetError, StorageError
from fluxtui.domain.text import safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.datasets import DatasetService
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import Progress
from fluxtui.system.dataclass import dataclass
from fluxtui.system.ordinary_files import open_ordinary
from fluxtui.system.private_files import create_new

_BLOCK = 1 << 20


@dataclass(frozen=True)
class TrainingArchive:
    """The archive that a training was sent.

    Attributes:
        path: absolute, in the data directory.
        shown: the same relative to it, as the journal has it.
        size: of what was sent, in bytes, 0 where that is not known.
        is_there: whether a file of that size is still there.
    """

    path: Path
    shown: str
    size: int
    is_there: bool


@dataclass(frozen=True)
class TrainingSource:
    """What to take for training the same again.

    Attributes:
        source: a path as the user would type it, or `''` where nothing is known.
        is_archive: whether it is the archive that was sent.
        is_same: whether it surely is what was trained on.
    """

    source: str
    is_archive: bool
    is_same: bool


class TrainingSetService:
    """Answers what was trained on. `dataset` is always what the journal keeps of it with job and finetune.

    Args:
        storage: prepared.
        datasets: looks through the user's pictures.
        workspaces: has the user's edits of them.
    """

    def __init__(
        self, storage: StorageService, datasets: DatasetService, workspaces: WorkspaceService
    ) -> None:
        self._storage = storage
        self._datasets = datasets
        self._workspaces = workspaces

    async def archive_of(self, dataset: TrainingSet | None) -> TrainingArchive | None:
        """Return the archive of a training, or None where the journal names none."""
        return await asyncio.to_thread(self._archive_of, dataset or TrainingSet())

    def _archive_of(self, dataset: TrainingSet) -> TrainingArchive | None:
        if not dataset.path:
            return None
        told = dataset.size or 0
        try:
            path = self._storage.inside(dataset.path)
            there = path.stat().st_size if path.is_file() else None
        except (StorageError, OSError):
            return None
        is_there = there is not None and (not told or there == told)
        return TrainingArchive(path, safe_text(dataset.path), told, is_there)

    async def origin(
        self,
        dataset: TrainingSet | None,
        rules: DatasetRules | None,
        progress: Progress | None = None,
    ) -> TrainingSource:
        """Return what to train the same again with: the user's own pictures, else the archive that was kept.

        Args:
            dataset: what was trained on.
            rules: of the trainer; without them the user's pictures cannot be compared.
            progress: told of the pictures that are looked at.
        """
        known = dataset or TrainingSet()
        source = known.source
        if source and rules is not None and await self._is_same(source, known, rules, progress):
            return TrainingSource(source, is_archive=False, is_same=True)
        kept = await self.archive_of(known)
        if kept is not None and kept.is_there:
            return TrainingSource(str(kept.path), is_archive=True, is_same=True)
        return TrainingSource(source, is_archive=False, is_same=False)

    async def _is_same(
        self, source: str, known: TrainingSet, rules: DatasetRules, progress: Progress | None
    ) -> bool:
        with suppress(DatasetError, StorageError):
            found = await self._datasets.scan(Path(source), progress)
            workspace = (await self._workspaces.load(found.source)).present
            return looks_like(await self._datasets.checked(found, rules, workspace), known)
        return False

    async def export(self, dataset: TrainingSet | None, target: Path) -> Path:
        """Copy the archive of a training to a new file, compare it with its hash, and return its path.

        Raises:
            StorageError: the archive is gone or damaged, something is there already, or it cannot be written.
        """
        kept = await self.archive_of(dataset)
        if kept is None or not kept.is_there:
            raise StorageError("The archive that was trained on is no longer in the data directory.")
        sha256 = dataset.sha256 if dataset is not None else ""
        await asyncio.to_thread(_copy, kept.path, target, sha256)
        return target


def looks_like(dataset: Dataset, known: TrainingSet) -> bool:
    """Tell whether a dataset looks as one that was trained on, by all that the journal has of that."""
    if known.print:
        return known.print == dataset.print and known.content in {"", dataset.content}
    # Trainings of older versions of the program.
    names = tuple(picture.name for picture in dataset.pictures)
    return known.names == names and known.captioned == dataset.captioned


def _copy(source: Path, target: Path, sha256: str) -> None:
    digest = hashlib.sha256()
    try:
        with open_ordinary(source) as reading, create_new(target) as writing:
            try:
                while block := reading.read(_BLOCK):
                    digest.update(block)
                    writing.write(block)
                if sha256 and digest.hexdigest() != sha256:
                    raise StorageError("The archive in the data directory is damaged; nothing was copied.")
            except BaseException:
                target.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise StorageError(
            f"{safe_text(target, limit=200)} is there already; it was left as it is.",
            next_step="Choose another name.",
        ) from None
    except OSError as error:
        raise StorageError(
            f"The archive could not be copied to {safe_text(target, limit=200)}: {error.strerror}."
        ) from None
