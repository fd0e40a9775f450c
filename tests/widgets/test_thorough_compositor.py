"""Whatever moves is drawn, whoever has asked for its place before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.geometry import Size
from textual.widgets import Label

from fluxtui.widgets.quiet_screen import QuietScreen
from fluxtui.widgets.thorough_compositor import ThoroughCompositor
from tests.fakes.drawn import Terminals


class Lines(Vertical):
    """Some lines, one under the other."""

    DEFAULT_CSS = "Lines Vertical { height: auto; } Lines Label { height: 1; width: 20; }"

    def __init__(self, count: int = 30) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        with VerticalScroll(id="scrolled"):
            for number in range(self._count):
                yield Vertical(Label(f"line {number}"), id=f"line-{number}")


Host = Callable[[Any], App[Any]]


async def test_a_widget_whose_place_was_asked_for_at_once_is_drawn(host: Host, terminals: Terminals) -> None:
    app = host(Lines(4))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        for number in range(3):
            note = Label(f"note {number}")
            await app.query_one("#line-1").mount(note)
            # So does Textual with what has to be drawn, and then somebody asks where it is.
            app.screen._compositor.update_widgets({note})
            assert note.region.height == 1
            await pilot.pause()
            await terminals.check(app)


class Told(Label):
    """Notes what it is told of its size."""

    def __init__(self) -> None:
        super().__init__("told")
        self.sizes: list[Size] = []

    def on_resize(self, event: events.Resize) -> None:
        """Note it."""
        self.sizes.append(event.size)


async def test_a_widget_whose_place_was_asked_for_at_once_is_told_its_size(host: Host) -> None:
    app = host(Lines(4))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        told = Told()
        await app.query_one("#line-1").mount(told)
        app.screen._compositor.update_widgets({told})
        assert told.region.height == 1
        await pilot.pause()
        assert told.sizes == [Size(20, 1)]


async def test_what_is_scrolled_back_while_something_is_laid_out_is_drawn(
    host: Host, terminals: Terminals
) -> None:
    app = host(Lines())
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        scrolled = app.query_one("#scrolled", VerticalScroll)
        for _ in range(4):
            scrolled.scroll_to(y=5, animate=False, immediate=True)
            await pilot.pause()
            scrolled.scroll_to(y=0, animate=False, immediate=True)
            app.query_one("#line-29").refresh(layout=True)
            await pilot.pause()
            await terminals.check(app)


async def test_what_changes_in_a_batch_is_drawn_after_it(host: Host, terminals: Terminals) -> None:
    app = host(Lines(4))
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        with app.batch_update():
            app.query_one("#line-1 Label").remove()
            await pilot._wait_for_screen()
            app.screen._screen_resized(app.size)
            await pilot._wait_for_screen()
        await pilot.pause()
        await terminals.check(app)


def test_every_screen_of_the_program_has_it() -> None:
    assert isinstance(QuietScreen[None]()._compositor, ThoroughCompositor)


@pytest.mark.parametrize("size", [(40, 10), (20, 5)])
async def test_the_terminal_of_the_tests_sees_what_is_missing(
    host: Host, terminals: Terminals, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that nobody asked to be drawn must be noticed, or the other tests prove nothing."""
    app = host(Lines())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert terminals.differences(app) == []
        label = app.query_one("#line-0 Label", Label)
        monkeypatch.setattr(label, "render", lambda: "changed")
        assert terminals.differences(app)
        label.refresh()
        await pilot.pause()
        await terminals.check(app)
