"""A driver that was held up (suspended, asleep) finds that another has finished its job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from fluxtui.domain.jobs import IllegalTransition, Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService, Pacing
from fluxtui.services.jobs.context import JobContext
from fluxtui.services.jobs.following import Following
from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.storage import StorageService

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]


def context_of(journal: Journal, storage: StorageService, gateway: Gateway) -> JobContext:
    """Return what a job works with, as the service makes it."""
    loras = LoraService(storage, journal)
    return JobContext(journal, storage, gateway, Pacing(), lambda: datetime.now(UTC), loras)


async def test_it_leaves_the_finished_job_as_it_is(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
) -> None:
    values = {"prompt": "a fox", "width": 256, "height": 256}
    ordered = await inference.generate("bfl", "flux-pro-1.1", values)
    async with running(jobs):
        (done,) = await ended(jobs, ordered)
    as_it_was = done.model_copy(update={"state": JobState.WAITING})
    context = context_of(open_journal, data_directory, gateway)
    with pytest.raises(IllegalTransition):
        await Following(context, as_it_was).follow(at_once=True)
    assert await open_journal.jobs.get(done.id) == done


async def test_its_own_trouble_does_not_spoil_the_finished_job(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    gateway: Gateway,
    reconnect: Callable[..., None],
) -> None:
    ordered = await inference.generate("bfl", "flux-pro-1.1", {"prompt": "a fox"})
    async with running(jobs):
        (done,) = await ended(jobs, ordered)
    reconnect(key="nonsense")
    as_it_was = done.model_copy(update={"state": JobState.WAITING})
    context = context_of(open_journal, data_directory, gateway)
    assert await Following(context, as_it_was).follow(at_once=True) == done
    assert await open_journal.jobs.get(done.id) == done
