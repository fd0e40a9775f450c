"""What is in a source, judged by the rules of a trainer with the present edits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.dataset.edits import DatasetEdits
from fluxtui.controllers.dataset.rows import PictureRow, picture_rows
from fluxtui.domain.dataset import Dataset, DatasetRules, ProblemKind
from fluxtui.domain.errors import FluxError
from fluxtui.domain.workspace import History, Workspace

if TYPE_CHECKING:
    from PIL.Image import Image

    from fluxtui.domain.dataset_scan import DatasetScan, ScannedPicture
    from fluxtui.services.bundle import Services
    from fluxtui.services.datasets.previewing import Previews
    from fluxtui.services.threads import Progress

RowsMade = Callable[[tuple[PictureRow, ...]], None]


class DatasetReview:
    """Owns what is known of the pictures; looks and judges in threads, for there may be thousands of them.

    Args:
        services: look, judge and keep thumbnails.
        edits: of the pictures.
        source: of the pictures, as typed.
        rules: of the trainer.
        rows_made: is called with all pictures in the thread that has judged them, before they are known here.
    """

    def __init__(
        self,
        services: Services,
        edits: DatasetEdits,
        source: Path,
        rules: DatasetRules,
        rows_made: RowsMade | None = None,
    ) -> None:
        self._services = services
        self._edits = edits
        self._source = source
        self._rules = rules
        self._rows_made = rows_made
        self._scan: DatasetScan | None = None
        self._dataset: Dataset | None = None
        self._judged_history: History | None = None
        self._rows: tuple[PictureRow, ...] = ()
        self._by_name: Mapping[str, PictureRow] = {}
        self._previews: Previews | None = None

    @property
    def scan(self) -> DatasetScan | None:
        """What is in the source, None while that is not known."""
        return self._scan

    @property
    def dataset(self) -> Dataset | None:
        """The dataset as it was judged last."""
        return self._dataset

    @property
    def rows(self) -> tuple[PictureRow, ...]:
        """All pictures as they were judged last."""
        return self._rows

    @property
    def previews(self) -> Previews | None:
        """Makes the pictures that are shown; None until they were looked through, another one after."""
        return self._previews

    @property
    def is_current(self) -> bool:
        """Whether the pictures are judged with the present edits, or there is nothing to be judged."""
        return self._scan is None or self._judged_history is self._edits.history

    @property
    def has_outdated(self) -> bool:
        """Whether there are edits that were made on other pictures or captions than there are now."""
        problems = self._dataset.problems if self._dataset is not None else ()
        return any(problem.kind is ProblemKind.EDIT for problem in problems)

    def row(self, name: str) -> PictureRow | None:
        """Return a picture as it was judged, None where there is none of that name."""
        return self._by_name.get(name)

    def usable(self, name: str) -> ScannedPicture | None:
        """Return a picture that can be edited, None where it cannot be read or is not there."""
        pictures = self._scan.pictures if self._scan is not None else ()
        return next((item for item in pictures if item.name == name and item.look is not None), None)

    def captions(self) -> dict[str, str]:
        """Return the captions of all pictures that are used, with the present edits, `''` for none."""
        if self._scan is None:
            return {}
        return dict(self._services.datasets.captions(self._scan, self._edits.present, self._rules))

    def thumbnail(self, name: str) -> Image:
        """Return the small picture of a name; blocking. Raises `FluxError`."""
        if self._previews is None:
            raise FluxError("is not looked at yet")
        row = self._by_name.get(name)
        inputs = row.inputs if row is not None else ()
        return self._previews.thumbnail(name, self._edits.present.of(name), inputs)

    async def look(self, progress: Progress) -> None:
        """Look through the source and read its edits; it is not judged then.

        Raises:
            DatasetError: the source cannot be used.
            StorageError: the edits cannot be read.
        """
        from fluxtui.services.datasets.previewing import Previews

        self._scan = await self._services.datasets.scan(self._source, progress)
        await self._edits.load(self._scan)
        self.close()
        self._previews = Previews(self._scan, self._services.thumbnails)
        self._judged_history = None

    async def judge(self) -> None:
        """Judge what was looked through with the edits of now, which may be others by its end."""
        scan, history = self._scan, self._edits.history
        if scan is None:
            return
        dataset = await self._services.datasets.checked(scan, self._rules, history.present)
        self._rows = await asyncio.to_thread(self._make_rows, scan, dataset, history.present)
        self._by_name = {row.name: row for row in self._rows}
        self._dataset, self._judged_history = dataset, history

    def _make_rows(self, scan: DatasetScan, dataset: Dataset, workspace: Workspace) -> tuple[PictureRow, ...]:
        """Return all pictures; one that is as it was before is the same object."""
        before = self._by_name
        rows = tuple(
            before[row.name] if before.get(row.name) == row else row
            for row in picture_rows(scan, dataset, workspace)
        )
        if self._rows_made is not None:
            self._rows_made(rows)
        return rows

    def close(self) -> None:
        """Close the source."""
        if self._previews is not None:
            self._previews.close()
            self._previews = None
