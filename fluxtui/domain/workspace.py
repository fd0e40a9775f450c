"""What the user has changed in a dataset, beside the files and never in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from fluxtui.domain.dataset import USUAL_QUALITY, Crop, JpegQuality

UNSURE = "unsure"
"""Stands for the content of a picture where an edit may have been made on a picture of another folder."""

MOST_STEPS = 100
"""Changes that can be undone."""


class PictureEdit(BaseModel):
    """The user's changes to one picture.

    Attributes:
        excluded: it is left out of the training.
        caption: what stands in for the caption that was found; `''` is none at all, None leaves it as found.
        turns: quarter turns clockwise, 0 to 3.
        crop: the part that is used, of the picture as it is seen after turning; None for all of it.
        made_on: SHA-256 of the picture's file when it was edited, `''` where that is not known, `UNSURE`
            where it may have been another picture.
        caption_made_on: SHA-256 of the caption that was found when `caption` was written, `''` where that is
            not known.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    excluded: bool = False
    caption: str | None = None
    turns: int = Field(0, ge=0, le=3)
    crop: Crop | None = None
    made_on: str = ""
    caption_made_on: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        return self.changes == PictureEdit()

    @property
    def changes(self) -> PictureEdit:
        """The same without what it was made on."""
        return self.model_copy(update={"made_on": "", "caption_made_on": ""})


class Workspace(BaseModel):
    """The edits of a source, by the names of its pictures; immutable, a change is a new workspace.

    `jpeg_quality` is that of the JPEGs which are made of it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    source: str
    edits: Mapping[str, PictureEdit] = Field(default_factory=dict)
    jpeg_quality: JpegQuality = USUAL_QUALITY

    def of(self, name: str) -> PictureEdit:
        """Return the edit of a picture, an empty one where there is none."""
        return self.edits.get(name) or PictureEdit()

    def edited(self, name: str, **changes: Any) -> Workspace:
        """Return the workspace with `changes` to the fields of one picture's edit."""
        return self.edited_all({name: changes})

    def edited_all(self, changes: Mapping[str, Mapping[str, Any]]) -> Workspace:
        """Return the workspace with changes to the fields of several pictures' edits, by their names."""
        edits = dict(self.edits)
        for name, fields in changes.items():
            edit = PictureEdit.model_validate({**dict(self.of(name)), **fields})
            edits.pop(name, None)
            if not edit.is_empty:
                edits[name] = edit
        return self.model_copy(update={"edits": edits})

    def with_captions(self, captions: Mapping[str, str]) -> Workspace:
        """Return the workspace with new captions, by the names of the pictures."""
        return self.edited_all({name: {"caption": text} for name, text in captions.items()})

    def turned(self, name: str, quarters: int) -> Workspace:
        """Return the workspace with one picture turned further clockwise; its crop turns with it."""
        edit = self.of(name)
        crop = edit.crop
        for _ in range(quarters % 4):
            crop = _turned(crop)
        return self.edited(name, turns=(edit.turns + quarters) % 4, crop=crop)


def _turned(crop: Crop | None) -> Crop | None:
    if crop is None:
        return None
    return Crop(left=1 - crop.bottom, top=crop.left, right=1 - crop.top, bottom=crop.right)


class Step(BaseModel):
    """A workspace as it was, and what was done to it then, in words such as `crop of dog.jpg`."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    workspace: Workspace
    done: str


class History(BaseModel):
    """A workspace with what it was before, to be undone and done again; immutable."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    present: Workspace
    past: tuple[Step, ...] = ()
    """The oldest first."""
    future: tuple[Step, ...] = ()
    """What was undone, the last one first."""

    def changed(self, workspace: Workspace, done: str, *, going_on: bool = False) -> History:
        """Return the history after a change, in words; the same where nothing is different.

        A change that is `going_on`, such as typing, is one with the last one if that was called the same.
        """
        if workspace == self.present:
            return self
        if going_on and self.past and self.past[-1].done == done and not self.future:
            return History(present=workspace, past=self.past)
        past = (*self.past, Step(workspace=self.present, done=done))
        return History(present=workspace, past=past[-MOST_STEPS:])

    def every(self, change: Callable[[Workspace], Workspace]) -> History:
        """Return the history with a change to all its workspaces, which is not a step of its own."""
        return History(
            present=change(self.present),
            past=tuple(step.model_copy(update={"workspace": change(step.workspace)}) for step in self.past),
            future=tuple(
                step.model_copy(update={"workspace": change(step.workspace)}) for step in self.future
            ),
        )

    def undone(self) -> History:
        """Return the history with the last change taken back; the same where there is none."""
        if not self.past:
            return self
        last = self.past[-1]
        back = Step(workspace=self.present, done=last.done)
        return History(present=last.workspace, past=self.past[:-1], future=(back, *self.future))

    def redone(self) -> History:
        """Return the history with the last undone change done again; the same where there is none."""
        if not self.future:
            return self
        first = self.future[0]
        step = Step(workspace=self.present, done=first.done)
        return History(present=first.workspace, past=(*self.past, step), future=self.future[1:])
