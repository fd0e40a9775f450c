from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.picture import Picture
from fluxtui.services.gallery import GalleryService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

AddPicture = Callable[..., Awaitable[Picture]]
Find = Callable[[str], Awaitable[list[str]]]


@pytest.fixture
def storage(tmp_path: Path) -> StorageService:
    storage = StorageService(tmp_path / "data")
    storage.prepare()
    return storage


@pytest.fixture
async def journal(storage: StorageService) -> AsyncIterator[Journal]:
    async with Journal(storage.journal_path) as journal:
        yield journal


@pytest.fixture
def gallery(journal: Journal, storage: StorageService) -> GalleryService:
    return GalleryService(journal, storage)


@pytest.fixture
def add(journal: Journal, storage: StorageService) -> AddPicture:
    """Write a finished generation with its picture into the journal, and a file."""
    made = 0

    async def add(
        name: str, prompt: str = "a fox", *, profile: str = "bfl", cost: float | None = 4.0, **values: Any
    ) -> Picture:
        nonlocal made
        made += 1
        path = f"pictures/2026-11-01/{name}.png"
        at = START + timedelta(minutes=made)
        defaults: dict[str, Any] = {
            "path": path,
            "format": "PNG",
            "width": 1024,
            "height": 1024,
            "size": 10,
            "sha256": f"{made:064x}",
            "prompt": prompt,
            "seed": made,
            "endpoint": "flux-dev",
            "parameters": {"prompt": prompt, "seed": made},
            "created_at": at,
        }
        picture = Picture(id=name, job_id=f"job-{name}", **(defaults | values))
        job = Job(
            id=picture.job_id,
            work=GenerationWork(picture=picture.path),
            state=JobState.DONE,
            profile=profile,
            provider="bfl",
            endpoint=picture.endpoint,
            title=prompt,
            parameters=picture.parameters,
            estimate_credits=6.0,
            cost_credits=cost,
            created_at=at,
            updated_at=at,
            submitted_at=at,
        )
        await journal.jobs.add([job])
        await journal.pictures.add(picture)
        file = storage.inside(picture.path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(f"file of {name}".encode())
        return picture

    return add


@pytest.fixture
def find(gallery: GalleryService) -> Find:
    """Return the ids of the pictures that a line finds."""

    async def find(line: str) -> list[str]:
        entries = await gallery.entries(await gallery.numbers(GalleryFilter.parse(line)))
        return [entry.picture.id for entry in entries]

    return find
