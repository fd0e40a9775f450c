"""Long work in threads that the event loop hears from, and that ends when nobody wants it any more."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from fluxtui.api.acquiring import acquired
from fluxtui.system.memory import memory_at_hand

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is in all, on the event loop."""

Advance = Callable[[int, int], None]
"""The same for the thread that does the work."""

T = TypeVar("T")
R = TypeVar("R")

MAX_WORKERS = 4
"""Threads that work on one run of files."""


class Stopped(Exception):
    """The work was given up because nobody wants its result any more."""


async def in_thread(work: Callable[[Advance, threading.Event], R], progress: Progress | None = None) -> R:
    """Run `work` in a thread and return what it returns.

    Args:
        work: is handed a function that tells its progress, and an event that is set when it should end early.
        progress: is told the progress on the event loop.

    Raises:
        asyncio.CancelledError: the caller was cancelled; the work has ended by then.
        Exception: whatever `work` raises.
    """
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def advance(done: int, total: int) -> None:
        if progress is not None and not stop.is_set():
            loop.call_soon_threadsafe(progress, done, total)

    running = asyncio.ensure_future(asyncio.to_thread(work, advance, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.gather(running, return_exceptions=True)
        raise


async def unbroken(work: Coroutine[Any, Any, R]) -> R:
    """Do work of a moment to its end and return what it returns, even if the caller is cancelled.

    Raises:
        asyncio.CancelledError: the caller was cancelled; the work has ended by then, well or not.
        Exception: whatever `work` raises.
    """
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.gather(doing, return_exceptions=True)
        raise


async def new_file(make: Callable[[str], Path], suffix: str) -> Path:
    """Return the file that `make` makes in a thread; if the caller is cancelled, it is removed.

    Args:
        make: makes a file with the suffix and returns its path.
        suffix: such as `.part`.

    Raises:
        StorageError: or whatever else `make` raises.
    """
    return await acquired(partial(make, suffix), partial(Path.unlink, missing_ok=True))


def in_order(work: Callable[[T], R], items: Iterable[T], stop: threading.Event) -> Iterator[R]:
    """Yield `work(item)` for each item in order, computed in a few threads only a little ahead.

    So every core is busy, while no more than a few items are in memory.

    Raises:
        Stopped: as soon as `stop` is set.
    """
    workers = min(os.cpu_count() or 1, MAX_WORKERS)
    ahead: deque[Future[R]] = deque()

    def task(item: T) -> R:
        if stop.is_set():
            raise Stopped
        return work(item)

    with memory_at_hand(), ThreadPoolExecutor(workers, thread_name_prefix="dataset") as pool:
        try:
            for item in items:
                ahead.append(pool.submit(task, item))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
