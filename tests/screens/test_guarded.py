"""Work in workers: what goes wrong in it becomes one message."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fluxtui.app.app import FluxApp
from fluxtui.app.state import guarded
from fluxtui.domain.errors import InvalidInput
from fluxtui.screens.lists import MessagesScreen
from fluxtui.widgets.table import RowTable


async def test_work_that_is_replaced_before_it_began_is_never_begun(make_app: Callable[..., FluxApp]) -> None:
    begun: list[int] = []
    done = asyncio.Event()

    async def work(number: int) -> None:
        begun.append(number)
        done.set()

    app = make_app()
    async with app.run_test():
        for number in range(3):
            guarded(app, work(number), doing="counting", group="count", exclusive=True)
        await asyncio.wait_for(done.wait(), 50)
    # Work that nobody awaited would be reported here, which fails the test.
    gc.collect()
    assert begun == [2]


async def test_what_goes_wrong_becomes_one_message(make_app: Callable[..., FluxApp]) -> None:
    async def refused() -> None:
        raise InvalidInput("That cannot be.")

    async def broken() -> None:
        raise ZeroDivisionError

    app = make_app()
    async with app.run_test() as pilot:
        for work, words in ((refused(), "That cannot be."), (broken(), "ZeroDivisionError")):
            worker = guarded(app, work, doing="dividing", group="divide")
            await worker.wait()
            assert words in app.notices[0].text
        await pilot.pause()
        assert app.is_running


async def test_work_whose_screen_was_left_misses_nothing(
    make_app: Callable[..., FluxApp], until: Callable[..., Awaitable[None]]
) -> None:
    left = asyncio.Event()

    async def draw(screen: MessagesScreen) -> None:
        with suppress(asyncio.CancelledError):
            await left.wait()
        screen.query_one(RowTable)

    app = make_app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
        screen = MessagesScreen()
        await app.push_screen(screen)
        worker = guarded(screen, draw(screen), doing="drawing", group="draw")
        await pilot.pause()
        await screen.dismiss()
        left.set()
        await worker.wait()
        assert [notice for notice in app.notices if notice.title == "Fault"] == []
        # Where the screen is still there, a widget that is not is a fault.
        await guarded(app, draw(screen), doing="drawing", group="draw").wait()
        assert app.notices[0].title == "Fault"
