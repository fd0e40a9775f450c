"""The generate place of a real application, opened and ready."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from fluxtui.app.app import FluxApp
from fluxtui.app.state_sync import StateSync
from fluxtui.controllers.generation.changes import FormChange
from fluxtui.controllers.generation.controller import GenerationController
from fluxtui.controllers.generation.editor import PendingChange
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.place import PlaceScreen
from tests.fakes.generation import all_offers, atelier, make_finetune, make_job, offer, shared_profiles
from tests.piloting.waiting import until, until_screen

__all__ = ["all_offers", "atelier", "make_finetune", "make_job", "offer", "shared_profiles"]


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "generate"


@dataclass(frozen=True)
class Place:
    """The open place, with what drives it."""

    app: FluxApp
    pilot: Pilot[int]
    screen: GenerateScreen

    @property
    def generation(self) -> GenerationController:
        """What the place shows."""
        return self.screen.generation

    async def show(self, form: GenerateForm) -> None:
        """Put a form into the place, and wait until it is shown."""
        await show_form(self.screen, form)

    async def settled(self) -> None:
        """Wait until the form is the one that is shown."""
        await self.until(lambda: not self.generation.is_changing and not self.screen.order.is_behind)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        await self.pilot._wait_for_screen()
        await until(self.pilot, condition)

    def text(self, selector: str) -> str:
        """Return what a widget with text shows."""
        return str(self.screen.query_one(selector).render())


async def show_form(screen: GenerateScreen, form: GenerateForm) -> None:
    """Put a form into a place, and wait until it is shown."""
    await screen.generation.editor.alter(PendingChange(lambda _: FormChange(form)))
    async with asyncio.timeout(50):
        while screen.generation.is_changing or screen.order.is_behind:
            await asyncio.sleep(0.01)


OpenPlace = Callable[..., AbstractAsyncContextManager[Place]]


@pytest.fixture
def open_place() -> OpenPlace:
    """Return a context manager that starts an application and opens its generate place.

    Its options: the size of the terminal, and the screen that the program begins with.
    """

    @asynccontextmanager
    async def open_it(
        app: FluxApp, size: tuple[int, int] = (80, 24), first: type[Screen[Any]] = PlaceScreen
    ) -> AsyncIterator[Place]:
        async with app.run_test(size=size) as pilot:
            await until_screen(pilot, first)
            await app.go("generate")
            screen = app.screen
            assert isinstance(screen, GenerateScreen)
            place = Place(app, pilot, screen)
            await place.until(lambda: place.generation.form.endpoint_id or screen.results.fault)
            await place.until(lambda: not screen.order.is_behind)
            yield place

    return open_it


@pytest.fixture
def still_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state as the test sets it: neither journal nor service is asked again."""
    monkeypatch.setattr(StateSync, "refresh", lambda *_: None)
    monkeypatch.setattr(StateSync, "ask_balance", lambda *_: None)
