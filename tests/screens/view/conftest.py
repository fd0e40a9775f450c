"""Pictures to look at, and an application to look at them in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual.pilot import Pilot
from textual.screen import Screen

from fluxtui.app.app import FluxApp
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.view import ViewItem
from fluxtui.widgets.pictures.view import PictureView
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until, until_screen

COLOURS = ("orange", "navy", "green", "purple")


@pytest.fixture
def first_place() -> str:
    """What lies below: it is quickly made."""
    return "jobs"


class Looking:
    """A screen with pictures in the real application."""

    def __init__(self, app: FluxApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.answers: list[int | None] = []

    async def open(self, screen: Screen[int]) -> None:
        await self.app.push_screen(screen, self.answers.append)
        await self.until(lambda: self.seen is not None)

    @property
    def view(self) -> PictureView:
        return self.app.screen.query(PictureView).first()

    @property
    def seen(self) -> Any:
        return self.view.seen

    @property
    def line(self) -> str:
        return str(self.app.screen.query_one(".line", PlainStatic).render())

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(self.pilot, condition)

    async def act(self, action: str) -> None:
        await self.app.run_action(action, default_namespace=self.app.screen)


OpenLooking = Callable[..., AbstractAsyncContextManager[Looking]]


@pytest.fixture
def looking(make_app: Callable[..., FluxApp]) -> OpenLooking:
    """Return a function that starts the application at a size in cells, in a place."""

    @asynccontextmanager
    async def start(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Looking]:
        app = make_app()
        async with app.run_test(size=size) as pilot:
            here = Looking(app, pilot)
            await until_screen(here.pilot, PlaceScreen)
            yield here

    return start


@pytest.fixture
def items(tmp_path: Path) -> list[ViewItem]:
    """Four pictures of 400 x 300 pixels that differ in seed and steps."""
    made = []
    for number, colour in enumerate(COLOURS):
        path = tmp_path / f"[b]{number}.png"
        Image.new("RGB", (400, 300), colour).save(path)
        parameters = {"prompt": "a [red] lamp", "seed": 7 + number, "steps": 21 if number else 20}
        made.append(ViewItem(path, f"a [red] lamp, {number}", parameters, "flux-dev", "demo"))
    return made
