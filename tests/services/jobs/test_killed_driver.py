"""A driver that is killed outright: another one takes its jobs over, and sends none of them twice."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.running import Simulator
from tests.fakes.leases import leases_run_out

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

ROOT = Path(__file__).parents[3]
VALUES = {"prompt": "a fox", "width": 256, "height": 256}
DRIVER = """
import asyncio
import os
import sys
from pathlib import Path

from pydantic import SecretStr

from fluxtui.api.options import KeyPolicy
from fluxtui.api.service import APIService
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.providers.registry import provider_hosts
from fluxtui.services.jobs import JobService, Pacing
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService


class Gateway:
    def __init__(self, base_url):
        trusted = provider_hosts("bfl").trusted_hosts
        self._api = APIService(base_url, SecretStr("sim-valid"), KeyPolicy(trusted_hosts=trusted))

    async def provider(self, profile):
        return BFLProvider(self._api)

    async def api(self, profile):
        return self._api


async def main():
    storage = StorageService(Path(sys.argv[1]))
    async with Journal(storage.journal_path) as journal:
        pacing = Pacing(watch=0.02, first_poll=0.05)
        await JobService(journal, storage, Gateway(sys.argv[2]), owner=str(os.getpid()), pacing=pacing).run()


asyncio.run(main())
"""


@asynccontextmanager
async def driver(storage: StorageService, simulator: Simulator) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a driver in a process of its own, and kill it at the end of the block, without any warning."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DRIVER, str(storage.root), simulator.base_url, cwd=ROOT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def reached(journal: Journal, job: Job, state: JobState, simulator: Simulator) -> None:
    """Wait until a job is in a state, and what is asked for in it is on its way."""
    async with asyncio.timeout(40):
        while True:
            current = await journal.jobs.get(job.id)
            if current is not None and current.state is state and simulator.held():
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("fault", "where", "killed_in", "ends"),
    [
        ("latency", "submit", JobState.SUBMITTING, JobState.IN_DOUBT),
        ("latency", "poll", JobState.WAITING, JobState.DONE),
        ("latency", "delivery", JobState.COLLECTING, JobState.DONE),
    ],
)
async def test_job_of_a_killed_driver_is_taken_over(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
    fault: str,
    where: str,
    killed_in: JobState,
    ends: JobState,
) -> None:
    simulator.faults(fault, seconds=3600, count=1, where=where)
    (job,) = await inference.generate("bfl", "flux-pro-1.1", VALUES)
    async with driver(data_directory, simulator):
        await reached(open_journal, job, killed_in, simulator)
    leases_run_out(open_journal.path)
    async with running(jobs):
        (ended_job,) = await ended(jobs, [job])
    assert ended_job.state is ends
    assert len(simulator.ledger()) <= 1
    pictures = [path for path in data_directory.inside("pictures").rglob("*") if path.is_file()]
    assert len(pictures) == (1 if ends is JobState.DONE else 0)
