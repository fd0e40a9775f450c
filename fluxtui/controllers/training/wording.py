"""What the finetune place says about datasets, prices and trainings: pure functions from facts to words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.controllers.questions import Confirmation
from fluxtui.controllers.training.order import text_for
from fluxtui.controllers.training.price import money_text, price_text
from fluxtui.domain.dataset import CaptionRule, ProblemKind, TrainingPicture
from fluxtui.domain.durations import elapsed, next_try_text, progress_text, relative_time
from fluxtui.domain.endpoint import Availability
from fluxtui.domain.errors import TrainingDiscontinued
from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.domain.money import show_credits
from fluxtui.domain.result_uses import ResultUse, uses_text
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.controllers.training.order import TrainingOrder
    from fluxtui.controllers.training.price import Terms
    from fluxtui.domain.dataset import Dataset, DatasetProblem, DatasetRules
    from fluxtui.domain.finetune import Finetune
    from fluxtui.domain.jobs import Job
    from fluxtui.domain.uses import Trainer

FORMAT_NAMES = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP"}
"""How people write the formats that Pillow names."""


CHANGED = (
    "Pictures, captions or edits have changed since they were looked at. They are shown as they are now: "
    "look at them, then train. Nothing was sent."
)


def needs_text(rules: DatasetRules) -> str:
    """Return what a dataset has to be, for somebody who sees this for the first time."""
    formats = [FORMAT_NAMES.get(name, name) for name in rules.formats]
    listed = f"{', '.join(formats[:-1])} or {formats[-1]}" if len(formats) > 1 else "".join(formats)
    most = f", {file_size(rules.max_bytes)} at most" if rules.max_bytes is not None else ""
    if rules.pairs is not None:
        return _pairs_needed(rules, f"{listed}{most}")
    return (
        f"A folder or a ZIP with {rules.min_pictures} to {rules.max_pictures} pictures of one subject or "
        f"style ({listed}{most}); {rules.advised_pictures} or more are advised. A caption is a text file "
        "with the name of its picture: dog.txt for dog.jpg. Other formats (HEIC, AVIF, TIFF ...) are "
        "converted. Your files are only read."
    )


def _pairs_needed(rules: DatasetRules, formats: str) -> str:
    several = rules.pairs.most_inputs if rules.pairs is not None else 1
    more = f" There can be up to {several} before each result: photo_start2.jpg and so on." * (several > 1)
    return (
        f"A folder or a ZIP with {rules.min_pictures} to {rules.max_pictures} pairs of pictures before and "
        f"after ({formats}); {rules.advised_pictures} or more are advised: photo_start.jpg, photo_end.jpg "
        f"and photo.txt, which says what is done.{more} Other words are before and after, input and output, "
        "source and target; they may be two folders: end the path with /** then. Your files are only read."
    )


def captions_text(dataset: Dataset, rules: DatasetRules) -> str:
    """Return what becomes of the pictures without a caption, or `''` where all have one."""
    missing = len(dataset.pictures) - dataset.captioned
    if not missing:
        return ""
    advice = rules.caption_advice
    if rules.captions is CaptionRule.NEEDED:
        what = "a default caption stands in" if rules.default_caption else "the training would fail"
        advice = advice or f"This trainer needs captions: {what}."
    return f"{plural(missing, dataset.unit)} without one. {advice}".strip()


def trigger_text(order: TrainingOrder) -> str:
    """Return in a line what the trigger word lacks, and the key that mends it; `''` where all is well."""
    lines = _trigger_lines(order)
    return " · ".join((*lines, "F8 inserts it" if order.trigger_word else "F8 shows them")) if lines else ""


def trigger_sentences(order: TrainingOrder) -> tuple[str, ...]:
    """Return the same as sentences, before it is paid."""
    return tuple(f"{line[0].upper()}{line[1:]}." for line in _trigger_lines(order))


def _trigger_lines(order: TrainingOrder) -> tuple[str, ...]:
    if order.dataset is None or order.endpoint is None:
        return ()
    from fluxtui.services.datasets.triggers import trigger_lines, trigger_use_in

    return trigger_lines(trigger_use_in(order.dataset, order.trigger_word), order.endpoint.rules)


def undescribed_text(order: TrainingOrder) -> str:
    """Return what becomes of pictures that nobody describes, or `''` where there is none."""
    if not order.undescribed:
        return ""
    count = plural(order.undescribed, "picture")
    return f"{count} without a caption and automatic captions off: learned by the trigger word alone."


def summary_text(dataset: Dataset) -> str:
    """Return a dataset in one line: `'12 pictures · 10 captions · 3.2 MB · 2 problems'`."""
    left_out = f", {len(dataset.excluded)} left out" if dataset.excluded else ""
    parts = [
        plural(len(dataset.pictures), dataset.unit) + left_out,
        plural(dataset.captioned, "caption"),
        size_text(dataset),
    ]
    stopping, advice = len(dataset.blocking), _advice(dataset)
    if stopping:
        parts.append(plural(stopping, "problem"))
    if advice:
        parts.append(plural(advice, "hint"))
    ignored = _silently_ignored(dataset)
    if ignored:
        parts.append(f"{len(ignored)} ignored")
    return " · ".join(parts)


def has_complaints(dataset: Dataset) -> bool:
    """Tell whether there is something that the user may want to mend."""
    return bool(dataset.blocking) or _advice(dataset) > 0


def _advice(dataset: Dataset) -> int:
    return sum(not problem.blocking and not problem.automatic for problem in dataset.problems)


def size_text(dataset: Dataset) -> str:
    """Return how much is sent where that is known or estimated, else how large the pictures are."""
    return f"{dataset.archive.show()} to send" if dataset.archive else file_size(dataset.size)


def _silently_ignored(dataset: Dataset) -> tuple[str, ...]:
    complained_of = {problem.name for problem in dataset.problems}
    return tuple(name for name in dataset.ignored if name not in complained_of)


@dataclass(frozen=True)
class DatasetRow:
    """A line in the list of what is in a dataset.

    Attributes:
        kind: `stops`, `hint`, `mended` (by itself, when it is packed), `ignored`, or `''` for a picture.
        name: of the file, or that it is about all of them.
        text: pixels and caption of a picture, or what is wrong.
        is_quiet: of less interest than the others.
    """

    kind: str
    name: str
    text: str
    is_quiet: bool = False


def dataset_rows(dataset: Dataset, rules: DatasetRules | None = None) -> tuple[DatasetRow, ...]:
    """Return what is in a dataset: what stops the training, hints, pictures, ignored files.

    Args:
        dataset: as it was looked through.
        rules: of the trainer, where it is to be said what becomes of missing captions.
    """
    problems = [
        _problem_row(problem)
        for problem in sorted(dataset.problems, key=lambda problem: not problem.blocking)
        if not problem.automatic
    ]
    mended = [
        DatasetRow("mended", problem.name, problem.reason, is_quiet=True)
        for problem in dataset.problems
        if problem.automatic
    ]
    pictures = [
        DatasetRow(
            "",
            picture.name,
            f"{f'{picture.width}×{picture.height}':>9}  {picture.caption or 'no caption'}{_made_of(picture)}",
            is_quiet=picture.caption is None,
        )
        for picture in dataset.pictures
    ]
    ignored = [
        DatasetRow("ignored", name, "is ignored", is_quiet=True) for name in _silently_ignored(dataset)
    ]
    missing = captions_text(dataset, rules) if rules is not None else ""
    captions = [DatasetRow("hint", "captions", missing)] if missing else []
    return (*problems, *captions, *pictures, *mended, *ignored)


def _made_of(picture: TrainingPicture) -> str:
    """Return what a result is made of, to stand behind its caption; `''` for a single picture."""
    names = [safe_text(item.name, limit=40) for item in picture.inputs]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f" ← {names[0]}{more}" if names else ""


def _problem_row(problem: DatasetProblem) -> DatasetRow:
    kind = "stops" if problem.blocking else "hint"
    reason = f"stops the training: {problem.reason}" if problem.blocking else problem.reason
    return DatasetRow(
        kind, problem.name or "all of them", reason + (f" → {problem.mend}" if problem.mend else "")
    )


def preview_path(dataset: Dataset | None, row: DatasetRow | None) -> Path | None:
    """Return the file of a picture in a folder; what is inside an archive has none."""
    if dataset is None or row is None or row.kind or dataset.root is None:
        return None
    return dataset.root / row.name


def no_use_question(order: TrainingOrder) -> Confirmation:
    """Return the question before a training whose result nothing generates with that is known here."""
    title = order.endpoint.info.title if order.endpoint is not None else ""
    sentences = (
        f"✗ Nothing that is known here generates with what {title} makes, at any service.",
        "The file of the LoRA is brought home, to be used elsewhere; the training is paid all the same.",
    )
    return Confirmation("Nothing here uses its result", sentences, confirm_label="Go on", danger=True)


def confirmation(
    order: TrainingOrder,
    terms: Terms,
    uses: Sequence[ResultUse] | None = None,
    finetunes: Sequence[Finetune] = (),
) -> tuple[str, ...]:
    """Return everything that matters before a training is paid, one line each.

    Args:
        order: what is asked for.
        terms: on which it is paid.
        uses: where the result can be used, None where that is not known.
        finetunes: those there are, for their names.
    """
    if order.trainer is None or order.dataset is None:
        raise ValueError("there is nothing to confirm yet")
    dataset, trainer = order.dataset, order.trainer
    captions = plural(dataset.captioned, "caption") if dataset.captioned else "no captions"
    availability = trainer.endpoint.info.availability
    names = {finetune.ref: safe_text(finetune.name, limit=60) for finetune in finetunes}
    # What is paid to whom comes last: a low terminal shows the end of it first.
    lines = [
        f"{dataset.unit.capitalize()}s: {len(dataset.pictures)} with {captions}, {size_text(dataset)}",
        *(f"{title}: {text}" for title, text in text_for(trainer.endpoint, order.given(), names)),
        f"Trainer: {trainer.endpoint.info.title} at {trainer.service}, profile {trainer.profile}",
        *([WARNINGS[availability]] if availability in WARNINGS else []),
        *([] if uses is None else [uses_text(uses, most=3) or "✗ Nothing here generates with its result."]),
        *terms.samples.lines(),
        *filter(None, [undescribed_text(order)]),
        *trigger_sentences(order),
        *set_warnings(dataset),
    ]
    money, too_low = money_text(terms.total(order), terms.balance, is_told=terms.is_told)
    lines.append(
        money[0].upper() + money[1:] + ("; the service would refuse it, at no cost." if too_low else ".")
    )
    if terms.abilities is not None:
        lines += [price_text(terms), terms.abilities.cancel_advice]
    return tuple(lines)


def name_text(order: TrainingOrder, finetunes: Sequence[Finetune]) -> tuple[str, ...]:
    """Return a sentence where a finetune has the name already that the new one is to have."""
    name = str(order.values.get(order.endpoint.name_field) or "").strip() if order.endpoint else ""
    if not name or all(finetune.name.casefold() != name.casefold() for finetune in finetunes):
        return ()
    return (f"! There is a finetune called {safe_text(name, limit=60)} already.",)


def twin_text(job: Job, now: datetime) -> str:
    """Return that the very same was trained before, with its name, age and cost, as a sentence."""
    cost = job.cost_credits if job.cost_credits is not None else job.estimate_credits
    paid = f"for {show_credits(cost)}" if job.state is JobState.DONE else f"at {show_credits(cost)}"
    state = "trained" if job.state is JobState.DONE else "ordered"
    when = relative_time(job.created_at, now)
    name = safe_text(job.title, limit=60)
    return f"✗ Identical to {name}, {state} {when} {paid}: same pictures, captions, values and trainer."


def set_warnings(dataset: Dataset) -> tuple[str, ...]:
    """Return what is to be said of the whole set before it is paid: masks, pairs, edits of what is gone."""
    told = {ProblemKind.SET, ProblemKind.EDIT}
    return tuple(
        problem.reason
        for problem in dataset.problems
        if not problem.name and not problem.blocking and problem.kind in told
    )


WARNINGS = {
    Availability.BETA: "This trainer is in beta: it may change without notice.",
    Availability.HISTORIC: "It may have ended at the service; a refusal is free.",
}
"""What is to be said before a training that may not work."""


def trainings_of(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Return the trainings of all profiles, active ones first, else the newest."""
    trainings = [job for job in jobs if job.kind is JobKind.TRAINING]
    return tuple(sorted(trainings, key=lambda job: not job.is_active))


def discontinued_text(trainings: Sequence[Job], trainer: Trainer | None) -> str:
    """Return why a trainer does not work if that is how its newest training ended, else `''`."""
    if trainer is None:
        return ""
    names = (trainer.profile, trainer.endpoint.info.id)
    own = (job for job in trainings if (job.profile, job.endpoint) == names)
    newest = max(own, key=lambda job: job.created_at, default=None)
    if newest is None or newest.error_title != TrainingDiscontinued.title:
        return ""
    return newest.error or TrainingDiscontinued.title


def time_left(job: Job, jobs: Sequence[Job], offered: Sequence[Trainer], now: datetime) -> str:
    """Return how long a training will still run, as far as real progress tells, or `''`.

    Args:
        job: a training.
        jobs: all that are known, whose own past trainings tell the pace.
        offered: the trainers, one of which may be its own.
        now: the present, aware.
    """
    from fluxtui.domain.pace import left_text, pace_of, seconds_left

    if job.state is not JobState.RUNNING:
        return ""
    names = (job.profile, job.endpoint)
    trainer = next((item for item in offered if (item.profile, item.endpoint.info.id) == names), None)
    if trainer is None:
        return left_text(seconds_left(job, now))
    field_name = trainer.endpoint.steps_field
    steps = job.parameters.get(field_name)
    pace = pace_of(jobs, job.provider, job.endpoint, field_name)
    return left_text(seconds_left(job, now, pace, steps if isinstance(steps, int) else None))


def training_text(job: Job, left: str = "") -> str:
    """Return where a training stands, and where it leads; `left` is how long it will still run, or `''`."""
    if job.is_active and job.cancel_asked_at is not None:
        return "asked to be cancelled"
    match job.state:
        case JobState.DRAFT:
            return job.remote_status or "waits here for its turn"
        case JobState.SUBMITTING:
            return job.remote_status or "is being sent"
        case JobState.WAITING:
            ahead = (job.remote_status or "").partition(", ")[2]
            return f"queued, {ahead}" if ahead else "queued at the service"
        case JobState.RUNNING | JobState.COLLECTING if job.is_looked_for:
            return f"not there yet, {next_try_text(job, job.updated_at)}"
        case JobState.RUNNING | JobState.COLLECTING:
            if left:
                return ", ".join(part for part in (progress_text(job.progress, 0).strip(), left) if part)
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


LOG_LINES = 5
"""How many of the last lines of a training's log are shown."""


def log_lines(log: str) -> tuple[str, ...]:
    """Return the last lines of a task's log that say something."""
    return tuple([line for line in log.splitlines() if line.strip()][-LOG_LINES:])
