"""Work that goes on by itself, such as working out a template while one types."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from fluxtui.domain.errors import FluxError

if TYPE_CHECKING:
    from fluxtui.controllers.host import Host

Work = Coroutine[Any, Any, None]
"""What carries out a command that was taken on; to be awaited, or begun in the background."""


async def nothing_to_do() -> None:
    """Carry out a command for which nothing is left to do."""


class Running(Protocol):
    """Work that was begun."""

    def cancel(self) -> object:
        """Break it off, unless it has ended."""


class Begin(Protocol):
    """Begins work in the background; whatever it raises is told to the user."""

    def __call__(self, work: Work, *, doing: str, group: str, exclusive: bool = False) -> Running:
        """Begin `work`.

        Args:
            work: what is to be done.
            doing: what it does, in words that fit before "failed".
            group: what belongs together.
            exclusive: whether what runs in the group is cancelled.
        """


class Background:
    """Background work without a screen, as tasks of the running loop; close it to end what runs."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._tasks: dict[asyncio.Task[None], str] = {}

    def __call__(self, work: Work, *, doing: str, group: str, exclusive: bool = False) -> Running:
        """Begin `work`, see `Begin`."""
        if exclusive:
            for task in [task for task, known in self._tasks.items() if known == group]:
                task.cancel()
        task = asyncio.get_running_loop().create_task(self._tell_faults(work), name=doing)
        self._tasks[task] = group

        def end(done: asyncio.Task[None]) -> None:
            del self._tasks[done]
            # Cancelled before it began, it would never be awaited.
            work.close()

        task.add_done_callback(end)
        return task

    async def _tell_faults(self, work: Work) -> None:
        try:
            await work
        except FluxError as error:
            self._host.tell_error(error)

    async def settled(self) -> None:
        """Wait until nothing runs any more. Raises what a task raised that was no `FluxError`."""
        while self._tasks:
            done, _ = await asyncio.wait(tuple(self._tasks))
            for task in done:
                if not task.cancelled():
                    task.result()

    async def close(self) -> None:
        """End whatever runs."""
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))


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
