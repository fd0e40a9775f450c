"""Files opened or made in a thread, which are given back if nobody is there any more to take them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

R = TypeVar("R")


async def acquired(get: Callable[[], R], give_back: Callable[[R], object]) -> R:
    """Run `get` in a thread and return what it returns.

    A thread goes on when its caller is cancelled: without this, the file that it is about to open would stay
    open, and the one that it is about to make would stay on the disk, with nobody who knows of it.

    Args:
        get: opens or makes something.
        give_back: closes or removes it; called only where the caller was cancelled meanwhile.

    Raises:
        asyncio.CancelledError: the caller was cancelled.
        Exception: whatever `get` raises.
    """
    handover = _Handover(get, give_back)
    getting = asyncio.get_running_loop().run_in_executor(None, handover.fetch)
    try:
        return await asyncio.shield(getting)
    except asyncio.CancelledError:
        handover.refuse()
        # Nobody else cancels it: it is no task, and what it may raise is nobody's any more.
        getting.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({getting})
        raise


async def released(give_back: Callable[[], object]) -> None:
    """Run `give_back` in a thread, even where the caller is cancelled before a thread is free for it.

    Args:
        give_back: closes or removes something.

    Raises:
        asyncio.CancelledError: the caller was cancelled; what `give_back` raises is then lost.
        Exception: whatever `give_back` raises.
    """
    try:
        giving = asyncio.get_running_loop().run_in_executor(None, give_back)
    except RuntimeError:
        # The program ends, and its threads have been sent home.
        give_back()
        return
    try:
        await asyncio.shield(giving)
    except asyncio.CancelledError:
        giving.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({giving})
        raise


class _Handover(Generic[R]):
    """Sees that what a thread has got is either taken or given back, whoever is first."""

    def __init__(self, get: Callable[[], R], give_back: Callable[[R], object]) -> None:
        self._get, self._give_back = get, give_back
        self._lock = threading.Lock()
        self._is_refused = False
        self._got: list[R] = []

    def fetch(self) -> R:
        """Get it, in a thread; give it back where nobody waits for it any more."""
        result = self._get()
        with self._lock:
            self._got.append(result)
            is_refused = self._is_refused
        if is_refused:
            self._give_back(result)
        return result

    def refuse(self) -> None:
        """Do without it: give it back now, or let the thread do so."""
        with self._lock:
            self._is_refused = True
            got = tuple(self._got)
        for result in got:
            self._give_back(result)
