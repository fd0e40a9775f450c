"""A clock that is wrong here hides nothing from us that the service has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest

from fluxtui.api.service import APIService
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from tests.services.replicate.conftest import PROFILE, SMALL, Trained

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


@pytest.fixture(params=[7, -5])
def hours(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """By how many hours the clock here is ahead of the service's."""
    hours = int(request.param)
    monkeypatch.setattr(APIService, "clock_ahead", property(lambda _: hours * 3600.0))
    return hours


@pytest.fixture
async def open_journal(data_directory: StorageService, hours: int) -> AsyncIterator[Journal]:
    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    async with Journal(data_directory.journal_path, clock=clock) as journal:
        yield journal


async def test_a_lost_picture_is_found_whatever_the_clock_says(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        finetune = await trained()
        simulator.replicate.faults("drop-after", count=1, where="submit")
        (job,) = await inference.generate(PROFILE, "trained-version", SMALL, finetune=finetune)
        (done,) = await ended(jobs, [job], lambda job: job.state is JobState.DONE)
    assert not done.maybe_billed
    assert len(simulator.replicate.ledger()) == 2
