"""A dataset while it is edited: what is listed, and all that can be done to its pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.dataset.cropping import CropEditor
from fluxtui.controllers.dataset.edits import DatasetEdits
from fluxtui.controllers.dataset.review import DatasetReview, RowsMade
from fluxtui.controllers.dataset.rows import PictureRow, RowSelection, set_problems, summary
from fluxtui.controllers.signal import Signal
from fluxtui.domain.errors import FluxError
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.workspace import PictureEdit, Workspace

if TYPE_CHECKING:
    from fluxtui.controllers.background import Begin
    from fluxtui.controllers.host import Host
    from fluxtui.domain.dataset import Dataset, DatasetRules

REST_SECONDS = 0.3
"""How long typing must rest until the pictures are judged again and the edits are put on the disk."""


class DatasetController:
    """Owns a dataset that is edited: edits are known at once; judging and saving follow them.

    Args:
        host: the program around it.
        begin: begins what follows a change, in the background.
        source: of the pictures, as typed.
        rules: of the trainer.
        trigger_word: of the training, `''` for none; None where there is no training to be ordered.
        begin_with: the name of the picture to begin with.
        rows_made: see `DatasetReview`.
    """

    def __init__(
        self,
        host: Host,
        begin: Begin,
        source: Path,
        rules: DatasetRules,
        *,
        trigger_word: str | None = None,
        begin_with: str = "",
        rows_made: RowsMade | None = None,
    ) -> None:
        self._host = host
        self._begin = begin
        self._rules = rules
        self._judging = asyncio.Lock()
        self._begin_with = begin_with
        self._listing = RowSelection()
        self._listed: tuple[PictureRow, ...] = ()
        self._current = ""
        self._is_typing = False
        self._title = ""
        self._problems: tuple[str, ...] = ()
        self.source = source
        self.trigger_word = trigger_word
        self.changed = Signal()
        """Sent when anything that is shown is another one."""
        self.edits = DatasetEdits(source, host.services.workspaces)
        self.review = DatasetReview(host.services, self.edits, source, rules, rows_made)
        self.crop = CropEditor(self.changed)

    # What is shown

    @property
    def is_of_pairs(self) -> bool:
        """Whether what is edited are pairs of pictures before and after, each known by its result."""
        return self._rules.pairs is not None

    @property
    def unit(self) -> str:
        """What is counted: `picture` or `pair`."""
        return self._rules.unit

    @property
    def title(self) -> str:
        """The dataset in one line, or how far looking through it is."""
        return self._title

    @property
    def problems(self) -> tuple[str, ...]:
        """What is to be said of the whole set, a line each."""
        return self._problems

    @property
    def listed(self) -> tuple[PictureRow, ...]:
        """The pictures that are listed; another value whenever any of them may have changed."""
        return self._listed

    @property
    def is_typing(self) -> bool:
        """Whether the caption of the current picture is being typed."""
        return self._is_typing

    @property
    def current(self) -> str:
        """The name of the picture that commands act on, or `''`."""
        return self._current

    @property
    def row(self) -> PictureRow | None:
        """The current picture as it was judged."""
        return self.review.row(self._current)

    @property
    def shown_edit(self) -> PictureEdit:
        """The edit of the current picture as it is to be seen: with the crop that is being changed."""
        edit, draft = self.edits.present.of(self._current), self.crop.draft
        is_cropped = draft is not None and draft.name == self._current
        return edit.model_copy(update={"crop": self.crop.box}) if is_cropped else edit

    @property
    def caption(self) -> str:
        """The caption of the current picture, also where it is newer than what was judged."""
        edited = self.edits.present.of(self._current).caption
        if self.row is None:
            return ""
        return edited if edited is not None else self.row.caption

    # Looking through and judging

    def look_again(self) -> None:
        """Look through the source from the beginning, instead of what is under way."""
        self._begin(self.look(), doing="looking at the pictures", group="look", exclusive=True)

    async def look(self) -> None:
        """Look through the source and judge it; why that fails is told in `problems`."""
        self._say("Looking · Esc stops")
        try:
            await self.review.look(self._tell_progress)
        except FluxError as error:
            self._problems = (f"✗ {error.sentence()}",)
            self._say(safe_text(self.source, limit=200))
            return
        await self.judged()

    def _tell_progress(self, done: int, total: int) -> None:
        self._say(f"Looking at picture {done} of {total} · Esc stops")

    def _say(self, title: str) -> None:
        self._title = title
        self.changed.send()

    async def judged(self) -> Dataset | None:
        """Return the dataset with the present edits, or None while nothing was looked through."""
        async with self._judging:
            while not self.review.is_current:
                await self.review.judge()
                self._list()
            return self.review.dataset

    def _judge_soon(self, after: float = 0.0) -> None:
        work = self._judge_after(after)
        self._begin(work, doing="judging the pictures", group="judge", exclusive=True)

    async def _judge_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self.review.is_current:
            self._list()
        else:
            await self.judged()

    # Which pictures are listed, and which one commands act on

    def list_next(self) -> None:
        """List other pictures: all, or only some."""
        self._listing = self._listing.next()
        self._list()
        self._host.tell(f"Shown: {self._listing.filter.value}.")

    def list_tag(self, tag: str) -> None:
        """List only the pictures whose captions have a tag, until the next listing."""
        self._listing = RowSelection(tag=tag)
        self._list()
        self._host.tell(f"Shown: {self._listing.words}; p shows all.")

    def _list(self) -> None:
        rows, dataset = self.review.rows, self.review.dataset
        names = {row.name for row in self._listing.of(rows)}
        # A picture whose caption is typed stays, also where the filter is for those without one.
        names |= {self._current} if self._is_typing else set()
        self._listed = tuple(row for row in rows if row.name in names)
        if self._begin_with in names:
            self._current = self._begin_with
        if rows:
            self._begin_with = ""
        if dataset is not None:
            words = self._listing.words
            shown = f" · {words}: {len(self._listed)}" if words else ""
            self._title = f"{summary(dataset, rows)}{shown} · {safe_text(self.source, limit=60)}"
            self._problems = set_problems(dataset, self._rules, self.trigger_word)
        self.changed.send()

    def go_to(self, name: str) -> None:
        """Let commands act on another picture."""
        if name != self._current:
            self._current = name
            self.changed.send()

    def go_on(self, by: int) -> None:
        """Go to another picture of those that are listed."""
        names = [row.name for row in self._listed]
        if self._current in names:
            self.go_to(names[min(max(names.index(self._current) + by, 0), len(names) - 1)])

    # Changing

    def change(self, workspace: Workspace, done: str, *, going_on: bool = False) -> None:
        """Take over a changed workspace, save it and judge it.

        Args:
            workspace: after the change.
            done: what was done, in words that fit after "Undone: ".
            going_on: it is one with the change before, such as typing.
        """
        if self.edits.change(workspace, done, going_on=going_on):
            self._follow(REST_SECONDS if going_on else 0.0)

    def _follow(self, after: float = 0.0) -> None:
        self._save_soon(after)
        self._judge_soon(after)

    def _save_soon(self, after: float = 0.0) -> None:
        # A rest that is over is not waited for twice; what is being written is never broken off.
        group = "rest" if after else "save"
        self._begin(self._save_after(after), doing="saving the edits", group=group, exclusive=after > 0)

    async def _save_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.edits.save()

    def toggle_excluded(self) -> None:
        """Leave the current picture out, or take it back."""
        excluded = self.edits.present.of(self._current).excluded
        self._edit(
            "taking back" if excluded else "leaving out",
            lambda workspace, name: workspace.edited(name, excluded=not excluded),
        )

    def turn(self, quarters: int) -> None:
        """Turn the current picture clockwise by some quarters."""
        self._edit("turning", lambda workspace, name: workspace.turned(name, quarters))

    def _edit(self, done: str, edit: Callable[[Workspace, str], Workspace], name: str = "") -> None:
        """Change a picture, the current one if none is named; say so where it cannot be edited.

        Args:
            done: what is done, in words that fit before its name.
            edit: takes the workspace and the name, and returns the workspace after the change.
            name: of the picture.
        """
        name = name or self._current
        if self.review.usable(name) is None:
            self._host.tell("There is no picture here that can be edited.", severity="warning")
        else:
            self.change(edit(self.edits.present, name), f"{done} {name}")

    async def mend(self) -> None:
        """Mend all that the program can mend, in the workspace."""
        dataset = await self.judged()
        if dataset is None or self.review.scan is None:
            return
        before = self.edits.present
        after = self._host.services.datasets.fixed(dataset, self.review.scan, before)
        if after == before:
            self._host.tell("There is nothing left that can be mended by itself.")
            return
        self.change(after, "mending")
        self._host.tell("Mended what could be mended; u takes it back.", severity="success")

    def discard(self) -> None:
        """Forget all edits, in one change that can be undone."""
        self.change(Workspace(source=self.edits.present.source), "discarding all edits")
        self._host.tell(f"{plural(len(self.edits.history.past), 'change')} kept for undo.")

    def undo(self) -> None:
        """Take the last change back."""
        self._tell_step(self.edits.undo(), "Undone", "There is nothing to go back to.")

    def redo(self) -> None:
        """Do the last undone change again."""
        self._tell_step(self.edits.redo(), "Done again", "Nothing was undone.")

    def _tell_step(self, done: str, word: str, nothing: str) -> None:
        if done:
            self._follow()
        self._host.tell(f"{word}: {done}." if done else nothing)

    # Captions and crops

    def enter_caption(self) -> None:
        """Let the caption of the current picture be typed: it stays listed meanwhile."""
        self._is_typing = True

    def type_caption(self, name: str, text: str) -> None:
        """Take over a caption as it is typed; it is saved and judged once typing rests."""
        self.change(*self._typed(name, text), going_on=True)

    def _typed(self, name: str, text: str) -> tuple[Workspace, str]:
        return self.edits.present.edited(name, caption=text.strip()), f"caption of {name}"

    def leave_caption(self) -> None:
        """Put what was typed on the disk, and list the pictures as they are by now."""
        self._is_typing = False
        self._follow()

    def begin_crop(self) -> None:
        """Crop the current picture."""
        item = self.review.usable(self._current)
        if item is None or item.look is None:
            self._host.tell("There is no picture here that can be cropped.", severity="warning")
            return
        edit = self.edits.present.of(self._current)
        width, height = item.look.width, item.look.height
        self.crop.begin(self._current, (height, width) if edit.turns % 2 else (width, height), edit.crop)

    def keep_crop(self) -> None:
        """Keep the crop as it was changed."""
        if (draft := self.crop.draft) is not None:
            self._edit(
                "cropping", lambda workspace, name: workspace.edited(name, crop=draft.result), draft.name
            )
            self.crop.end()

    async def close(self, untold: tuple[str, str] | None = None) -> None:
        """Put everything on the disk, and what was typed last: a picture's name and its caption.

        Raises `StorageError`.
        """
        if untold is not None:
            self.edits.change(*self._typed(*untold), going_on=True)
        await self.edits.save()
        self.review.close()
