"""Pictures that would get the same name: every job has one of its own before its picture is moved there."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from fluxtui.domain.jobs import Job
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

PROGRAMS = 2
VALUES = {"prompt": "a fox", "seed": 7, "width": 256, "height": 256}


class SlowStorage(StorageService):
    """The files as one of several programs sees them, all of which choose a name at the same moment."""

    def __init__(self, root: Path, together: threading.Barrier) -> None:
        super().__init__(root)
        self._together = together
        self._is_first = True
        self.chosen: list[Path] = []

    def picture_path(
        self,
        *,
        finetune: str | None,
        endpoint: str,
        prompt: str,
        seed: int | None,
        extension: str,
        when: datetime,
    ) -> Path:
        path = super().picture_path(
            finetune=finetune, endpoint=endpoint, prompt=prompt, seed=seed, extension=extension, when=when
        )
        if self._is_first:
            self._is_first = False
            self._together.wait(10)
        return path

    def keep(self, temporary: Path, final: Path) -> Path:
        self.chosen.append(final)
        return super().keep(temporary, final)


async def test_programs_that_choose_a_name_together_never_have_the_same(
    inference: InferenceService,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    pacing: Pacing,
    jobs: JobService,
    running: Running,
    ended: Ended,
) -> None:
    """Or a job whose driver is killed would take the picture of the other for its own."""
    together = threading.Barrier(PROGRAMS)
    storages = [SlowStorage(data_directory.root, together) for _ in range(PROGRAMS)]
    ordered = [job for _ in storages for job in await inference.generate("bfl", "flux-pro-1.1", VALUES)]
    owners = [f"program-{number}" for number in range(PROGRAMS)]
    for job, owner in zip(ordered, owners, strict=True):
        assert await open_journal.jobs.claim(job.id, owner, 30)
    services = [
        JobService(open_journal, storage, gateway, owner=owner, pacing=pacing)
        for storage, owner in zip(storages, owners, strict=True)
    ]
    async with running(services[0]), running(services[1]):
        settled = await ended(services[0], ordered)

    chosen = [data_directory.relative(path) for storage in storages for path in storage.chosen]
    assert sorted(chosen) == sorted({str(job.picture) for job in settled})
    assert len(set(chosen)) == PROGRAMS
