"""What is generated, without a screen: real services on a simulator, and a host that answers beforehand."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fluxtui.app.container import Container
from fluxtui.controllers.background import Background
from fluxtui.controllers.generation.changes import FormChange
from fluxtui.controllers.generation.controller import GenerationController
from fluxtui.controllers.generation.editor import PendingChange
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.signal import Listener
from fluxtui.domain.jobs import Job, JobState
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing
from fluxtui.simulator.core.keys import VALID_KEY
from tests.fakes.generation import all_offers, atelier, make_finetune, make_job, offer, shared_profiles
from tests.fakes.host import FakeHost

__all__ = ["all_offers", "atelier", "make_finetune", "make_job", "offer", "shared_profiles"]

QUICK = Pacing(watch=0.05, first_poll=0.02, slowest_generation=0.1, first_trouble=0.02, slowest_trouble=0.2)


@dataclass
class Clock:
    """A clock that a test lets go on: what is to be called later is called when the time has come."""

    _waiting: list[Listener] = field(default_factory=list)

    def later(self, seconds: float, act: Listener) -> Listener:
        """Call `act` once the time has come; returns what prevents that."""
        self._waiting.append(act)
        return lambda: self._waiting.remove(act) if act in self._waiting else None

    @property
    def is_awaited(self) -> bool:
        """Whether something waits for the time."""
        return bool(self._waiting)

    def go_on(self) -> None:
        """Let the time come for all that waits."""
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()


@dataclass
class Desk:
    """Where something is generated: the controller with all around it."""

    host: FakeHost
    generation: GenerationController
    background: Background
    clock: Clock

    async def show(self, form: GenerateForm) -> None:
        """Put a form in the place of the present one."""
        await self.generation.editor.alter(PendingChange(lambda _: FormChange(form)))

    @property
    def news(self) -> str:
        """What was said last."""
        saying = self.generation.news.latest
        return saying.text if saying is not None else ""

    async def jobs(self) -> tuple[Job, ...]:
        """Return the jobs in the journal, newest first."""
        return tuple(await self.host.services.journal.jobs.recent())

    async def states(self) -> Mapping[JobState, int]:
        """Return how many jobs there are in each state."""
        return Counter(job.state for job in await self.jobs())

    async def until(self, condition: Callable[[], Awaitable[object]]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(40):
            while not await condition():
                await asyncio.sleep(0.01)

    async def ended(self, count: int) -> tuple[Job, ...]:
        """Wait until there are some jobs and none of them is active; returns them."""

        async def all_ended() -> bool:
            jobs = await self.jobs()
            return len(jobs) == count and not any(job.is_active for job in jobs)

        await self.until(all_ended)
        return await self.jobs()


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def open_desk(tmp_path: Path) -> OpenDesk:
    """Return a context manager that opens the services and a controller on them; jobs are driven meanwhile.

    Its options: `base_url` (nothing listens at the default), `key`, `more` of the configuration, `first`, the
    form to begin with, and `is_open`, whether the profiles are asked at once.
    """

    @asynccontextmanager
    async def open_it(
        base_url: str = "http://127.0.0.1:9",
        *,
        key: str | None = VALID_KEY,
        more: Mapping[str, object] | None = None,
        first: GenerateForm | None = None,
        is_open: bool = True,
        **known: Any,
    ) -> AsyncIterator[Desk]:
        overrides = {
            "profile": "demo",
            "profiles.demo.provider": "bfl",
            "profiles.demo.base_url": base_url,
            **({} if key is None else {"profiles.demo.api_key": key}),
            **(more or {}),
        }
        config = ConfigService(tmp_path / "config.toml", environ={}, overrides=overrides)
        config.load()
        container = Container(config, tmp_path / "data", pacing=QUICK)
        services = await container.open()
        host = FakeHost(services, usable_profiles=config.usable_profiles(), **known)
        background, clock = Background(host), Clock()
        driving = asyncio.create_task(services.jobs.run())
        try:
            generation = GenerationController(host, background, clock.later)
            if is_open:
                await generation.open(first)
            yield Desk(host, generation, background, clock)
            await background.settled()
        finally:
            await background.close()
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)
            await container.close()

    return open_it
