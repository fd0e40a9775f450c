"""The keys that open the dialog where pictures are, and what they open it on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.screens.gallery import GalleryScreen
from fluxtui.screens.home.dialog import HomeDialog
from fluxtui.screens.view import ViewScreen
from fluxtui.widgets.table import RowTable
from tests.fakes.gallery import add_pictures
from tests.piloting.waiting import until_screen

Until = Callable[..., Awaitable[None]]
Program = tuple[FluxApp, Pilot[int]]


@pytest.fixture
def first_place() -> str:
    """A place that is quickly made."""
    return "jobs"


@pytest.fixture
async def program(make_app: Callable[..., FluxApp], until: Until) -> AsyncIterator[Program]:
    """The program with three pictures in its journal, at its first place."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
        await add_pictures(app.services.journal, app.services.storage.root, 0, 1, 2)
        yield app, pilot


async def paths_at_home(program: Program, until: Until) -> list[str]:
    """Return what the dialog copies as paths, and leave it."""
    app, pilot = program
    await until_screen(pilot, HomeDialog)
    app.copy_to_clipboard("")
    await pilot.press("p")
    await until(pilot, lambda: app.clipboard != "")
    await pilot.press("escape")
    await until(pilot, lambda: not isinstance(app.screen, HomeDialog))
    return [line.rpartition("/")[2] for line in app.clipboard.splitlines()]


async def test_in_the_gallery_and_in_the_view(program: Program, until: Until) -> None:
    app, pilot = program
    await app.go("gallery")
    gallery = app.screen
    assert isinstance(gallery, GalleryScreen)
    await until(pilot, lambda: gallery.controller.shown.entry is not None)
    await pilot.press("H")
    assert await paths_at_home(program, until) == ["picture-2.jpg"]
    await pilot.press("space", "right", "space", "H")
    assert sorted(await paths_at_home(program, until)) == ["picture-1.jpg", "picture-2.jpg"]
    await pilot.press("enter")
    await until_screen(pilot, ViewScreen)
    await pilot.press("H")
    await until_screen(pilot, HomeDialog)
    assert await paths_at_home(program, until) == ["picture-1.jpg"]


@pytest.mark.parametrize("key", ["h", "H"])
async def test_in_jobs(program: Program, until: Until, key: str) -> None:
    app, pilot = program
    await app.go("jobs")
    await until(pilot, lambda: len(app.screen.query_one(RowTable).rows) == 3)
    table = app.screen.query_one(RowTable)
    table.focus()
    table.select(next(job.id for job in app.jobs if job.picture and "picture-1" in job.picture))
    await pilot.press(key)
    assert await paths_at_home(program, until) == ["picture-1.jpg"]


async def test_in_the_queue_of_generate(program: Program, until: Until) -> None:
    app, pilot = program
    await app.go("generate")
    await until(pilot, lambda: len(app.screen.query_one(RowTable).rows) == 3)
    app.screen.query_one(RowTable).focus()
    await pilot.press("h")
    assert await paths_at_home(program, until) == ["picture-2.jpg"]
