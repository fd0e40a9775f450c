"""An event loop that ends whatever its threads wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose end waits for no thread: one may look up a name that nobody answers for."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Leave the threads to the end of the process, which has its own bound."""


def run_to_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Run work as `asyncio.run` does and return its result, whatever threads are left of it."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)
