"""Signals of a window that changed: merged, and never one handler within the other."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from fluxtui.app.window_changes import WindowChanges

PATIENCE_SECONDS = 30.0


class Window:
    """Counts the looks at a window, whose terminal may be behind."""

    def __init__(self) -> None:
        self.looks = 0
        self.asked = 0
        self.is_behind = False
        self.changes = WindowChanges(self._look, self._ask)

    def _look(self) -> None:
        self.looks += 1

    def _ask(self) -> bool:
        self.asked += 1
        return self.is_behind


@pytest.fixture
def restored() -> Iterator[None]:
    """Have the handlers of signals afterwards as before."""
    before = signal.getsignal(signal.SIGWINCH)
    yield
    signal.signal(signal.SIGWINCH, before)
    assert signal.set_wakeup_fd(-1) == -1


@pytest.fixture
def window(restored: None) -> Window:
    return Window()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def flood(count: int) -> None:
    for _ in range(count):
        os.kill(os.getpid(), signal.SIGWINCH)


async def test_many_signals_are_one_look_and_one_after_a_rest(window: Window) -> None:
    window.changes.begin()
    flood(10_000)
    await until(lambda: window.looks == 1)
    flood(10_000)
    await until(lambda: window.looks == 2)
    window.changes.end()


async def test_the_handler_is_none_that_the_next_signal_interrupts(window: Window) -> None:
    window.changes.begin()
    handler = signal.getsignal(signal.SIGWINCH)
    assert callable(handler)
    assert not inspect.isfunction(handler)
    assert not inspect.ismethod(handler)
    window.changes.end()


async def test_nothing_is_looked_at_while_the_terminal_is_behind(window: Window) -> None:
    window.is_behind = True
    window.changes.begin()
    flood(1)
    await until(lambda: window.asked >= 3)
    assert window.looks == 0
    window.is_behind = False
    await until(lambda: window.looks == 1)
    window.changes.end()


async def test_nobody_is_told_after_the_end(window: Window) -> None:
    window.changes.begin()
    window.changes.end()
    window.changes.end()
    flood(1)
    window.changes.begin()
    window.changes.tell()
    assert window.looks == 1
    window.changes.end()
