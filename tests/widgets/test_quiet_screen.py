"""Sizes that wait for a screen at the same time."""

from __future__ import annotations

from typing import Any, Final

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

from fluxtui.widgets.quiet_screen import QuietScreen

SIZE: Final = Size(80, 24)
MOST: Final = 20
"""More than the sizes that are told here; a screen that goes on for ever would never let a test end."""


class Counting(QuietScreen[None]):
    """Notes the sizes that it is told, and fails where they never end."""

    def __init__(self) -> None:
        super().__init__(id="_default")
        self.told: list[Size] = []

    def on_resize(self, event: events.Resize) -> None:
        """Note the size."""
        self.told.append(event.size)
        assert len(self.told) < MOST, "the sizes follow each other for ever"


class Host(App[None]):
    """Shows one empty screen."""

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that counts."""
        return Counting()


def nothing() -> None:
    """Stand between two sizes, which are one where nothing is between them."""


async def test_sizes_from_before_end_at_the_one_of_now() -> None:
    app = Host()
    async with app.run_test(size=SIZE) as pilot:
        screen = app.screen
        assert isinstance(screen, Counting)
        with app.batch_update():
            for size in (Size(80, 25), Size(100, 30), Size(90, 25)):
                screen.post_message(events.Resize(size, size))
                screen.call_later(nothing)
            await pilot.pause()
        assert screen.size == SIZE
