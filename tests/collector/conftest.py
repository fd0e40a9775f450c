"""Collectors in processes of their own, on a simulator whose clock can be held."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.services.jobs import new_id
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

AddJobs = Callable[..., Awaitable[tuple[Job, ...]]]
StartCollector = Callable[..., subprocess.Popen[str]]


class HeldClock:
    """The time of the service, which stands still while it is held: nothing comes to its end then."""

    def __init__(self) -> None:
        self._held_at: float | None = None

    def __call__(self) -> float:
        return time.time() if self._held_at is None else self._held_at

    def hold(self) -> None:
        """Stand still."""
        self._held_at = time.time()

    def go_on(self) -> None:
        """Be what it is everywhere."""
        self._held_at = None


@pytest.fixture(autouse=True)
def quick_painter(painted_plainly: None) -> None:
    """Let the simulator paint plainly."""


@pytest.fixture(scope="session")
def session_clock() -> HeldClock:
    return HeldClock()


@pytest.fixture(scope="session")
def session_simulator(session_clock: HeldClock) -> Iterator[Simulator]:
    settings = Settings(seconds_per_image=0.05, seconds_per_training=0.3, listing_delay=0)
    with running_simulator(settings, session_clock) as running:
        yield running


@pytest.fixture
def clock(session_clock: HeldClock) -> HeldClock:
    """The service's clock, which goes."""
    session_clock.go_on()
    return session_clock


@pytest.fixture
def simulator(session_simulator: Simulator, clock: HeldClock) -> Simulator:
    """A service in which nothing has happened yet."""
    session_simulator.reset()
    return session_simulator


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """The data directory that program and collectors share."""
    StorageService(tmp_path / "data").prepare()
    return tmp_path / "data"


@pytest.fixture
def add_jobs(data_dir: Path) -> AddJobs:
    """Return a function that writes generations into the journal: how many, and fields that differ."""

    async def add(count: int, **fields: Any) -> tuple[Job, ...]:
        now = datetime.now(UTC)
        usual = {
            "kind": JobKind.GENERATION,
            "state": JobState.DRAFT,
            "profile": "bfl",
            "provider": "bfl",
            "endpoint": "flux-pro-1.1",
            "title": "a fox",
            "estimate_credits": 4.0,
            "created_at": now,
            "updated_at": now,
        }
        jobs = tuple(
            Job.model_validate(
                {
                    **usual,
                    "id": new_id(),
                    "seed": seed,
                    "parameters": {"prompt": "a fox", "width": 256, "height": 256, "seed": seed},
                    **fields,
                }
            )
            for seed in range(count)
        )
        async with Journal(StorageService(data_dir).journal_path) as journal:
            await journal.jobs.add(jobs)
        return jobs

    return add


@pytest.fixture
def start_collector(
    simulator: Simulator, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StartCollector]:
    """Return a function that starts `fluxtui collect` with some options; it ends with the test."""
    monkeypatch.setenv("BFL_API_KEY", VALID_KEY)
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str, **streams: Any) -> subprocess.Popen[str]:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        place = ("--data-dir", str(data_dir), "--base-url", simulator.base_url)
        command = [sys.executable, "-m", "fluxtui", "collect", *place, *options]
        processes.append(subprocess.Popen(command, text=True, stdin=subprocess.DEVNULL, **streams))
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def rows(data_dir: Path) -> list[dict[str, Any]]:
    """Return the jobs as the journal has them, leases too."""
    path = StorageService(data_dir).journal_path
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM jobs ORDER BY number")]


def wait_for(data_dir: Path, condition: Callable[[list[dict[str, Any]]], bool], seconds: float = 40) -> float:
    """Wait until the jobs in the journal fulfil a condition, and return how long that took."""
    begin = time.monotonic()
    while not condition(rows(data_dir)):
        assert time.monotonic() < begin + seconds, [row["state"] for row in rows(data_dir)]
        time.sleep(0.05)
    return time.monotonic() - begin


@pytest.fixture
def journal_rows(data_dir: Path) -> Callable[[], list[dict[str, Any]]]:
    """Return a function that reads the jobs as the journal has them."""
    return lambda: rows(data_dir)


@pytest.fixture
def wait_for_jobs(data_dir: Path) -> Callable[..., float]:
    """Return a function that waits until the jobs fulfil a condition, and returns the seconds that took."""
    return lambda condition, seconds=40.0: wait_for(data_dir, condition, seconds)
