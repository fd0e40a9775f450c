"""Pictures of a dataset with their state, what is said of them, and which are listed. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from fluxtui.domain.dataset import USUAL_QUALITY, Dataset, DatasetProblem, DatasetRules
from fluxtui.domain.dataset_scan import DatasetScan, ScannedPicture
from fluxtui.domain.text import plural, safe_text
from fluxtui.domain.workspace import Workspace
from fluxtui.services.datasets.caption_edits import has_tag
from fluxtui.services.datasets.caption_matching import Matched, matched
from fluxtui.services.datasets.companions import companions_in
from fluxtui.services.datasets.pairs import pairing_of
from fluxtui.services.datasets.tracking import edit_words
from fluxtui.services.datasets.triggers import trigger_lines, trigger_use_in
from fluxtui.system.dataclass import dataclass

SIGNS = {"fault": "✗", "stops": "✗", "doubt": "!", "out": "–", "good": "✓"}
"""A sign for each state, so that colour is never the only difference."""


@dataclass(frozen=True)
class PictureRow:
    """One picture of a dataset that is edited.

    Attributes:
        name: of the file.
        state: a key of `SIGNS`.
        caption: as it will be sent, `''` for none.
        width: pixels of what is used; 0 where it cannot be read.
        height: the same.
        problems: what is to be said of it, the worst first.
        edited: what the user changed, in words.
        inputs: names of the pictures before it, where it is the result of a pair.
    """

    name: str
    state: str
    caption: str
    width: int
    height: int
    problems: tuple[DatasetProblem, ...]
    edited: str
    inputs: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether anything about it is not put right by itself."""
        return self.state == "fault" or any(not problem.automatic for problem in self.problems)

    @property
    def size_text(self) -> str:
        """Its pixels."""
        return f"{self.width}×{self.height}" if self.width else ""


def picture_rows(scan: DatasetScan, dataset: Dataset, workspace: Workspace) -> tuple[PictureRow, ...]:
    """Return every picture of a source but masks, in its order, with what is said of it and its caption.

    A pair is one of them, by its result.
    """
    match = matched(scan)
    match = match.for_pairs if dataset.pairs else match
    inputs = _inputs_shown(scan, dataset, workspace)
    told = _problems_by_picture(scan, dataset, match, inputs)
    kept = {picture.name: picture for picture in dataset.pictures}
    captions = {name: item.text for name, item in match.of_pictures.items()}
    hidden = companions_in(scan).mask_names.union(*inputs.values())
    pictures = []
    for item in scan.pictures:
        if item.name in hidden:
            continue
        edit = workspace.of(item.name)
        picture = kept.get(item.name)
        problems = tuple(
            sorted(told.get(item.name, ()), key=lambda problem: (problem.automatic, not problem.blocking))
        )
        if picture is not None:
            caption, width, height = picture.caption or "", picture.width, picture.height
        else:
            caption = edit.caption if edit.caption is not None else captions.get(item.name, "")
            width, height = _size(item)
        pictures.append(
            PictureRow(
                name=item.name,
                state=_state(item, edit.excluded, problems),
                caption=caption,
                width=width,
                height=height,
                problems=problems,
                edited=edit_words(edit.model_copy(update={"excluded": False})),
                inputs=inputs.get(item.name, ()),
            )
        )
    return tuple(pictures)


def _inputs_shown(scan: DatasetScan, dataset: Dataset, workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    """Return the pictures that are shown with the result of their pair, by the name of that.

    What is left out by itself, or lacks its result, is a row of its own.
    """
    if not dataset.pairs:
        return {}
    alone = {problem.name for problem in dataset.blocking} | {
        item.name for item in scan.pictures if item.look is None
    }
    return {
        pair.result: tuple(
            name
            for name in pair.inputs
            if name not in alone and (workspace.of(pair.result).excluded or not workspace.of(name).excluded)
        )
        for pair in pairing_of(item.name for item in scan.pictures).pairs
    }


def _problems_by_picture(
    scan: DatasetScan, dataset: Dataset, match: Matched, inputs: Mapping[str, tuple[str, ...]]
) -> Mapping[str, list[DatasetProblem]]:
    """Return problems by the picture they are about, those of captions with the picture of the caption.

    What is said of a picture before a result stands with that, and names it.
    """
    of_files: dict[str, list[str]] = {item.name: [item.name] for item in scan.pictures}
    results = {name: result for result, names in inputs.items() for name in names}
    for name, caption in match.of_pictures.items():
        if not caption.picture:
            of_files.setdefault(caption.name, []).append(name)
    told: dict[str, list[DatasetProblem]] = {}
    for problem in dataset.problems:
        for name in of_files.get(problem.name, ()):
            result = results.get(name)
            if result is not None:
                reason = f"{safe_text(name.rpartition('/')[2], limit=40)} {problem.reason}"
                problem = problem.model_copy(update={"reason": reason})
            told.setdefault(result or name, []).append(problem)
    return told


def _size(item: ScannedPicture) -> tuple[int, int]:
    return (item.look.width, item.look.height) if item.look is not None else (0, 0)


def _state(item: ScannedPicture, excluded: bool, problems: tuple[DatasetProblem, ...]) -> str:
    if item.look is None:
        return "fault"
    if excluded:
        return "out"
    if any(problem.blocking for problem in problems):
        return "stops"
    return "doubt" if any(not problem.automatic for problem in problems) else "good"


def summary(dataset: Dataset, pictures: tuple[PictureRow, ...]) -> str:
    """Return a dataset in one line: `'12 pictures, 2 left out · 10 captions · 3 to look at'`."""
    count = plural(len(dataset.pictures), dataset.unit)
    if dataset.excluded:
        count += f", {len(dataset.excluded)} left out"
    doubtful = sum(item.state in {"doubt", "stops", "fault"} for item in pictures)
    parts = [count, plural(dataset.captioned, "caption")]
    if dataset.jpeg_quality != USUAL_QUALITY:
        parts.append(f"JPEG {dataset.jpeg_quality}")
    if doubtful:
        parts.append(f"{doubtful} to look at")
    return " · ".join(parts)


def set_problems(dataset: Dataset, rules: DatasetRules, trigger_word: str | None = None) -> tuple[str, ...]:
    """Return what is to be said of the whole set, what stops the training first.

    Args:
        dataset: as it was judged.
        rules: of the trainer.
        trigger_word: of the training, `''` for none, None where it is not known.
    """
    lines = [
        ("✗ " if problem.blocking else "! ") + problem.reason + (f" ({problem.mend})" if problem.mend else "")
        for problem in dataset.problems
        if not problem.name
    ]
    if trigger_word is not None:
        use = trigger_use_in(dataset, trigger_word)
        key = "b inserts it" if use.missing else "b changes it"
        lines += [f"! {line} ({key})" for line in trigger_lines(use, rules)]
    return tuple(lines)


def problem_lines(picture: PictureRow) -> tuple[str, ...]:
    """Return what is said of one picture, one line each; with a sign where something is to be done."""
    lines = []
    for problem in picture.problems:
        sign = "·" if problem.automatic else "✗" if problem.blocking else "!"
        lines.append(f"{sign} {problem.reason}" + (f" → {problem.mend}" if problem.mend else ""))
    if picture.edited:
        lines.append(f"✎ {picture.edited}")
    return tuple(lines)


def caption_line(name: str, caption: str) -> str:
    """Return what stands over a caption: its length, how to edit it, and the picture's name."""
    return f"{plural(len(caption.split()), 'word')} · ⏎ edits · {name.rpartition('/')[2]}"


class RowFilter(StrEnum):
    """Which pictures are listed; the values are the words for people, in the order of the key."""

    ALL = "all pictures"
    PROBLEMS = "only those with problems"
    UNCAPTIONED = "only those without a caption"
    EXCLUDED = "only those left out"


@dataclass(frozen=True)
class RowSelection:
    """A filter, and a tag that the captions of all that is listed have, `''` for any."""

    filter: RowFilter = RowFilter.ALL
    tag: str = ""

    @property
    def words(self) -> str:
        """Which pictures are listed in words, `''` where all are."""
        if self.tag:
            return f"only those with the tag “{safe_text(self.tag, limit=40)}”"
        return "" if self.filter is RowFilter.ALL else self.filter.value

    def next(self) -> RowSelection:
        """Return the filter after this one; a tag gives way to all pictures."""
        every = list(RowFilter)
        return (
            RowSelection() if self.tag else RowSelection(every[(every.index(self.filter) + 1) % len(every)])
        )

    def of(self, rows: tuple[PictureRow, ...]) -> tuple[PictureRow, ...]:
        """Return the pictures that are listed."""
        if self.tag:
            rows = tuple(row for row in rows if row.state != "out" and has_tag(row.caption, self.tag))
        match self.filter:
            case RowFilter.ALL:
                return rows
            case RowFilter.PROBLEMS:
                return tuple(row for row in rows if row.matters and row.state != "out")
            case RowFilter.UNCAPTIONED:
                return tuple(row for row in rows if not row.caption and row.state not in {"out", "fault"})
            case RowFilter.EXCLUDED:
                return tuple(row for row in rows if row.state == "out")
