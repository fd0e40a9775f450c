"""What a training or a finetune was trained on: in words, to look at, to export, to train on again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluxtui.controllers.host import Host
from fluxtui.controllers.navigation import TrainAgain
from fluxtui.controllers.questions import Question
from fluxtui.controllers.training.samples import kept_prompts
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job
from fluxtui.domain.notices import Severity
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.services.training_sets import KeptArchive
from fluxtui.services.typed_paths import meant

LOOKING_LIMIT = 1_000_000_000
"""Pixels and pictures of an archive are not limited where it is only looked at."""

LOOKING_RULES = DatasetRules(
    min_pictures=1,
    advised_pictures=1,
    max_pictures=LOOKING_LIMIT,
    formats=("JPEG", "PNG", "WEBP"),
    max_pixels=LOOKING_LIMIT,
)
"""For an archive whose trainer is not known any more."""


@dataclass(frozen=True)
class Trained:
    """A training, or the finetune that came of it.

    Attributes:
        name: of it, for people.
        dataset: what the journal keeps of the pictures, or None.
        job: the training, or None where it was not done here.
    """

    name: str
    dataset: Mapping[str, Any] | None
    job: Job | None


@dataclass(frozen=True)
class ArchiveExport(Question[str]):
    """Where the archive that was sent is copied to; the answer is a path as it was typed.

    Attributes:
        title: what is asked.
        words: what is copied, in a sentence.
    """

    title: str
    words: str


@dataclass(frozen=True)
class SentArchive:
    """An archive that was sent, and the rules that it is judged by where it is looked at."""

    path: Path
    rules: DatasetRules


@dataclass(frozen=True)
class TakenUp:
    """A training to be changed and sent anew, and what is said of its pictures once it is in the form."""

    request: TrainAgain
    text: str
    severity: Severity = "information"


class TrainedOn:
    """Shows, exports and takes up again what was trained on.

    Args:
        host: who is asked, and told what was done.
        find: tells what it is about now, None where there is nothing.
    """

    def __init__(self, host: Host, find: Callable[[], Awaitable[Trained | None]]) -> None:
        self._host = host
        self._find = find

    async def sent_archive(self) -> SentArchive | None:
        """Return the archive that was sent; say so and return None where that is not there."""
        found = await self._with_archive()
        if found is None:
            return None
        trained, kept = found
        return SentArchive(kept.path, await self._rules(trained.job) or LOOKING_RULES)

    async def export(self) -> None:
        """Copy the archive that was sent to where the user wants it.

        Raises `FluxError` where it cannot be written there.
        """
        found = await self._with_archive()
        if found is None:
            return
        trained, kept = found
        size = file_size(kept.size)
        words = f"A copy of the pictures and captions that {trained.name} was trained on, {size}."
        typed = await self._host.ask(ArchiveExport("Export to a new ZIP", words))
        if typed is not None:
            path = await self._host.services.training_sets.export(trained.dataset, meant(typed))
            self._host.tell(f"Exported to {safe_text(path)}.", severity="success")

    async def again(self) -> TakenUp | None:
        """Return pictures, trainer and values; say so and return None where they are not known."""
        trained = await self._find()
        if trained is None:
            return None
        job = trained.job
        if job is None:
            self._host.tell(f"{trained.name} was not trained here, so its values are not known.")
            return None
        self._host.tell(f"Looking whether the pictures of {trained.name} are as they were …")
        rules = await self._rules(job)
        origin = await self._host.services.training_sets.origin(job.dataset, rules)
        samples = kept_prompts(job.dataset or {})
        request = TrainAgain(f"{job.profile}/{job.endpoint}", origin.source, job.parameters, samples)
        if not origin.is_same:
            gone = f"The pictures of {trained.name} are not as they were, and its archive is gone."
            return TakenUp(request, gone, "warning")
        if origin.is_archive:
            return TakenUp(
                request, "Your pictures are not as they were, so these are the ones that were sent."
            )
        return TakenUp(request, f"As {trained.name} was trained: change what you like, then train.")

    async def _with_archive(self) -> tuple[Trained, KeptArchive] | None:
        """Return what it is about with its archive; say so and return None where that is not there."""
        trained = await self._find()
        if trained is None:
            return None
        kept = await self._host.services.training_sets.kept(trained.dataset)
        if kept is not None and kept.is_there:
            return trained, kept
        where = "is gone from the data directory" if kept is not None else "was never here"
        self._host.tell(f"The archive that {trained.name} was trained on {where}.", severity="warning")
        return None

    async def _rules(self, job: Job | None) -> DatasetRules | None:
        """Return what the trainer of a job takes, or None where it is not known any more."""
        if job is None:
            return None
        try:
            return await self._host.services.finetuning.rules(job.profile, job.endpoint)
        except FluxError:
            return None


def pictures_text(dataset: Mapping[str, Any]) -> str:
    """Return how many pictures and captions it was trained on, or `''`."""
    pictures, captioned = dataset.get("pictures"), dataset.get("captioned")
    if not isinstance(pictures, int):
        return ""
    if not isinstance(captioned, int):
        return plural(pictures, "picture")
    captions = f"with {plural(captioned, 'caption')}" if captioned else "without captions"
    return f"{plural(pictures, 'picture')} {captions}"


def archive_text(kept: KeptArchive | None) -> str:
    """Return where the archive that was sent is, how large, and whether it is still there."""
    if kept is None:
        return ""
    parts = (kept.shown, file_size(kept.size) if kept.size else "", "here" if kept.is_there else "gone")
    return " · ".join(part for part in parts if part)


def keys_text(kept: KeptArchive | None) -> str:
    """Return what the keys do with what was trained on, or `''` where nothing is known of it."""
    if kept is None:
        return ""
    shown = " · i shows them as they were sent · e exports them" if kept.is_there else ""
    return f"u trains again{shown}"


def source_text(dataset: Mapping[str, Any]) -> str:
    """Return which pictures of the user's it was made of."""
    return safe_text(dataset.get("source") or "")
