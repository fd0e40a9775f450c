"""Work on many files with both ends held: every core busy, only a few files in memory, stopped at once."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from fluxtui.services.threads import Stopped

T = TypeVar("T")
R = TypeVar("R")

MAX_WORKERS = 4


def in_order(work: Callable[[T], R], items: Iterable[T], stop: threading.Event) -> Iterator[R]:
    """Yield `work(item)` for each item in order, computed in a few threads only a little ahead.

    Raises:
        Stopped: as soon as `stop` is set.
    """
    workers = min(os.cpu_count() or 1, MAX_WORKERS)
    ahead: deque[Future[R]] = deque()

    def task(item: T) -> R:
        if stop.is_set():
            raise Stopped
        return work(item)

    with ThreadPoolExecutor(workers, thread_name_prefix="dataset") as pool:
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
