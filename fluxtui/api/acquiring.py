"""Files opened or made in a thread, which are given back if nobody is there any more to take them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")


async def acquired(get: Callable[[], R], give_back: Callable[[R], object]) -> R:
    """Run `get` in a thread and return what it returns.

    A thread goes on when its caller is cancelled: without this, the file that it is about to open would stay
    open, and the one that it is about to make would stay on the disk, with nobody who knows of it.

    Args:
        get: opens or makes something.
        give_back: closes or removes it; called only where the caller was cancelled meanwhile.

    Raises:
        asyncio.CancelledError: the caller was cancelled; the thread has ended by then.
        Exception: whatever `get` raises.
    """
    getting = asyncio.ensure_future(asyncio.to_thread(get))
    try:
        return await asyncio.shield(getting)
    except asyncio.CancelledError:
        # By a callback, so that a second cancellation does not lose it.
        getting.add_done_callback(lambda done: _give_back(done, give_back))
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
    giving = asyncio.ensure_future(asyncio.to_thread(give_back))
    try:
        await asyncio.shield(giving)
    except asyncio.CancelledError:
        giving.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({giving})
        raise


def _give_back(done: asyncio.Future[R], give_back: Callable[[R], object]) -> None:
    if not done.cancelled() and done.exception() is None:
        give_back(done.result())
