"""How a pilot learns that a program has handled a key: by asking it, instead of by resting after each key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic, process_time
from typing import Any

import pytest
import textual.app
import textual.pilot
from textual.app import App
from textual.pilot import Pilot
from textual.worker import Worker

from tests.piloting.waiting import has_messages, is_unpainted, working

GLANCE_SECONDS = 0.001
TURNS = 5
"""Of the event loop, after which a key is surely in the queue of the program."""
IDLE_WINDOW = 0.02
IDLE_SHARE = 0.05
"""A program that computes for no more than this share of the window waits for something else."""

_waited_for: ContextVar[tuple[App[Any], set[Worker[Any]]]] = ContextVar("waited_for")
"""The program that a pilot waits for, and the workers that had begun before."""


@contextmanager
def asked_for_idleness() -> Iterator[None]:
    """Let pilots go on as soon as a program has nothing to do.

    Textual's own wait rests for 20 ms at least, two times for each key, which for half of the time of a test
    leaves the machine with nothing to do. A program that is not done but waits for something else than us is
    found as Textual finds it: it has computed hardly anything for 20 ms.
    """
    press, pause = App._press_keys, Pilot.pause
    wait_for_animations = Pilot.wait_for_scheduled_animations

    async def press_keys(app: App[Any], keys: Iterable[str]) -> None:
        token = _waited_for.set((app, working(app)))
        try:
            await press(app, keys)
        finally:
            _waited_for.reset(token)

    async def pause_for(pilot: Pilot[Any], delay: float | None = None) -> None:
        token = _waited_for.set((pilot.app, set()))
        try:
            await pause(pilot, delay)
        finally:
            _waited_for.reset(token)

    async def wait_for_all(pilot: Pilot[Any]) -> None:
        token = _waited_for.set((pilot.app, set()))
        try:
            await wait_for_animations(pilot)
        finally:
            _waited_for.reset(token)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "_press_keys", press_keys)
        patch.setattr(Pilot, "pause", pause_for)
        patch.setattr(Pilot, "wait_for_scheduled_animations", wait_for_all)
        patch.setattr(textual.app, "wait_for_idle", _wait_for_idle)
        patch.setattr(textual.pilot, "wait_for_idle", _wait_for_idle)
        yield


async def _wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Wait until the program has handled everything and painted, computes nothing, or time has run out."""
    app, earlier = _waited_for.get()
    end = monotonic() + max_sleep
    window, computed = monotonic(), process_time()
    for _ in range(TURNS):
        await asyncio.sleep(0)
    while _is_busy(app, earlier) and monotonic() < end:
        await asyncio.sleep(GLANCE_SECONDS)
        if monotonic() - window >= IDLE_WINDOW:
            if process_time() - computed < IDLE_SHARE * IDLE_WINDOW:
                return
            window, computed = monotonic(), process_time()


def _is_busy(app: App[Any], earlier: set[Worker[Any]]) -> bool:
    if not app._running or not app.screen_stack:
        return False
    if has_messages(app):
        return True
    if app.screen.is_mounted and is_unpainted(app.screen) and not app._batch_count:
        # What the next tick of its clock would do.
        app.screen._on_timer_update()
        return True
    return bool(working(app) - earlier)
