"""Sizes that wait for a screen at the same time."""

from __future__ import annotations

from typing import Any, Final

from textual import events
from textual._compositor import LayoutUpdate
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen, Screen
from textual.widgets import Label

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


class Labelled(QuietScreen[None]):
    """Shows one line and counts its frames by how they are drawn."""

    def __init__(self) -> None:
        super().__init__(id="_default")
        self.frames: list[str] = []
        render = self._compositor.render_update

        def counted(*args: Any, **options: Any) -> Any:
            update = render(*args, **options)
            if update is not None:
                self.frames.append("full" if isinstance(update, LayoutUpdate) else "part")
            return update

        self._compositor.render_update = counted  # type: ignore[method-assign]

    def compose(self) -> ComposeResult:
        """Show one line."""
        yield Label("one")


class LabelHost(App[None]):
    """Shows one screen that counts its frames."""

    def get_default_screen(self) -> Screen[Any]:
        """Return the screen that counts."""
        return Labelled()


async def test_a_layout_and_the_whole_screen_are_drawn_in_one_frame() -> None:
    app = LabelHost()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Labelled)
        screen.frames.clear()
        label = screen.query_one(Label)
        label.styles.height = 3
        screen.refresh(layout=True)
        while label.size.height != 3:
            await pilot.pause()
        await pilot.pause()
        assert screen.frames == ["full"]


async def test_what_follows_from_sizes_is_laid_out_before_anything_is_drawn() -> None:
    app = LabelHost()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Labelled)
        screen.frames.clear()
        with app.batch_update():
            label = screen.query_one(Label)
            label.styles.height = 3
            await pilot.pause()
            assert screen.lay_out_unseen()
            assert (label.size.height, screen.frames) == (3, [])
            await pilot.pause()
            assert not screen.lay_out_unseen(), "no widget asks for another layout because of its size"
        assert not screen.lay_out_unseen(), "only within a batch"


class Veil(QuietScreen[None], ModalScreen[None]):
    """Lets see what is behind it."""
