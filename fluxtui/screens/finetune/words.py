"""What the finetune place says about datasets, prices and trainings: pure functions from facts to words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fluxtui.domain.dataset import Dataset, DatasetRules
from fluxtui.domain.errors import TrainingDiscontinued
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import Estimate, show_credits
from fluxtui.domain.text import file_size, plural
from fluxtui.screens.finetune.order import TrainingOrder, words_for
from fluxtui.widgets.progress import elapsed, progress_text

FORMAT_NAMES = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP"}
"""How people write the formats that Pillow names."""


def needs_text(rules: DatasetRules) -> str:
    """Return what a dataset has to be, for somebody who sees this for the first time."""
    formats = [FORMAT_NAMES.get(name, name) for name in rules.formats]
    listed = f"{', '.join(formats[:-1])} or {formats[-1]}" if len(formats) > 1 else "".join(formats)
    return (
        f"A folder or a ZIP with {rules.min_pictures} to {rules.max_pictures} pictures of one subject or "
        f"style ({listed}); {rules.advised_pictures} or more are advised. A caption is a text file with the "
        "name of its picture: dog.txt for dog.jpg. Your files are only read."
    )


def summary_text(dataset: Dataset) -> str:
    """Return a dataset in one line: `'12 pictures · 10 captions · 3.2 MB · 2 problems'`."""
    parts = [
        plural(len(dataset.pictures), "picture"),
        plural(dataset.captioned, "caption"),
        file_size(dataset.size),
    ]
    stopping = len(dataset.blocking)
    advice = len(dataset.problems) - stopping
    if stopping:
        parts.append(plural(stopping, "problem"))
    if advice:
        parts.append(plural(advice, "hint"))
    ignored = _silently_ignored(dataset)
    if ignored:
        parts.append(f"{len(ignored)} ignored")
    return " · ".join(parts)


def _silently_ignored(dataset: Dataset) -> tuple[str, ...]:
    complained_of = {problem.name for problem in dataset.problems}
    return tuple(name for name in dataset.ignored if name not in complained_of)


@dataclass(frozen=True)
class DatasetRow:
    """A line in the list of what is in a dataset.

    Attributes:
        kind: `stops`, `hint`, `ignored`, or `''` for a picture.
        name: of the file, or that it is about all of them.
        text: pixels and caption of a picture, or what is wrong.
        is_quiet: of less interest than the others.
    """

    kind: str
    name: str
    text: str
    is_quiet: bool = False


def dataset_rows(dataset: Dataset) -> tuple[DatasetRow, ...]:
    """Return what is in a dataset: what stops the training, hints, pictures, ignored files."""
    problems = [
        DatasetRow(
            "stops" if problem.blocking else "hint",
            problem.name or "all of them",
            f"stops the training: {problem.reason}" if problem.blocking else problem.reason,
        )
        for problem in sorted(dataset.problems, key=lambda problem: not problem.blocking)
    ]
    pictures = [
        DatasetRow(
            "",
            picture.name,
            f"{f'{picture.width}×{picture.height}':>9}  {picture.caption or 'no caption'}",
            is_quiet=picture.caption is None,
        )
        for picture in dataset.pictures
    ]
    ignored = [
        DatasetRow("ignored", name, "is ignored", is_quiet=True) for name in _silently_ignored(dataset)
    ]
    return (*problems, *pictures, *ignored)


def preview_path(dataset: Dataset | None, row: DatasetRow | None) -> Path | None:
    """Return the file of a picture in a folder; what is inside an archive has none."""
    if dataset is None or row is None or row.kind or dataset.source.suffix.lower() == ".zip":
        return None
    return dataset.source / row.name


def money_text(estimate: Estimate | None, balance: float | None) -> tuple[str, bool]:
    """Return what paying does to the balance (both in credits), and whether the balance is too low."""
    if balance is None:
        return "the balance is not known", False
    if estimate is None:
        return f"no price while something is wrong; balance {show_credits(balance)}", False
    after = balance - estimate.credits
    if after < 0:
        return f"✗ balance {show_credits(balance)}: {show_credits(-after)} too little", True
    return f"balance {show_credits(balance)}, {show_credits(after)} afterwards", False


def confirmation(order: TrainingOrder, balance: float | None) -> tuple[str, ...]:
    """Return everything that matters before a training is paid, one line each; the balance is in credits."""
    if order.endpoint is None or order.dataset is None:
        raise ValueError("there is nothing to confirm yet")
    dataset = order.dataset
    captions = plural(dataset.captioned, "caption") if dataset.captioned else "no captions"
    lines = [f"Pictures: {len(dataset.pictures)} with {captions}, {file_size(dataset.size)}"]
    lines += [f"{title}: {text}" for title, text in words_for(order.endpoint, order.values)]
    money, too_low = money_text(order.estimate(), balance)
    lines.append(
        money[0].upper() + money[1:] + ("; the service would refuse it, at no cost." if too_low else ".")
    )
    lines.append("Once it is sent it cannot be cancelled: the service has no way to stop a training.")
    return tuple(lines)


def trainings_of(jobs: Sequence[Job], profile: str) -> tuple[Job, ...]:
    """Return the trainings of a profile, active ones first, else the newest."""
    trainings = [job for job in jobs if job.kind is JobKind.TRAINING and job.profile == profile]
    return tuple(sorted(trainings, key=lambda job: not job.is_active))


def discontinued_text(trainings: Sequence[Job]) -> str:
    """Return why training does not work here if that is how the newest training ended, else `''`."""
    newest = max(trainings, key=lambda job: job.created_at, default=None)
    if newest is None or newest.error_title != TrainingDiscontinued.title:
        return ""
    return newest.error or TrainingDiscontinued.title


def training_text(job: Job) -> str:
    """Return where a training stands, and where it leads."""
    match job.state:
        case JobState.DRAFT:
            return "waits here for its turn"
        case JobState.SUBMITTING:
            return "is being sent" if job.progress is None else f"sending  {progress_text(job.progress)}"
        case JobState.WAITING:
            return "queued at the service"
        case JobState.RUNNING | JobState.COLLECTING:
            return "training" if job.progress is None else f"training {progress_text(job.progress)}"
        case JobState.DONE:
            return "ready: F4 generates with it"
        case JobState.IN_DOUBT:
            return "in doubt: Enter decides"
        case JobState.CANCELLED:
            return "cancelled"
        case _:
            return (job.error_title or job.state.value).lower()


def elapsed_text(job: Job, now: datetime) -> str:
    """Return how long a training has taken, or took."""
    end = job.finished_at if job.finished_at is not None else now if job.is_active else job.updated_at
    return elapsed(job.submitted_at or job.created_at, end)
