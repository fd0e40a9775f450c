"""Work in threads: heard of on the event loop, and ended when nobody wants it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from fluxtui.services.threads import Advance, Stopped, in_thread, unbroken


async def test_the_result_and_the_progress_come_back() -> None:
    loop_thread = threading.get_ident()
    seen: list[tuple[int, int, bool]] = []

    def work(advance: Advance, stop: threading.Event) -> bool:
        advance(1, 2)
        advance(2, 2)
        return threading.get_ident() != loop_thread

    def progress(done: int, total: int) -> None:
        seen.append((done, total, threading.get_ident() == loop_thread))

    assert await in_thread(work, progress)
    assert seen == [(1, 2, True), (2, 2, True)]
    assert await in_thread(work)


async def test_errors_are_passed_on() -> None:
    def work(advance: Advance, stop: threading.Event) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await in_thread(work)


async def test_a_cancelled_call_waits_until_the_work_has_ended() -> None:
    begun, ended = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(advance: Advance, stop: threading.Event) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert stop.wait(50)
        advance(1, 1)
        ended.set()
        raise Stopped

    task = asyncio.create_task(in_thread(work, lambda done, total: pytest.fail("told after the end")))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_work_of_a_moment_is_done_to_its_end_by_who_is_cancelled() -> None:
    begun, goes_on, done = asyncio.Event(), asyncio.Event(), []

    async def work() -> str:
        begun.set()
        await goes_on.wait()
        done.append("all of it")
        return "result"

    working = asyncio.create_task(unbroken(work()))
    await begun.wait()
    working.cancel()
    await asyncio.sleep(0)
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert done == ["all of it"]
    assert await unbroken(work()) == "result"
