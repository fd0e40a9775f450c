"""The open place over a journal with pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.screens.gallery import GalleryScreen
from tests.fakes.gallery import NOON, add_pictures

Until = Callable[..., Awaitable[None]]
Place = tuple[FluxApp, Pilot[int], GalleryScreen]


@pytest.fixture
def first_place() -> str:
    """A place that is quickly made: the gallery is opened over a journal that has its pictures."""
    return "jobs"


@pytest.fixture
async def place(make_app: Callable[..., FluxApp], still_state: None, until: Until) -> AsyncIterator[Place]:
    """The open place with twelve pictures, of which the newest was made last."""
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
        await add_pictures(app.services.journal, app.services.storage.root, *range(12))
        app.clock = lambda: NOON
        await app.go("gallery")
        assert isinstance(app.screen, GalleryScreen)
        screen = app.screen
        await until(
            pilot,
            lambda: len(screen.controller.shown.listing) == 12 and screen.controller.shown.entry is not None,
        )
        yield app, pilot, screen
