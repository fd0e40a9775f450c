"""What a thread opens or makes is given back when its caller is cancelled meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fluxtui.api.acquiring import acquired, released
from fluxtui.services.storage import StorageService
from fluxtui.services.threads import new_file


class Slow:
    """Something that takes its time in a thread."""

    def __init__(self) -> None:
        self.begun, self.goes_on = threading.Event(), threading.Event()

    def hold(self) -> None:
        self.begun.set()
        self.goes_on.wait(50)


async def cancelled(task: asyncio.Task[Path], slow: Slow, *, times: int = 1) -> None:
    """Cancel a task while its thread is held, let the thread go on and wait for both."""
    await asyncio.to_thread(slow.begun.wait, 10)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    slow.goes_on.set()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_what_was_got_is_returned_and_kept(tmp_path: Path) -> None:
    storage = StorageService(tmp_path)
    storage.prepare()
    assert (await new_file(storage.temporary, ".part")).exists()


async def test_errors_are_passed_on() -> None:
    def get() -> Path:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await acquired(get, Path.unlink)


async def test_a_file_that_nobody_waits_for_any_more_is_removed(tmp_path: Path) -> None:
    slow = Slow()
    storage = StorageService(tmp_path)
    storage.prepare()

    def make(suffix: str) -> Path:
        slow.hold()
        return storage.temporary(suffix)

    await cancelled(asyncio.create_task(new_file(make, ".part")), slow)
    assert list(storage.inside("tmp").iterdir()) == []


async def test_a_second_cancellation_does_not_lose_it(tmp_path: Path) -> None:
    slow = Slow()
    made, removed = tmp_path / "made", threading.Event()

    def get() -> Path:
        slow.hold()
        made.touch()
        return made

    def give_back(path: Path) -> None:
        path.unlink()
        removed.set()

    await cancelled(asyncio.create_task(acquired(get, give_back)), slow, times=2)
    assert await asyncio.to_thread(removed.wait, 10)
    assert not made.exists()


async def test_a_file_is_closed_though_no_thread_was_free_when_it_was_cancelled(tmp_path: Path) -> None:
    slow = Slow()
    with ThreadPoolExecutor(1) as only:
        asyncio.get_running_loop().set_default_executor(only)
        held = asyncio.ensure_future(asyncio.to_thread(slow.hold))
        file = (tmp_path / "file").open("wb")
        closing = asyncio.ensure_future(released(file.close))
        await asyncio.sleep(0.01)
        for _ in range(2):
            closing.cancel()
            await asyncio.sleep(0.01)
        slow.goes_on.set()
        await held
        await asyncio.to_thread(lambda: None)
    assert closing.cancelled()
    assert file.closed
