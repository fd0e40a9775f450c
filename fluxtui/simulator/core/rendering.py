"""Paints ordered pictures in threads and keeps them until they are fetched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from fluxtui.simulator.core.state import StateStore
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.painter.paint import paint

PICTURE = "picture"
_PAINTERS = 2


class Renderer:
    """Two threads that paint, and the state store that keeps what they have painted."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(_PAINTERS, thread_name_prefix="painter")
        self._running: dict[str, Future[bytes]] = {}

    def begin(self, task_id: str, make_order: Callable[[], Order]) -> Future[bytes]:
        """Start painting for a task unless that is under way; `make_order` is called in the thread."""
        running = self._running.get(task_id)
        if running is None:
            running = self._threads.submit(self._paint, task_id, make_order)
            self._running[task_id] = running
            running.add_done_callback(lambda _: self._running.pop(task_id, None))
        return running

    async def picture(self, task_id: str, make_order: Callable[[], Order]) -> bytes:
        """Return the finished picture of a task, painting it where a restart lost it."""
        kept = await asyncio.to_thread(self._store.blob, task_id, PICTURE)
        if kept is not None:
            return kept
        return await asyncio.wrap_future(self.begin(task_id, make_order))

    def _paint(self, task_id: str, make_order: Callable[[], Order]) -> bytes:
        content = paint(make_order())
        self._store.save(blobs=[(task_id, PICTURE, content)])
        return content

    def forget_all(self) -> None:
        """Drop what waits to be painted."""
        for running in list(self._running.values()):
            running.cancel()
        self._running.clear()

    def close(self) -> None:
        """Stop painting; what has begun is finished first."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._running.clear()
