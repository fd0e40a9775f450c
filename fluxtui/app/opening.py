"""From the first picture to the first place: the program is opened behind the one, and put into the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from fluxtui.app.places import load_place
from fluxtui.app.state import StatefulApp
from fluxtui.app.tabs import PLACES
from fluxtui.domain.errors import FluxError

if TYPE_CHECKING:
    from fluxtui.app.state_sync import StateSync
    from fluxtui.controllers.navigation import PlaceName
    from fluxtui.services.bundle import Services

FIRST_PLACE: PlaceName = "finetune"
OPENING_REST = 0.2
"""Seconds that the first place may take until it is complete; it is painted then, or as far as it is."""
PAINT_SECONDS = 0.5
"""How long what goes on behind the places waits for the first place to be painted."""


class Program(Protocol):
    """What the application opens behind its first picture, and closes at its end; a `Container` is one."""

    async def open(self) -> Services:
        """Return what the program can do. Raises `FluxError` where it cannot go on."""

    def on_connection(self, listener: Callable[[str, bool], None]) -> None:
        """Tell `listener` of which profile the network goes away (False) and comes back (True)."""

    async def reconnect(self) -> None:
        """Take over a changed configuration."""

    async def close(self) -> None:
        """Close what was opened."""


class Rest:
    """Holds the painting back until `end`: the first place is complete, or takes too long for that."""

    def __init__(self, app: StatefulApp) -> None:
        self._app = app
        self._is_over = False
        app._begin_batch()

    def end(self) -> None:
        """Paint, the first time it is called."""
        if self._is_over:
            return
        self._is_over = True
        self._app._end_batch()
        if self._app._screen_stack:
            # Textual would wait for the next sixtieth of a second.
            self._app.screen._on_timer_update()


class Opening:
    """Opens the program, finds the place to begin with, and lets the state follow.

    Args:
        app: whose program it is.
        program: what is to be opened.

    Attributes:
        services: what the program can do; None until it is open.
        feed: keeps the state; None until it does.
    """

    def __init__(self, app: StatefulApp, program: Program) -> None:
        self._app = app
        self.program = program
        self.services: Services | None = None
        self.feed: StateSync | None = None

    async def open(self) -> PlaceName | None:
        """Open the program and import the place to begin with.

        Returns:
            That place, None where a key has to be asked for first.

        Raises:
            FluxError: the program cannot go on.
        """
        services = await self.program.open()
        first = await self._first_place(services)
        await asyncio.to_thread(load_place, first)
        self.services = services
        return first

    async def _first_place(self, services: Services) -> PlaceName | None:
        """Return the place that was shown last, or None where a key has to be asked for first."""
        if not services.config.usable_profiles():
            return None
        try:
            last = await services.session.last_place()
        except FluxError as error:
            self._app.tell_error(error)
            last = FIRST_PLACE
        return next((place.name for place in PLACES if place.name == last), FIRST_PLACE)

    async def follow(self) -> None:
        """Let the state follow what was opened; where it cannot be read, say so and go on."""
        from fluxtui.app.state_sync import StateSync

        self.feed = feed = StateSync(self._app, self._app.services)
        try:
            await feed.start()
        except FluxError as error:
            self._app.tell_error(error)
        except Exception as error:
            self._app.tell_fault(error, "reading the journal")

    async def show(self, place: PlaceName | None) -> None:
        """Show the first place, with the question for a key before it where there is none."""
        if place is not None:
            await self._app.switch_mode(place)
            self._app.ask_balance()
            return
        from fluxtui.screens.welcome import WelcomeScreen

        await self._app.switch_mode("settings")
        await self._app.push_screen(WelcomeScreen())

    async def painted(self) -> None:
        """Wait until the place is drawn, within bounds: the terminal may take nothing."""
        drawn = asyncio.Event()
        self._app.screen.call_after_refresh(drawn.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(drawn.wait(), PAINT_SECONDS)

    async def tell_what_came_in(self) -> None:
        """Make the sheets of what ended meanwhile, and tell of it."""
        from fluxtui.app.contact_sheet_sync import ContactSheetSync

        ContactSheetSync(self._app, self._app.services).start()
        if self.feed is not None:
            await self.feed.tell_of_absence()
