"""Whatever moves is drawn, whoever has asked for its place before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label

from fluxtui.widgets.quiet_screen import QuietScreen
from fluxtui.widgets.thorough_compositor import ThoroughCompositor
from tests.fakes.drawn import Terminals


class Lines(Vertical):
    """Some lines, one under the other."""

    DEFAULT_CSS = "Lines { height: auto; } Lines Label { height: 1; width: 20; }"

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        with VerticalScroll(id="scrolled"):
            for number in range(30):
                yield Label(f"line {number}", id=f"line-{number}")


Host = Callable[[Any], App[Any]]


async def test_a_widget_whose_place_was_asked_for_at_once_is_drawn(host: Host, terminals: Terminals) -> None:
    app = host(Lines())
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        scrolled = app.query_one("#scrolled")
        for number in range(3):
            note = Label(f"note {number}")
            scrolled.mount(note, before=2)
            await pilot.pause(0)
            assert note.region is not None
            app.screen._compositor._full_map_invalidated = True
            assert app.screen._compositor.full_map
            await pilot.pause()
            await terminals.check(app)


async def test_what_is_scrolled_away_and_back_while_something_comes_is_drawn(
    host: Host, terminals: Terminals
) -> None:
    app = host(Lines())
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        scrolled = app.query_one("#scrolled", VerticalScroll)
        for number in range(4):
            scrolled.scroll_to(y=5, animate=False, immediate=True)
            await pilot.pause()
            scrolled.mount(Label(f"note {number}"), after=0)
            scrolled.scroll_to(y=0, animate=False, immediate=True)
            await pilot.pause()
            await terminals.check(app)


async def test_what_changes_in_a_batch_is_drawn_after_it(host: Host, terminals: Terminals) -> None:
    app = host(Lines())
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        with app.batch_update():
            app.query_one("#line-1", Label).styles.height = 3
            app.screen._refresh_layout()
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
        label = app.query_one("#line-0", Label)
        monkeypatch.setattr(label, "render", lambda: "changed")
        assert terminals.differences(app)
        label.refresh()
        await pilot.pause()
        await terminals.check(app)
