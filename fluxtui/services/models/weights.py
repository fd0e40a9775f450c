"""The files of LoRAs: fetched again, taken in, looked through, and made ready for BFL's dashboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from fluxtui.domain.errors import NotFound, ResultExpired, WeightsError
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.text import safe_text
from fluxtui.domain.weights import Base, Weights
from fluxtui.providers.base import Packing, Phase, Progress
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.jobs.requests import task_of
from fluxtui.services.jobs.weights import fetch_weights
from fluxtui.services.journal import Journal
from fluxtui.services.lora import DashboardFile, LoraService
from fluxtui.services.models.glance import Glance, glance_of
from fluxtui.services.models.uses import FileState, file_state
from fluxtui.services.storage import StorageService
from fluxtui.system.dataclass import dataclass

_OWN_ID_CHARACTERS = 16
_FETCH_FIRST = "w in Models fetches it where the service still has it."


@dataclass(frozen=True)
class WeightsKeeper:
    """Brings LoRA files in and hands them out; what it is about is in the attributes."""

    journal: Journal
    storage: StorageService
    gateway: Gateway
    loras: LoraService

    async def glance(self, path: Path) -> Glance:
        """Return what a file shows; `~` is the home. Raises `WeightsError` and `StorageError`."""
        return glance_of(await self.loras.look(path))

    async def fetch(self, finetune: Finetune, progress: Progress) -> Finetune:
        """Return a finetune with its file in the data directory. Raises like `ModelService.fetch_weights`."""
        name = safe_text(finetune.name, limit=80)
        if finetune.profile == OWN_FILES:
            raise WeightsError(
                f"{name} came from a file of yours.", next_step="o in Models takes that file in again."
            )
        expired: ResultExpired | NotFound | None = None
        async for url, packing in self._sources(finetune):
            try:
                weights = await fetch_weights(self, finetune.profile, finetune, url, packing, progress)
            except (ResultExpired, NotFound) as error:
                expired = error
                continue
            return finetune.model_copy(update={"weights": weights, "base": finetune.base or weights.base})
        if expired is not None:
            raise ResultExpired(
                f"The file of {name} is not where the service says that it is.",
                next_step="w looks again, also days later, which costs nothing; o in Models takes in a copy "
                "that you have.",
            ) from expired
        raise WeightsError(
            f"The service does not give out the file of {name}.",
            next_step="It can be used there all the same, if an endpoint takes it.",
        )

    async def _sources(self, finetune: Finetune) -> AsyncIterator[tuple[str, Packing]]:
        """Yield where the file may be, and how it is packed there; the surest place first."""
        provider = await self.gateway.provider(finetune.profile)
        job = await self.journal.jobs.get(finetune.job_id) if finetune.job_id else None
        if job is not None and job.remote_id:
            try:
                status = await provider.status(task_of(job))
            except NotFound:
                status = None
            if status is not None and status.phase is Phase.READY and status.weights_url:
                yield status.weights_url, status.weights_packing
        if finetune.weights_url:
            yield finetune.weights_url, Packing.FILE
        elif provider.abilities.lists_finetunes:
            try:
                told = await provider.finetune(finetune.id)
            except NotFound:
                return
            if told.weights_url:
                yield told.weights_url, Packing.FILE

    async def take_in(
        self, path: Path, *, name: str, trigger_word: str | None, base: Base | None, progress: Progress | None
    ) -> Finetune:
        """Return a finetune that stands for a copy of the user's own file. Raises like `LoraService`."""
        weights = await self.loras.take_in(path, name=name, progress=progress)
        return Finetune(
            profile=OWN_FILES,
            id=weights.sha256[:_OWN_ID_CHARACTERS],
            name=safe_text(name.strip() or path.stem, limit=120),
            trigger_word=trigger_word or None,
            base=base or weights.base,
            weights=weights,
        )

    async def look(self, finetune: Finetune) -> FileState | None:
        """Tell whether the file is there and as long as it was; None where there never was one here."""
        if finetune.weights is None:
            return None
        return await asyncio.to_thread(file_state, self.storage, finetune.weights)

    async def verify(self, finetune: Finetune) -> FileState:
        """Tell whether the file is there with just its content. Raises `WeightsError` and `StorageError`."""
        weights = _file_of(finetune)
        state = await asyncio.to_thread(file_state, self.storage, weights)
        if state is not FileState.KEPT:
            return state
        return FileState.KEPT if await self.loras.verify(weights) else FileState.CHANGED

    async def reread(self, finetune: Finetune) -> Finetune:
        """Return a finetune with what its file, which is whole, shows by what is known of files today.

        Raises:
            WeightsError: there never was a file of it here, or it cannot be read.
            StorageError: its path leads out of the data directory.
        """
        weights = _file_of(finetune)
        try:
            seen = await self.loras.look(self.storage.inside(weights.path))
        except WeightsError as error:
            fault = error.message.rstrip(".")
            return finetune.model_copy(update={"weights": weights.model_copy(update={"fault": fault})})
        reading = seen.reading
        shown = {"possible": reading.possible, "kind": reading.kind, "fault": seen.fault}
        found = weights.model_copy(update=shown | {"base": reading.base, "rank": reading.rank})
        return finetune.model_copy(update={"weights": found, "base": finetune.base or reading.base})

    async def prepare_for_dashboard(
        self, finetune: Finetune, *, name: str, folder: Path | None
    ) -> DashboardFile:
        """Put the file where it can be uploaded from; see `LoraService.prepare_for_dashboard`."""
        weights = file_for_dashboard(finetune)
        return await self.loras.prepare_for_dashboard(weights, name=name, folder=folder)


def file_for_dashboard(finetune: Finetune) -> Weights:
    """Return the file of a finetune, with the model that it is for. Raises `WeightsError` without one."""
    weights = _file_of(finetune)
    # What the file does not show, the trainer or the user may have told.
    return weights.model_copy(update={"base": weights.base or finetune.base})


def _file_of(finetune: Finetune) -> Weights:
    if finetune.weights is None:
        name = safe_text(finetune.name, limit=80)
        raise WeightsError(f"There is no file of {name} here.", next_step=_FETCH_FIRST)
    return finetune.weights
