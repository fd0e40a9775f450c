"""Edits and what they were made on: a picture or a caption may be another one by now, under the same name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from fluxtui.domain.dataset import DatasetProblem, ProblemKind
from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.domain.text import plural, safe_text, shorten
from fluxtui.domain.workspace import UNSURE, PictureEdit, Workspace
from fluxtui.services.datasets.caption_matching import matched
from fluxtui.system.dataclass import dataclass

KEY_WORDS = "e in the workbench (F8) keeps or drops the edits"
_SHOWN_CAPTION = 60


@dataclass(frozen=True)
class Outdated:
    """Names of pictures whose edits were not made on what is there now.

    Attributes:
        pictures: the file is another one.
        captions: the picture is the same, but its caption was changed elsewhere since it was edited.
        gone: there is no such picture any more.
    """

    pictures: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.pictures, *self.captions, *self.gone)


@dataclass(frozen=True)
class EditStamps:
    """What edits of a source are marked with, by the names of its pictures.

    Attributes:
        contents: hash of every picture's file, `''` where it cannot be read.
        texts: the captions that were found.
    """

    contents: Mapping[str, str]
    texts: Mapping[str, str]


def marks_of(scan: DatasetScan) -> EditStamps:
    """Return the marks of what was found; for thousands of pictures that takes longer than a key may."""
    return EditStamps(_contents(scan), _scanned_texts(scan))


def marked(
    workspace: Workspace, scan: DatasetScan | EditStamps, before: Workspace | None = None
) -> Workspace:
    """Return a workspace whose edits say what they were made on, as far as they did not.

    Args:
        workspace: the edits.
        scan: what is in the source, or its marks where they are known.
        before: the edits before the last change; a caption that differs was written on what is there now.
    """
    marks = scan if isinstance(scan, EditStamps) else marks_of(scan)
    contents, texts = marks.contents, marks.texts
    changes: dict[str, dict[str, Any]] = {}
    for name, edit in workspace.edits.items():
        if before is not None and edit is before.edits.get(name):
            continue
        fields: dict[str, Any] = {}
        if not edit.made_on and contents.get(name):
            fields["made_on"] = contents[name]
        is_written = before is not None and edit.caption != before.of(name).caption
        mark = _mark(texts.get(name, "")) if edit.caption is not None else ""
        if name in contents and (is_written or bool(mark) is not bool(edit.caption_made_on)):
            fields["caption_made_on"] = mark
        changes.update({name: fields} if fields else {})
    return workspace.edited_all(changes) if changes else workspace


def outdated(workspace: Workspace, scan: DatasetScan | EditStamps) -> Outdated:
    """Return which edits were made on other pictures or captions than are there now."""
    marks = scan if isinstance(scan, EditStamps) else marks_of(scan)
    contents, texts = marks.contents, marks.texts
    pictures, captions, gone = [], [], []
    for name, edit in workspace.edits.items():
        if name not in contents:
            gone.append(name)
        elif edit.made_on and contents[name] and edit.made_on != contents[name]:
            pictures.append(name)
        elif _has_other_caption(edit, texts.get(name, "")):
            captions.append(name)
    return Outdated(tuple(pictures), tuple(captions), tuple(gone))


def kept(workspace: Workspace, scan: DatasetScan, names: Iterable[str]) -> Workspace:
    """Return a workspace in which some edits count as made on what is there now.

    Those of pictures that are gone stay as they are: another picture may come under that name.
    """
    gone = set(outdated(workspace, scan).gone)
    forgotten = {name: {"made_on": "", "caption_made_on": ""} for name in names if name not in gone}
    return marked(workspace.edited_all(forgotten), scan)


def dropped(workspace: Workspace, scan: DatasetScan, names: Iterable[str]) -> Workspace:
    """Return a workspace without some outdated edits; where only the caption was changed, without that."""
    only_captions = set(outdated(workspace, scan).captions)
    empty = dict(PictureEdit())
    return workspace.edited_all(
        {name: {"caption": None, "caption_made_on": ""} if name in only_captions else empty for name in names}
    )


def outdated_problems(workspace: Workspace, scan: DatasetScan) -> list[DatasetProblem]:
    """Return what is to be said of outdated edits. Until they are kept or dropped, they stop the training."""
    if not workspace.edits:
        return []
    marks = marks_of(scan)
    old, texts = outdated(workspace, marks), marks.texts
    problems = [_changed(name, workspace.of(name)) for name in old.pictures]
    for name in old.captions:
        now = shorten(safe_text(texts.get(name, "")), _SHOWN_CAPTION)
        said = f"now says “{now}”" if now else "is gone"
        reason = f"its caption file {said}, but you had written another caption here before that"
        problems.append(_problem(name, reason, blocking=True))
    if old.gone:
        first = ", ".join(safe_text(name, limit=40) for name in old.gone[:3])
        count = plural(len(old.gone), "picture")
        problems.append(_problem("", f"{count} that you had edited are not here any more: {first}."))
    return problems


def edit_words(edit: PictureEdit) -> str:
    """Return what the user changed in a picture, in a few words, or `''`."""
    words = ["left out"] if edit.excluded else []
    if edit.turns:
        words.append(f"turned {('right', 'round', 'left')[edit.turns - 1]}")
    if edit.crop is not None:
        words.append("cropped")
    if edit.caption is not None:
        words.append("caption changed")
    return ", ".join(words)


def _changed(name: str, edit: PictureEdit) -> DatasetProblem:
    words = edit_words(edit)
    if edit.made_on == UNSURE:
        reason = f"has edits that may have been made on a picture of another folder ({words})"
    else:
        reason = f"has changed since you edited it ({words})"
    return _problem(name, reason, blocking=True)


def _problem(name: str, reason: str, *, blocking: bool = False) -> DatasetProblem:
    return DatasetProblem(name=name, reason=reason, blocking=blocking, kind=ProblemKind.EDIT, mend=KEY_WORDS)


def _has_other_caption(edit: PictureEdit, text: str) -> bool:
    if edit.caption is None or not edit.caption_made_on or edit.caption.strip() == text:
        return False
    return edit.caption_made_on != _mark(text)


def _contents(scan: DatasetScan) -> dict[str, str]:
    """Return the hash of every picture's file by its name, `''` where it cannot be read."""
    return {item.name: item.look.sha256 if item.look is not None else "" for item in scan.pictures}


def _scanned_texts(scan: DatasetScan) -> dict[str, str]:
    match = matched(scan)
    # A result has an edit of its own as one picture or as a pair, and the caption of a pair lies nearer.
    return {name: item.text for name, item in {**match.of_pictures, **match.of_pairs}.items()}


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
