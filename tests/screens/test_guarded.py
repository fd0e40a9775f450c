from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from fluxtui.app.app import FluxApp
from fluxtui.app.state import guarded
from fluxtui.domain.errors import InvalidInput


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
        await asyncio.wait_for(done.wait(), 5)
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
