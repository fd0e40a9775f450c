"""Work that goes on beside a controller in a test, as tasks of its event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


class FakeBackground:
    """Runs what a controller begins; a fault is raised by `idle`, so that no test misses it."""

    def __init__(self) -> None:
        self._running: dict[asyncio.Task[None], str] = {}
        self.begun: list[str] = []
        """What was begun, in words, oldest first."""

    def __call__(
        self, work: Coroutine[Any, Any, None], *, doing: str, group: str, exclusive: bool = False
    ) -> asyncio.Task[None]:
        """Begin work; see `Background`."""
        for task, other in self._running.items():
            if exclusive and other == group:
                task.cancel()
        self.begun.append(doing)
        task = asyncio.ensure_future(work)
        self._running[task] = group
        return task

    async def idle(self) -> None:
        """Wait until nothing goes on any more."""
        while self._running:
            running, self._running = self._running, {}
            for outcome in await asyncio.gather(*running, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome
