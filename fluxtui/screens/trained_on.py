"""What a training or a finetune was trained on: in words, to look at, to export, to train on again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from fluxtui.app.state import guarded
from fluxtui.controllers.navigation import TrainAgain
from fluxtui.controllers.training.samples import kept_prompts
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job
from fluxtui.domain.text import file_size, plural, safe_text
from fluxtui.screens.place import PlaceScreen
from fluxtui.services.training_sets import KeptArchive
from fluxtui.widgets.dialogs import ask
from fluxtui.widgets.dialogs.base import OPENING_SECONDS

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
    dataset: Mapping[str, Any] | None
    job: Job | None


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


class TrainedOnKeys(PlaceScreen):
    """Shows, exports and trains again what the training under the cursor was trained on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "show_archive", "Its pictures", id="trained.pictures", show=False),
        Binding("e", "export_archive", "Export its pictures", id="trained.export", show=False),
    ]

    @abstractmethod
    async def trained(self) -> Trained | None:
        """Return what the keys act on."""

    async def _with_archive(self) -> tuple[Trained, KeptArchive] | None:
        """Return what the keys act on with its archive; say so and return None where that is not there."""
        trained = await self.trained()
        if trained is None:
            return None
        kept = await self.app.services.training_sets.kept(trained.dataset)
        if kept is not None and kept.is_there:
            return trained, kept
        told = "is gone from the data directory" if kept is not None else "was never here"
        self.app.tell(f"The archive that {trained.name} was trained on {told}.", severity="warning")
        return None

    def action_show_archive(self) -> None:
        """Show the pictures and captions that were sent."""
        work = self._show_archive()
        guarded(self, work, doing="opening the pictures", group="trained", exclusive=True)

    async def _show_archive(self) -> None:
        found = await self._with_archive()
        if found is None:
            return
        from fluxtui.screens.workbench import WorkbenchScreen

        trained, kept = found
        rules = await self._rules(trained.job) or _LOOKING
        self.app.delay_update(OPENING_SECONDS)
        await self.app.push_screen(WorkbenchScreen(kept.path, rules))

    async def _rules(self, job: Job | None) -> DatasetRules | None:
        """Return what the trainer of a job takes, or None where it is not known any more."""
        if job is None:
            return None
        try:
            return await self.app.services.finetuning.rules(job.profile, job.endpoint)
        except FluxError:
            return None

    def action_export_archive(self) -> None:
        """Copy the archive that was sent to where the user wants it."""
        work = self._export_archive()
        guarded(self, work, doing="exporting the pictures", group="trained", exclusive=True)

    async def _export_archive(self) -> None:
        found = await self._with_archive()
        if found is None:
            return
        from fluxtui.widgets.dialogs.path import PathDialog
        from fluxtui.widgets.paths import expanded

        trained, kept = found
        told = (
            f"A copy of the pictures and captions that {trained.name} was trained on, {file_size(kept.size)}."
        )
        typed = await ask(self.app, PathDialog("Export to a new ZIP", told))
        if typed is None:
            return
        path = await self.app.services.training_sets.export(trained.dataset, expanded(typed))
        self.app.tell(f"Exported to {safe_text(path)}.", severity="success")

    def train_again(self) -> None:
        """Go to the finetune place with pictures, trainer and values, to be changed there and sent anew."""
        guarded(self, self._train_again(), doing="taking up a training", group="trained", exclusive=True)

    async def _train_again(self) -> None:
        trained = await self.trained()
        job = trained.job if trained is not None else None
        if trained is None or job is None:
            if trained is not None:
                self.app.tell(f"{trained.name} was not trained here, so its values are not known.")
            return
        self.app.tell(f"Looking whether the pictures of {trained.name} are as they were …")
        rules = await self._rules(job)
        origin = await self.app.services.training_sets.origin(job.dataset, rules)
        trainer = f"{job.profile}/{job.endpoint}"
        samples = kept_prompts(job.dataset or {})
        await self.app.go(TrainAgain(trainer, origin.source, job.parameters, samples))
        if not origin.is_same:
            told = f"The pictures of {trained.name} are not as they were, and its archive is gone."
            self.app.tell(told, severity="warning")
        elif origin.is_archive:
            self.app.tell("Your pictures are not as they were, so these are the ones that were sent.")
        else:
            self.app.tell(f"As {trained.name} was trained: change what you like, then train.")
