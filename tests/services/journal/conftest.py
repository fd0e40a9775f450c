from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
async def journal(path: Path, clock: Clock) -> AsyncIterator[Journal]:
    async with Journal(path, clock=clock) as journal:
        yield journal


@pytest.fixture
async def other(path: Path, clock: Clock, journal: Journal) -> AsyncIterator[Journal]:
    """A second journal on the same file, as another program has it."""
    async with Journal(path, clock=clock) as other:
        yield other


@pytest.fixture
def make_job() -> Callable[..., Job]:
    def make(job_id: str = "job", **values: Any) -> Job:
        defaults: dict[str, Any] = {
            "kind": JobKind.GENERATION,
            "state": JobState.DRAFT,
            "profile": "bfl",
            "provider": "bfl",
            "endpoint": "flux-dev",
            "title": "a fox",
            "parameters": {"prompt": "a fox", "seed": 7},
            "estimate_credits": 2.5,
            "created_at": START,
            "updated_at": START,
        }
        return Job(id=job_id, **(defaults | values))

    return make


@pytest.fixture
def make_picture() -> Callable[..., Picture]:
    def make(picture_id: str = "picture", job_id: str = "job", **values: Any) -> Picture:
        defaults: dict[str, Any] = {
            "path": f"pictures/2026-11-23/{picture_id}.png",
            "format": "PNG",
            "width": 1024,
            "height": 768,
            "size": 12345,
            "sha256": "0" * 64,
            "prompt": "a fox",
            "seed": 7,
            "endpoint": "flux-dev",
            "parameters": {"prompt": "a fox"},
            "created_at": START,
        }
        return Picture(id=picture_id, job_id=job_id, **(defaults | values))

    return make
