"""Work of which only the latest counts, such as looking through the pictures that were chosen last."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class LatestWork:
    """Runs one piece of work at a time; what is begun takes the place of what runs."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None

    @property
    def is_running(self) -> bool:
        """Whether something runs."""
        return self._task is not None and not self._task.done()

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result | None:
        """Do some work and return what came of it, None where it was stopped or another took its place.

        Raises what the work raises. Whoever is cancelled while waiting for it takes it along.
        """
        self.stop()
        task = self._task = asyncio.create_task(work)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        return None if task.cancelled() else task.result()

    def stop(self) -> bool:
        """Stop what runs; return whether there was something to stop."""
        if self._task is None or self._task.done():
            return False
        self._task.cancel()
        self._task = None
        return True

    async def finished(self) -> None:
        """Wait until nothing runs; how it ended is for whoever began it."""
        while self._task is not None and not self._task.done():
            await asyncio.wait({self._task})
