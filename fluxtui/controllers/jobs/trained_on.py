"""What a training or a finetune was trained on: in words, to look at, to export, to train on again."""

from __future__ import annotations

from fluxtui.controllers.host import Host
from fluxtui.controllers.navigation import TrainAgain
from fluxtui.controllers.questions import Question
from fluxtui.controllers.training.samples import prompts_within
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.domain.training_set import TrainingSet
from fluxtui.services.training_sets import TrainingArchive
from fluxtui.services.typed_paths import meant
from fluxtui.system.dataclass import dataclass

LOOKING_LIMIT = 1_000_000_000
"""Pixels and pictures of an archive are not limited where it is only looked at."""

_LOOKING = DatasetRules(
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
    dataset: TrainingSet | None
    job: Job | None


@dataclass(frozen=True)
class ArchiveQuestion(Question[str]):
    """To which path an archive is exported, as a new ZIP; `words` say what is in it."""

    words: str


def pictures_text(dataset: TrainingSet) -> str:
    """Return how many pictures and captions it was trained on, or `''`."""
    pictures, captioned = dataset.pictures, dataset.captioned
    if pictures is None:
        return ""
    unit = "pair" if dataset.pairs else "picture"
    if captioned is None:
        return plural(pictures, unit)
    captions = f"with {plural(captioned, 'caption')}" if captioned else "without captions"
    return f"{plural(pictures, unit)} {captions}"


def archive_text(kept: TrainingArchive | None) -> str:
    """Return where the archive that was sent is, how large, and whether it is still there."""
    if kept is None:
        return ""
    parts = (kept.shown, file_size(kept.size) if kept.size else "", "here" if kept.is_there else "gone")
    return " · ".join(part for part in parts if part)


def keys_text(kept: TrainingArchive | None) -> str:
    """Return what the keys do with what was trained on, or `''` where nothing is known of it."""
    if kept is None:
        return ""
    shown = " · i shows them as they were sent · e exports them" if kept.is_there else ""
    return f"u trains again{shown}"


def source_text(dataset: TrainingSet) -> str:
    """Return which pictures of the user's it was made of."""
    return safe_text(dataset.source)


class TrainedOn:
    """Finds, exports and trains again what something was trained on.

    Args:
        host: asks and tells the user.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    async def archive(self, trained: Trained) -> TrainingArchive | None:
        """Return the archive that was sent; say so and return None where it is not there."""
        kept = await self._host.services.training_sets.archive_of(trained.dataset)
        if kept is not None and kept.is_there:
            return kept
        told = "is gone from the data directory" if kept is not None else "was never here"
        self._host.tell(f"The archive that {trained.name} was trained on {told}.", severity="warning")
        return None

    async def rules(self, trained: Trained) -> DatasetRules:
        """Return what its trainer takes, or what lets everything be looked at where that is not known."""
        return await self._rules(trained.job) or _LOOKING

    async def _rules(self, job: Job | None) -> DatasetRules | None:
        if job is None:
            return None
        try:
            return await self._host.services.finetuning.rules(job.profile, job.endpoint)
        except FluxError:
            return None

    async def export(self, trained: Trained) -> None:
        """Copy the archive that was sent to where the user wants it. Raises `FluxError`."""
        kept = await self.archive(trained)
        if kept is None:
            return
        size = file_size(kept.size)
        words = f"A copy of the pictures and captions that {trained.name} was trained on, {size}."
        target = await self._host.ask(ArchiveQuestion(words))
        if target is None:
            return
        path = await self._host.services.training_sets.export(trained.dataset, meant(target))
        self._host.tell(f"Exported to {safe_text(path)}.", severity="success")

    async def train_again(self, trained: Trained) -> None:
        """Go to the finetune place with pictures, trainer and values, to be changed there and sent anew."""
        job = trained.job
        if job is None:
            self._host.tell(f"{trained.name} was not trained here, so its values are not known.")
            return
        self._host.tell(f"Looking whether the pictures of {trained.name} are as they were …")
        origin = await self._host.services.training_sets.origin(job.dataset, await self._rules(job))
        samples = prompts_within(job.dataset.samples if job.dataset is not None else ())
        trainer = f"{job.profile}/{job.endpoint}"
        await self._host.go(TrainAgain(trainer, origin.source, job.parameters, samples))
        if not origin.is_same:
            told = f"The pictures of {trained.name} are not as they were, and its archive is gone."
            self._host.tell(told, severity="warning")
        elif origin.is_archive:
            self._host.tell("Your pictures are not as they were, so these are the ones that were sent.")
        else:
            self._host.tell(f"As {trained.name} was trained: change what you like, then train.")
