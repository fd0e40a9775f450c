"""The generate place of a real application, opened and ready."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot

from fluxtui.app import FluxApp
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.feed import StateFeed
from fluxtui.screens.generate import GenerateScreen

PATIENCE = 400
"""How often a condition is looked at, with 0.02 s between."""

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """The open place, with what drives it."""

    app: FluxApp
    pilot: Pilot[int]
    screen: GenerateScreen

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        for _ in range(PATIENCE):
            await self.pilot.pause(0.02)
            if condition():
                return
        raise AssertionError(f"it never came to this: {condition.__doc__ or condition}")

    def text(self, selector: str) -> str:
        """Return what a widget with text shows."""
        return str(self.screen.query_one(selector).render())


OpenPlace = Callable[[FluxApp], AbstractAsyncContextManager[Place]]


@pytest.fixture
def open_place() -> OpenPlace:
    """Return a context manager that starts an application and opens its generate place."""

    @asynccontextmanager
    async def open_it(app: FluxApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Place]:
        async with app.run_test(size=size) as pilot:
            for _ in range(PATIENCE):
                await pilot.pause(0.02)
                if app.profile and app.screen_stack and app.screen.id != "_default":
                    break
            await app.go("generate")
            screen = app.screen
            assert isinstance(screen, GenerateScreen)
            place = Place(app, pilot, screen)
            await place.until(lambda: screen.order.form.endpoint_id or screen.results.fault)
            yield place

    return open_it


@pytest.fixture
def still_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state as the test sets it: neither journal nor service is asked again."""
    monkeypatch.setattr(StateFeed, "refresh", lambda *_: None)
    monkeypatch.setattr(StateFeed, "ask_balance", lambda *_: None)


@pytest.fixture
def make_finetune() -> Callable[..., Finetune]:
    """Return a function that makes a finetune that is ready."""

    def make(finetune_id: str = "ft-1", **changes: object) -> Finetune:
        values = {"profile": "demo", "id": finetune_id, "name": "Lumi", "trigger_word": "LUMI", **changes}
        return Finetune.model_validate(values)

    return make


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """Return a function that makes a generation."""

    def make(job_id: str = "job-1", state: JobState = JobState.DONE, **changes: object) -> Job:
        values = {
            "id": job_id,
            "kind": JobKind.GENERATION,
            "state": state,
            "profile": "demo",
            "provider": "bfl",
            "endpoint": "flux-dev",
            "title": "a lamp",
            "parameters": {"prompt": "a lamp", "steps": 20, "seed": 7},
            "estimate_credits": 2.5,
            "seed": 7,
            "created_at": START,
            "updated_at": START,
            **changes,
        }
        return Job.model_validate(values)

    return make
