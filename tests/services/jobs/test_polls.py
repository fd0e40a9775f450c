"""How often the service is asked about a picture of an endpoint whose last pictures are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from fluxtui.domain.jobs import Job, JobState
from fluxtui.providers.base import RemoteStatus, RemoteTask
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService, Pacing
from fluxtui.services.jobs.rhythm import KEPT
from fluxtui.simulator.running import Simulator

ENDPOINT = "flux-pro-1.1"
PACING = Pacing(watch=0.05, first_poll=0.02)
USUAL_SECONDS = 1.5
"""Long enough for the simulator to have painted them all."""


async def test_each_picture_is_asked_about_once_where_it_is_ready_in_its_usual_time(
    inference: InferenceService,
    make_jobs: Callable[..., JobService],
    running: Callable[[JobService], AbstractAsyncContextManager[None]],
    ended: Callable[..., Awaitable[tuple[Job, ...]]],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, status = Counter[str](), BFLProvider.status

    async def counted(provider: BFLProvider, task: RemoteTask) -> RemoteStatus:
        asked[task.remote_id] += 1
        return await status(provider, task)

    monkeypatch.setattr(BFLProvider, "status", counted)
    service = make_jobs(PACING)
    for _ in range(KEPT):
        service._context.usual_seconds.remember(("bfl", ENDPOINT), USUAL_SECONDS)
    values = {"prompt": "a fox", "width": 256, "height": 256}
    async with running(service):
        submitted = await inference.generate("bfl", ENDPOINT, values, count=6)
        done = await ended(service, submitted)
    assert {job.state for job in done} == {JobState.DONE}
    assert asked == {job.remote_id: 1 for job in done}
    assert simulator.violations() == []
