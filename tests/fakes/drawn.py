"""Compares what was sent to the terminal with what a fresh drawing of the same state would send.

The terminal gets what the program sends to a real one, the cells that have changed; the drawing is Textual's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual._compositor import Compositor, CompositorUpdate
from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from fluxtui.app.frames import Frames, Update
from fluxtui.terminal.screen_buffer import ScreenBuffer
from tests.fakes.screen_text import ScreenText

LOOK_EVERY = 4
"""After how many steps of a pilot its terminal is looked at; what is drawn wrongly stays for a while."""
SETTLING_SECONDS = 3.0
"""How long what is shown may differ from what it should be: something may be on its way."""


class Terminals:
    """What the terminals of all applications of a test show."""

    def __init__(self) -> None:
        self._shown: dict[App[Any], ScreenText] = {}
        self._frames: dict[App[Any], Frames] = {}
        self.bytes = 0
        """How many were sent altogether."""
        self.frames = 0
        """How often something was drawn, whether or not anything had to be sent for it."""
        self._steps = 0

    def take(self, app: App[Any], renderable: object) -> None:
        """Take a frame, as the terminal would."""
        if not isinstance(renderable, CompositorUpdate) or app._batch_count or not app._running:
            return
        terminal = self._shown.get(app)
        if terminal is None or terminal.size != app.size:
            # Whatever a terminal holds when it was resized, all of it is drawn over.
            terminal = self._shown[app] = ScreenText(*app.size, "¤")
            self._frames[app] = Frames(getattr(app, "screen_buffer", None) or ScreenBuffer(), app.console)
        if not isinstance(renderable, Update):
            raise TypeError(f"nobody sends a {type(renderable).__name__}")
        frame = self._frames[app].sequence(renderable, app.size, app.size.clamp_offset(app.cursor_position))
        self.frames += 1
        self.bytes += len(frame.encode())
        terminal.write(frame)

    def differences(self, app: App[Any]) -> list[str]:
        """Return what the terminal does not show as it should."""
        shown = self._shown.get(app)
        if shown is None or shown.size != app.size or not app._running:
            return []
        if not app.screen.is_mounted:
            return ["the screen is not there yet"]
        fresh, frame = ScreenText(*app.size), _fresh_frame(app)
        if frame is None:
            return ["the screen is not laid out yet"]
        fresh.write(frame)
        return shown.differences(fresh)

    async def check_now_and_then(self, app: App[Any]) -> None:
        """Check what is shown after every few steps, which costs as much as several of them.

        Raises:
            AssertionError: see `check`.
        """
        self._steps += 1
        if self._steps % LOOK_EVERY == 0:
            await self.check(app)

    async def check(self, app: App[Any]) -> None:
        """Wait until the terminal shows what it should.

        Raises:
            AssertionError: it does not, and will not by itself.
        """
        found = self.differences(app)
        waited = 0.0
        while found and waited < SETTLING_SECONDS and app._running:
            await asyncio.sleep(0.02)
            waited += 0.02
            found = self.differences(app)
        if found and app._running:
            raise AssertionError("the terminal does not show what is:\n" + "\n".join(found))


def _fresh_frame(app: App[Any]) -> str | None:
    """Return a full frame of what is, None while there is none, without touching what is still to be sent."""
    screen: Screen[Any] = app.screen
    for widget in screen.walk_children(Widget, with_self=True):
        widget._layout_cache.clear()
        widget._styles_cache.clear()
        widget._dirty_regions.add(widget.outer_size.region)
    compositor = Compositor()
    compositor.reflow(screen, app.size)
    token = visible_screen_stack.set(app._background_screens)
    try:
        frame = compositor.render_full_update()
        if any(strip is None for row in frame.strips for strip in row):
            # The screen has not been given its size yet: nothing could be drawn in all places.
            return None
        return frame.render_segments(app.console)
    finally:
        visible_screen_stack.reset(token)


def follow_terminals(monkeypatch: pytest.MonkeyPatch) -> Terminals:
    """Let each size, every few steps and the end of a test prove that the terminal shows what is."""
    terminals = Terminals()
    display = App._display

    def display_there_too(app: App[Any], screen: Screen[Any], renderable: Any) -> None:
        if screen is app.screen or isinstance(renderable, CompositorUpdate):
            terminals.take(app, renderable)
        display(app, screen, renderable)

    monkeypatch.setattr(App, "_display", display_there_too)
    for name in ("press", "click"):
        step = getattr(Pilot, name)
        monkeypatch.setattr(Pilot, name, _followed_by(terminals.check_now_and_then, step))
    resize = _followed_by(terminals.check, Pilot.resize_terminal)
    monkeypatch.setattr(Pilot, "resize_terminal", resize)
    run_test = App.run_test

    @asynccontextmanager
    async def run_test_to_the_end(app: App[Any], *args: Any, **options: Any) -> AsyncIterator[Pilot[Any]]:
        async with run_test(app, *args, **options) as pilot:
            yield pilot
            await terminals.check(app)

    monkeypatch.setattr(App, "run_test", run_test_to_the_end)
    return terminals


def _followed_by(
    check: Callable[[App[Any]], Awaitable[None]], step: Callable[..., Any]
) -> Callable[..., Any]:
    async def step_and_check(pilot: Pilot[Any], *args: Any, **options: Any) -> Any:
        result = await step(pilot, *args, **options)
        await check(pilot.app)
        return result

    return step_and_check
