"""Keys typed right behind one that opens something wait for it, and mean what they mean there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from fluxtui.app.app import FluxApp
from fluxtui.app.key_queue import KeyQueue
from fluxtui.screens.generate.history_dialog import HistoryDialog
from fluxtui.screens.settings import SettingsScreen
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.screens.workbench.caption_area import CaptionArea
from fluxtui.services.datasets.workspaces import WorkspaceService
from fluxtui.widgets.path_picker import PathPicker
from fluxtui.widgets.plain import PlainLabel, PlainStatic
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]


def type_at_once(app: FluxApp, *keys: str) -> None:
    """Type faster than anything can follow."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


async def with_pictures(app: FluxApp, pilot: Pilot[int], pictures: Path, until: Until) -> None:
    await until(pilot, lambda: bool(app.profile))
    await until(pilot, lambda: bool(app.screen.query("#source")))
    source = app.screen.query_one("#source", Input)
    source.focus()
    source.value = str(pictures)
    await pilot.press("enter")
    await until(pilot, lambda: "✓ 7 pictures" in str(app.screen.query_one("#summary", PlainStatic).render()))


@pytest.mark.parametrize("is_slow", [False, True], ids=["quick disk", "slow disk"])
async def test_what_is_typed_behind_f8_becomes_the_caption(
    is_slow: bool,
    make_app: AppFactory,
    training_pictures: Path,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load = WorkspaceService.load
    begun, going_on = asyncio.Event(), asyncio.Event()
    if not is_slow:
        going_on.set()

    async def slowly(self: WorkspaceService, source: Path) -> object:
        begun.set()
        await going_on.wait()
        return await load(self, source)

    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await with_pictures(app, pilot, training_pictures, until)
        monkeypatch.setattr(WorkspaceService, "load", slowly)
        type_at_once(app, "f8", "enter", *"zbq")
        await until(pilot, begun.is_set)
        going_on.set()
        await until_screen(pilot, WorkbenchScreen)
        await until(pilot, lambda: any(area.text.endswith("zbq") for area in app.screen.query(CaptionArea)))
        assert isinstance(app.screen, WorkbenchScreen)


async def test_what_is_typed_behind_ctrl_l_and_ctrl_r_goes_into_the_dialog(
    make_app: AppFactory, training_pictures: Path, until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await with_pictures(app, pilot, training_pictures, until)
        type_at_once(app, "ctrl+l", *"lant")
        await until_screen(pilot, PathPicker)
        await until(
            pilot, lambda: any("find: lant" in str(label.render()) for label in app.screen.query(PlainLabel))
        )
        await pilot.press("escape", "f4")
        type_at_once(app, "ctrl+r", *"fox")
        await until_screen(pilot, HistoryDialog)
        await until(pilot, lambda: any(field.value == "fox" for field in app.screen.query(Input)))


async def test_moving_about_never_waits_for_what_it_began(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(app.profile))
        await app.go("jobs")
        type_at_once(app, *["j"] * 40)
        await until(pilot, lambda: app._key_queue.is_idle, seconds=20)


async def test_work_that_was_replaced_before_it_began_is_not_waited_for(
    make_app: AppFactory, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings replaces what it began when it gets its size; the loop went round 20,000 times for it."""
    looks: list[object] = []
    may_lead = KeyQueue._may_lead

    def counted(queue: KeyQueue, work: Any, left: Any) -> bool:
        looks.append(work)
        return may_lead(queue, work, left)

    monkeypatch.setattr(KeyQueue, "_may_lead", counted)
    app = make_app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: bool(app.profile))
        type_at_once(app, "f7")
        await until_screen(pilot, SettingsScreen)
        await until(pilot, lambda: app._key_queue.is_idle, seconds=20)
    assert 0 < len(looks) < 500
