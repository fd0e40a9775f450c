"""Whoever opens and closes everything again and again: what was closed is gone, and nothing is left open."""

from __future__ import annotations

import asyncio
import gc
import heapq
import os
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual._styles_cache import StylesCache
from textual.events import Show
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from fluxtui.app.app import FluxApp
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.widgets.quiet_screen import QuietScreen
from tests.fakes.gallery import NOON, add_pictures
from tests.piloting.waiting import settled, until, until_screen

WALK = (
    *("f3", "f4", "f11", "right", "right", "escape", "f10", "escape", "ctrl+r", "escape", "ctrl+l", "escape"),
    *("f5", "enter", "n", "n", "escape", "slash", "o", "escape", "f6", "enter", "escape", "f7"),
    *("f2", "f8", "down", "escape", "f1", "escape", "ctrl+p", "escape", "f9", "escape", "f12", "escape"),
)
"""Every place, and from each of them what it opens."""
ROUNDS = 2


@pytest.fixture
def first_place() -> str:
    return "finetune"


def left_alive(app: FluxApp, others: set[int]) -> Counter[str]:
    """Return the widgets that are in no screen any more, and still there, by their kinds; not others."""
    # Timers that were cancelled keep what began them until they would have been due.
    loop: Any = asyncio.get_running_loop()
    loop._scheduled[:] = [timer for timer in loop._scheduled if not timer.cancelled()]
    heapq.heapify(loop._scheduled)
    gc.collect()
    stacks = [screen for stack in app._screen_stacks.values() for screen in stack]
    known = others | {
        id(widget) for screen in stacks for widget in screen.walk_children(Widget, with_self=True)
    }
    return Counter(
        type(item).__name__
        for item in gc.get_objects()
        if isinstance(item, Widget) and item._closed and id(item) not in known
    )


async def once_round(app: FluxApp, pilot: Pilot[int]) -> None:
    """Go through all places, and end in one of them."""
    for key in WALK:
        await pilot.press(key)
        await settled(pilot)
    while len(app.screen_stack) > 1:
        await pilot.press("escape")
        await settled(pilot)


@pytest.mark.usefixtures("still_state")
async def test_what_was_closed_is_gone(make_app: Callable[..., FluxApp], training_pictures: Path) -> None:
    # Of other tests.
    others = {id(item) for item in gc.get_objects() if isinstance(item, Widget)}
    app = make_app()
    app.clock = lambda: NOON
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await until_screen(pilot, FinetuneScreen)
        await add_pictures(app.services.journal, app.services.storage.root, *range(12))
        source = screen.query_one(DatasetPanel).source_input
        source.focus()
        source.value = str(training_pictures)
        await pilot.press("enter")
        await until(pilot, lambda: screen.training.order.dataset)
        held: list[tuple[int, int, int]] = []
        for _ in range(ROUNDS):
            await once_round(app, pilot)
            assert left_alive(app, others) == Counter()
            files, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
            held.append((files, threads, sum(isinstance(item, StylesCache) for item in gc.get_objects())))
    assert held[-1][0] <= held[0][0]
    assert held[-1][1] <= held[0][1] + 2
    assert held[-1][2] <= held[0][2] + 2, "what widgets drew stays"


class Sender(QuietScreen[None]):
    """Says a last word to what is below it."""

    def on_unmount(self) -> None:
        for widget in self.app.screen_stack[0].walk_children(Widget):
            widget.post_message(Show())


@pytest.mark.usefixtures("still_state")
async def test_what_got_the_last_message_of_a_closed_dialog_lets_it_go(
    make_app: Callable[..., FluxApp],
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until_screen(pilot, FinetuneScreen)
        await settled(pilot)
        await app.push_screen(Sender())
        await settled(pilot)
        await app.pop_screen()
        # A pilot would send every widget another message.
        assert left_alive(app, set())["Sender"] == 1
        async with asyncio.timeout(20):
            while left_alive(app, set())["Sender"]:
                app.forget_messages()
                await asyncio.sleep(0.01)


@pytest.mark.usefixtures("still_state")
async def test_a_field_that_is_gone_from_a_screen_that_stays_is_let_go(
    make_app: Callable[..., FluxApp],
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await until_screen(pilot, FinetuneScreen)
        await settled(pilot)
        await screen.mount(Input())
        await settled(pilot)
        await screen.query(Input).last().remove()
        subscribed = screen.text_selection_started_signal._subscriptions
        assert [node for node in subscribed if node._closing]
        app.forget_messages()
        assert not [node for node in subscribed if node._closing]
