"""The edits of one source: a history, undone and done again, and put on the disk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.domain.workspace import History, Workspace
from fluxtui.services.datasets.tracking import EditStamps, marked, marks_of

if TYPE_CHECKING:
    from fluxtui.domain.dataset_scan import DatasetScan
    from fluxtui.services.datasets.workspaces import WorkspaceService


class DatasetEdits:
    """Owns what the user has changed in a dataset, and what of it is on the disk.

    Args:
        source: of the pictures, as typed.
        workspaces: keep the edits.
    """

    def __init__(self, source: Path, workspaces: WorkspaceService) -> None:
        self._workspaces = workspaces
        self._history = History(present=Workspace(source=str(source)))
        self._saved: History | None = None
        """What is on the disk, as far as it is known."""
        self._marks: EditStamps | None = None
        """Of the source as it was looked through last."""
        self._saving = asyncio.Lock()

    @property
    def history(self) -> History:
        """The edits as they are now; another value after every change."""
        return self._history

    @property
    def present(self) -> Workspace:
        """The workspace as it is now."""
        return self._history.present

    async def load(self, scan: DatasetScan) -> None:
        """Mark edits with what is in the source from now on, and read those of before, once.

        Raises:
            StorageError: they cannot be read; nothing is written over them then.
        """
        self._marks = await asyncio.to_thread(marks_of, scan)
        if self._saved is None:
            self._history = self._saved = await self._workspaces.of(scan)

    def change(self, workspace: Workspace, done: str, *, going_on: bool = False) -> bool:
        """Take over a changed workspace and tell whether it is another one; it is not saved yet.

        Args:
            workspace: after the change.
            done: what was done, in words that fit after "Undone: ".
            going_on: it is one with the change before, such as typing.
        """
        if self._marks is not None:
            workspace = marked(workspace, self._marks, self._history.present)
        before, self._history = self._history, self._history.changed(workspace, done, going_on=going_on)
        return self._history is not before

    def undo(self) -> str:
        """Take the last change back and return what it was in words, `''` where there is none."""
        before, self._history = self._history, self._history.undone()
        return before.past[-1].done if before.past else ""

    def redo(self) -> str:
        """Do the last undone change again and return what it was in words, `''` where there is none."""
        before, self._history = self._history, self._history.redone()
        return before.future[0].done if before.future else ""

    async def save(self) -> None:
        """Put the edits on the disk, unless they are there; nothing before the ones of before are known.

        Raises `StorageError`.
        """
        async with self._saving:
            history = self._history
            if self._saved is not None and history is not self._saved:
                await self._workspaces.save(history)
                self._saved = history
