"""Help made from what is on the screen."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from fluxtui.widgets.help_panel import HelpPanel
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import Column, RowTable
from tests.piloting.snapshots import SMALL, Snap


class Place(Screen[None]):
    """A place with keys."""

    HELP = "Here you look at `jobs`."
    TITLE = "Jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh", "Refresh [/x]", id="jobs.refresh"),
        Binding("R", "refresh", "Refresh [/x]", id="jobs.refresh_too"),
        Binding("z", "nothing", "No id", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out a table."""
        yield RowTable((Column("a", "A"),))

    def action_refresh(self) -> None:
        """Do nothing."""


class Program(App[None]):
    """Opens help with F1."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "help", "Help", id="app.help")]

    def on_mount(self) -> None:
        """Show the place."""
        self.animation_level = "none"
        self.push_screen(Place())

    def action_help(self) -> None:
        """Open help for the visible screen."""
        self.push_screen(HelpPanel.for_screen(self.screen))


async def open_help(pilot: Any) -> HelpPanel:
    """Open help from the table."""
    await pilot.pause()
    pilot.app.screen.query_one(RowTable).focus()
    await pilot.pause()
    await pilot.press("f1")
    panel = pilot.app.screen
    assert isinstance(panel, HelpPanel)
    return panel


async def test_it_names_keys_and_words_of_all_three() -> None:
    """The focused table, the place and the program; keys that do the same stand together."""
    async with Program().run_test() as pilot:
        panel = await open_help(pilot)
        text = "\n".join(str(part.content) for part in panel.query(PlainStatic))
        assert "Here you look at jobs." in text
        assert "filters" in text
        assert "r, R" in text
        assert "Refresh [/x]" in text
        assert "Help" in text
        assert "No id" not in text


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55)])
async def test_all_of_it_can_be_reached_and_is_seen_to_go_on(size: tuple[int, int]) -> None:
    """What does not fit has a scrollbar, and the last line is seen at the end."""
    async with Program().run_test(size=size) as pilot:
        panel = await open_help(pilot)
        frame = panel.query_one(".dialog")
        last = panel.query(PlainStatic).last()
        assert frame.show_vertical_scrollbar == (frame.max_scroll_y > 0)
        await pilot.press("end")
        await pilot.pause()
        assert last.region.bottom <= frame.content_region.bottom <= size[1]


@pytest.mark.parametrize("key", ["escape", "q", "f1", "question_mark"])
async def test_ways_to_close(key: str) -> None:
    """Escape is slow inside of tmux, so there are others."""
    async with Program().run_test() as pilot:
        await open_help(pilot)
        await pilot.press(key)
        assert isinstance(pilot.app.screen, Place)


def test_snapshot(snap: Snap) -> None:
    """At 80x24."""
    assert snap(Program(), open_help, sizes=SMALL)
