"""Edits of the pictures in the workbench: one history, saved as it changes, undone and done again."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import getters

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.domain.workspace import History, Workspace
from fluxtui.services.datasets.tracking import EditStamps, marked
from fluxtui.widgets.quiet_screen import QuietScreen

if TYPE_CHECKING:
    from fluxtui.domain.dataset import Dataset
    from fluxtui.domain.dataset_scan import DatasetScan

REST_SECONDS = 0.3
"""How long typing must rest until the pictures are judged again and the edits are put on the disk."""


class EditingPart(QuietScreen["DatasetScan"]):
    """Holds the edits, which are known at once; judging and saving follow."""

    app = getters.app(StatefulApp)

    def __init__(self, source: Path) -> None:
        super().__init__()
        self._path = source
        self._found: DatasetScan | None = None
        self._marks: EditStamps | None = None
        """Of what was found."""
        self._history = History(present=Workspace(source=str(source)))
        self._saved: History | None = None
        """What is on the disk, as far as it is known."""
        self._saving = asyncio.Lock()
        self._current = ""
        """Name of the picture that the keys act on."""

    @abstractmethod
    def follow_edits(self, *, after: float = 0.0) -> None:
        """Judge the pictures with the present edits and show them, after seconds without another edit."""

    @abstractmethod
    async def judged(self) -> Dataset | None:
        """Return the dataset with the present edits, or None while nothing was looked through."""

    @property
    def current(self) -> str:
        """Name of the picture that the keys act on, or `''`."""
        return self._current

    @property
    def history(self) -> History:
        """The edits as they are now."""
        return self._history

    def change(self, workspace: Workspace, done: str, *, going_on: bool = False) -> None:
        """Take over a changed workspace, save it and show it.

        Args:
            workspace: after the change.
            done: what was done, in words that fit after "Undone: ".
            going_on: it is one with the change before, such as typing.
        """
        if self.record(workspace, done, going_on=going_on):
            self._follow(REST_SECONDS if going_on else 0.0)

    def record(self, workspace: Workspace, done: str, *, going_on: bool = False) -> bool:
        """Take over a changed workspace and tell whether it is another one; it is neither saved nor shown."""
        if self._marks is not None:
            workspace = marked(workspace, self._marks, self._history.present)
        before, self._history = self._history, self._history.changed(workspace, done, going_on=going_on)
        return self._history is not before

    def _follow(self, after: float = 0.0) -> None:
        self.save_soon(after)
        self.follow_edits(after=after)

    def save_soon(self, after: float = 0.0) -> None:
        """Put the edits on the disk, after some seconds without another edit."""
        work = self._save_later(after)
        # A rest that is over is not waited for twice; what is being written is never broken off.
        guarded(self, work, doing="saving the edits", group="rest" if after else "save", exclusive=after > 0)

    async def _save_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.save()

    async def save(self) -> None:
        """Put the edits on the disk, unless they are there; nothing before the ones of before are known."""
        async with self._saving:
            history = self._history
            if self._saved is not None and history is not self._saved:
                await self.app.services.workspaces.save(history)
                self._saved = history

    def edit_one(self, done: str, edit: Callable[[Workspace, str], Workspace]) -> None:
        """Change the picture under the cursor; say so where there is none.

        Args:
            done: what is done to it, in words that fit before its name.
            edit: takes the workspace and the name, and returns the workspace after the change.
        """
        name = self._current
        if not self._can_be_edited(name):
            self.app.tell("There is no picture here that can be edited.", severity="warning")
            return
        self.change(edit(self._history.present, name), f"{done} {name}")

    def _can_be_edited(self, name: str) -> bool:
        pictures = self._found.pictures if self._found is not None else ()
        return any(item.name == name and item.look is not None for item in pictures)

    def action_include(self) -> None:
        """Leave a picture out, or take it back."""
        excluded = self._history.present.of(self._current).excluded
        self.edit_one(
            "taking back" if excluded else "leaving out",
            lambda workspace, name: workspace.edited(name, excluded=not excluded),
        )

    def action_turn(self, quarters: int) -> None:
        """Turn a picture clockwise by some quarters."""
        self.edit_one("turning", lambda workspace, name: workspace.turned(name, quarters))

    def action_fix(self) -> None:
        """Mend all that the program can mend, in the workspace."""
        guarded(self, self._fix(), doing="mending", group="fix", exclusive=True)

    async def _fix(self) -> None:
        dataset = await self.judged()
        if dataset is None or self._found is None:
            return
        before = self._history.present
        after = self.app.services.datasets.fixed(dataset, self._found, before)
        if after == before:
            self.app.tell("There is nothing left that can be mended by itself.")
            return
        self.change(after, "mending")
        self.app.tell("Mended what could be mended; u takes it back.", severity="success")

    def action_undo(self) -> None:
        """Take the last change back."""
        self._step(self._history.undone(), "Undone", self._history.past[-1:])

    def action_redo(self) -> None:
        """Do the last undone change again."""
        self._step(self._history.redone(), "Done again", self._history.future[:1])

    def _step(self, history: History, word: str, steps: tuple[object, ...]) -> None:
        if history is self._history:
            self.app.tell("There is nothing to go back to." if word == "Undone" else "Nothing was undone.")
            return
        done = "; ".join(getattr(step, "done", "") for step in steps)
        self._history = history
        self._follow()
        self.app.tell(f"{word}: {done}.")
