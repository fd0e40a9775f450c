"""How a pilot learns that a program has handled a key: by asking it, instead of by resting after each key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

import pytest
import textual.app
import textual.pilot
from textual.app import App
from textual.pilot import Pilot
from textual.worker import Worker

from tests.piloting.waiting import is_typed_ahead, is_unpainted, messages_of, working

GLANCE_SECONDS = 0.001
TURNS = 5
"""Of the event loop, after which a key is surely in the queue of the program."""
LOOKS = 20
"""After so many looks at which nothing has changed, the program waits for something else than us."""
LONGEST_SECONDS = 3.0

_waited_for: ContextVar[tuple[App[Any], set[Worker[Any]]]] = ContextVar("waited_for")
"""The program that a pilot waits for, and the workers that had begun before."""


@contextmanager
def asked_for_idleness() -> Iterator[None]:
    """Let pilots go on as soon as a program has nothing to do.

    Textual's own wait rests for 20 ms at least, two times for each key, and for half of the time of a test
    the machine has nothing to do. It also takes a program for idle that has computed nothing for 20 ms, which
    on a busy machine is one that was not given the time to.
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


async def _wait_for_idle(min_sleep: float = 0.0, max_sleep: float = LONGEST_SECONDS) -> None:
    """Wait until the program has handled everything and painted, waits itself, or time has run out."""
    app, earlier = _waited_for.get()
    end = monotonic() + LONGEST_SECONDS
    for _ in range(TURNS):
        await asyncio.sleep(0)
    before: object = None
    unchanged = 0
    while (left := _left_to_do(app, earlier)) and unchanged < LOOKS and monotonic() < end:
        # Keys are acted on however long that takes.
        unchanged = unchanged + 1 if left == before and not is_typed_ahead(app) else 0
        before = left
        await asyncio.sleep(GLANCE_SECONDS)


def _left_to_do(app: App[Any], earlier: set[Worker[Any]]) -> tuple[int, int] | None:
    """Return how much is to be handled, and how many workers have begun and go on; None if all is done."""
    if not app._running or not app.screen_stack:
        return None
    messages, workers = messages_of(app), len(working(app) - earlier)
    if not messages and app.screen.is_mounted and is_unpainted(app.screen) and not app._batch_count:
        # What the next tick of its clock would do.
        app.screen._on_timer_update()
        messages = 1
    return (messages, workers) if messages or workers else None
