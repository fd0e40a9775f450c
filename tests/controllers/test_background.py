"""Work of which only the latest counts."""

from __future__ import annotations

import asyncio

import pytest

from fluxtui.controllers.background import LatestWork


class Step:
    """Work that waits until it is let go, and knows whether it was broken off."""

    def __init__(self, answer: str = "") -> None:
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.is_broken_off = False
        self._answer = answer

    async def run(self) -> str:
        self.begun.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.is_broken_off = True
            raise
        return self._answer


async def fail() -> None:
    raise ValueError("it went wrong")


async def test_it_returns_what_came_of_the_work_and_raises_what_it_raised() -> None:
    latest, step = LatestWork(), Step("done")
    running = asyncio.create_task(latest.run(step.run()))
    await step.begun.wait()
    assert [latest.is_running] == [True]
    step.gate.set()
    assert await running == "done"
    assert not latest.is_running
    with pytest.raises(ValueError, match="went wrong"):
        await latest.run(fail())


async def test_another_takes_the_place_of_what_runs() -> None:
    latest, first, second = LatestWork(), Step("first"), Step("second")
    earlier = asyncio.create_task(latest.run(first.run()))
    await first.begun.wait()
    later = asyncio.create_task(latest.run(second.run()))
    assert await earlier is None
    assert first.is_broken_off
    second.gate.set()
    assert await later == "second"


async def test_it_can_be_stopped_once() -> None:
    latest, step = LatestWork(), Step()
    assert not latest.stop()
    running = asyncio.create_task(latest.run(step.run()))
    await step.begun.wait()
    assert latest.stop()
    assert not latest.stop()
    assert await running is None
    assert step.is_broken_off


async def test_whoever_is_cancelled_takes_the_work_along() -> None:
    latest, step = LatestWork(), Step()
    running = asyncio.create_task(latest.run(step.run()))
    await step.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await latest.finished()
    assert step.is_broken_off


async def test_others_wait_for_the_last_of_them() -> None:
    latest, first, second = LatestWork(), Step(), Step()
    await latest.finished()
    earlier = asyncio.create_task(latest.run(first.run()))
    await first.begun.wait()
    waiting = asyncio.create_task(latest.finished())
    later = asyncio.create_task(latest.run(second.run()))
    await second.begun.wait()
    await earlier
    assert not waiting.done()
    second.gate.set()
    await asyncio.gather(waiting, later)
    assert not latest.is_running
