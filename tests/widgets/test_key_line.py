"""The line of keys: what Textual's footer shows, in one widget."""

from __future__ import annotations

from typing import ClassVar

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widgets import Footer, Input

from fluxtui.widgets.key_line import KeyLine


class Keys(App[None]):
    """An application with keys of every kind."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,b", "note('first')", "First", key_display="A/B"),
        Binding("h", "note('hidden')", "Hidden", show=False),
        Binding("o", "open", "Open"),
        Binding("g", "gone", "Gone"),
        Binding("ctrl+s", "note('last')", "Last"),
    ]

    def __init__(self, line: type[KeyLine] | type[Footer] = KeyLine) -> None:
        super().__init__()
        self._line = line
        self.can_open: bool | None = True
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        """Show a field and the keys."""
        yield Input()
        if self._line is Footer:
            yield Footer(compact=True, show_command_palette=False)
        else:
            yield KeyLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let one action be there, be disabled, or be gone."""
        return False if action == "gone" else self.can_open if action == "open" else True

    def action_note(self, what: str) -> None:
        """Note that a key was pressed."""
        self.noted.append(what)

    def action_open(self) -> None:
        """Note that it was opened."""
        self.noted.append("open")

    def action_gone(self) -> None:
        """Never called."""


def last_line(app: App[None]) -> str:
    return app.screen._compositor.render_strips()[-1].text.rstrip()


def cells_of_last_line(app: App[None]) -> list[tuple[str, Style | None]]:
    strip = app.screen._compositor.render_strips()[-1]
    return [(letter, segment.style) for segment in strip for letter in segment.text]


@pytest.mark.parametrize("can_open", [True, None, False])
async def test_it_looks_like_textuals_footer(can_open: bool | None) -> None:
    shown = []
    for line in (KeyLine, Footer):
        app = Keys(line)
        app.can_open = can_open
        async with app.run_test(size=(80, 10)) as pilot:
            await pilot.pause()
            app.set_focus(None)
            await pilot.pause()
            shown.append((last_line(app), cells_of_last_line(app)))
    (ours, our_cells), (theirs, their_cells) = shown
    assert ours == theirs
    assert ours.split() == [
        *["A/B", "First"],
        *(["o", "Open"] if can_open is not False else []),
        "^s",
        "Last",
    ]
    for (letter, our_style), (_, their_style) in zip(our_cells, their_cells, strict=True):
        if letter != " " and our_style is not None and their_style is not None:
            assert (our_style.color, our_style.bgcolor) == (their_style.color, their_style.bgcolor)
            assert (our_style.bold, our_style.dim) == (their_style.bold, their_style.dim)


async def test_it_follows_the_bindings_and_the_focus() -> None:
    app = Keys()
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        app.set_focus(None)
        app.can_open = False
        app.refresh_bindings()
        await pilot.pause()
        assert last_line(app) == "A/B First ^s Last"
        app.can_open = None
        app.refresh_bindings()
        await pilot.pause()
        assert last_line(app) == "A/B First o Open ^s Last"
        assert [key.enabled for key in app.query_one(KeyLine).keys] == [True, False, True]


async def test_a_click_presses_the_key_under_the_mouse() -> None:
    app = Keys()
    async with app.run_test(size=(80, 10)) as pilot:
        app.set_focus(None)
        await pilot.pause()
        for word in ("First", "Open", "Last"):
            await pilot.click(KeyLine, offset=(last_line(app).index(word) + 1, 0))
            await pilot.pause()
        assert app.noted == ["first", "open", "last"]
        # Between two keys, and behind the last one, there is none.
        await pilot.click(KeyLine, offset=(last_line(app).index("First") + 5, 0))
        await pilot.click(KeyLine, offset=(70, 0))
        app.can_open = None
        app.refresh_bindings()
        await pilot.pause()
        await pilot.click(KeyLine, offset=(last_line(app).index("Open"), 0))
        await pilot.pause()
        assert app.noted == ["first", "open", "last"]


async def test_the_wheel_moves_keys_that_do_not_fit() -> None:
    app = Keys()
    async with app.run_test(size=(16, 10)) as pilot:
        app.set_focus(None)
        await pilot.pause()
        assert last_line(app).startswith("A/B First o Ope")
        await pilot._post_mouse_events([MouseScrollDown], KeyLine)
        await pilot.pause()
        assert last_line(app) == "o Open ^s Last"
        # All that is left fits.
        await pilot._post_mouse_events([MouseScrollDown], KeyLine)
        await pilot.pause()
        assert last_line(app) == "o Open ^s Last"
        await pilot._post_mouse_events([MouseScrollUp], KeyLine)
        await pilot.pause()
        assert last_line(app).startswith("A/B First")
