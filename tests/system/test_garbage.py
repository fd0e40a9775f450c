"""Garbage is looked for when nobody types, and what stays is not looked through again."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import suppress

import pytest

import fluxtui.system.garbage as garbage_module
from fluxtui.system.garbage import IdleGarbage


class Knot:
    """Something that only a search for garbage frees."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the search for garbage as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("SHORT_REST_SECONDS", 0.02),
        ("REST_SECONDS", 0.05),
        ("LONG_REST_SECONDS", 0.1),
        ("PREPARATION_SECONDS", 0.01),
        ("GROWN_OBJECTS", -1_000_000),
    ):
        monkeypatch.setattr(garbage_module, name, value)


async def freed(knot: weakref.ref[Knot]) -> None:
    async with asyncio.timeout(20):
        while knot() is not None:
            await asyncio.sleep(0.01)


def tied() -> weakref.ref[Knot]:
    return weakref.ref(Knot())


@pytest.mark.usefixtures("quick")
async def test_what_is_new_is_collected_soon_and_what_was_kept_out_later() -> None:
    gc.disable()
    old = Knot()
    seen = weakref.ref(old)
    idle = IdleGarbage()
    idle.begin()
    del old
    new = tied()
    await freed(new)
    await freed(seen)
    idle.end()


@pytest.mark.usefixtures("quick")
async def test_nothing_is_looked_through_while_somebody_types() -> None:
    now = 0.0
    idle = IdleGarbage(lambda: now)
    idle.begin()
    gc.set_threshold(1_000_000)
    knot = tied()
    for _ in range(20):
        now += 0.01
        idle.typed()
        await asyncio.sleep(0.01)
    assert knot() is not None
    now += 1
    await freed(knot)
    idle.end()


@pytest.mark.usefixtures("quick")
async def test_what_is_new_is_collected_soon_although_a_long_rest_was_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage_module, "LONG_REST_SECONDS", 1000.0)
    idle = IdleGarbage()
    idle.begin()
    await freed(tied())
    idle.typed()
    await freed(tied())
    idle.end()


@pytest.mark.usefixtures("quick")
async def test_what_holds_garbage_lets_go_of_it_before() -> None:
    knot = Knot()
    held, seen = [knot], weakref.ref(knot)
    idle = IdleGarbage()
    idle.prepare = held.clear
    idle.begin()
    del knot
    await freed(seen)
    idle.end()


async def test_after_the_end_nothing_waits() -> None:
    idle = IdleGarbage()
    idle.begin()
    idle.end()
    idle.typed()
    loop = asyncio.get_running_loop()
    with suppress(AttributeError):
        assert not [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
