"""Faults of every kind at once, two programs at once: the service's record and ours agree job by job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from PIL import Image

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

ANYWHERE = ("429", "500", "503", "drop-before", "drop-after", "truncated-body", "garbled-body")
AT_DELIVERY = ("truncated-image", "wrong-type")
OUTCOMES = ("failed", "moderated")
COUNT = 40


async def test_every_accepted_job_is_collected_or_named(
    inference: InferenceService,
    jobs: JobService,
    make_jobs: Callable[..., JobService],
    running: Running,
    ended: Ended,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    for fault in ANYWHERE:
        simulator.faults(fault, rate=0.05)
    for fault in AT_DELIVERY:
        simulator.faults(fault, rate=0.15, where="delivery")
    for fault in OUTCOMES:
        simulator.faults(fault, rate=0.05)
    values = {"prompt": "a fox", "width": 256, "height": 256}
    async with running(jobs), running(make_jobs()):
        settled = await ended(jobs, await inference.generate("bfl", "flux-pro-1.1", values, count=COUNT))

    by_state = {state: [job for job in settled if job.state is state] for state in JobState}
    accepted = {entry["id"] for entry in simulator.ledger()}
    known = {job.remote_id for job in settled if job.remote_id}
    assert known <= accepted
    assert len(accepted - known) <= len(by_state[JobState.IN_DOUBT])
    assert len(accepted) <= COUNT
    assert all(job.error for job in settled if job.state is not JobState.DONE)
    paths = {data_directory.inside(str(job.picture)) for job in by_state[JobState.DONE]}
    on_disk = {path for path in data_directory.inside("pictures").rglob("*") if path.is_file()}
    assert paths == on_disk
    for path in paths:
        with Image.open(path) as image:
            image.load()
    assert simulator.violations() == []
