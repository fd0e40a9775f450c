"""Choosing one of a few values on one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App
from textual.containers import Vertical
from textual.widget import Widget

from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import Choice, ChoiceDialog
from fluxtui.widgets.flash import Flash
from fluxtui.widgets.table import Column, Row, RowTable
from fluxtui.widgets.top_bar import TopBar
from tests.piloting.waiting import settled

HostOf = Callable[[Widget | None], App[Any]]
FEW = tuple(Choice(value, value) for value in ("jpeg", "png", "webp"))
MANY = tuple(Choice(str(number), f"choice number {number}") for number in range(20))


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["right"], "webp"),
        (["space"], "webp"),
        (["down", "down"], "jpeg"),
        (["left", "left"], "webp"),
        (["home"], "jpeg"),
        (["end"], "webp"),
        (["j"], "jpeg"),
        (["x"], "png"),
    ],
)
async def test_keys(host: HostOf, keys: list[str], value: str) -> None:
    """Arrows go round, letters jump, anything else changes nothing."""
    chooser = Chooser(FEW, "png")
    async with host(chooser).run_test() as pilot:
        chooser.focus()
        await pilot.press(*keys)
        assert chooser.value == value


async def test_it_shows_all_while_they_fit(host: HostOf) -> None:
    """The chosen one has a sign of its own; without room it stands between arrows."""
    few, many = Chooser(FEW, "png"), Chooser(MANY, "3")
    async with host(Vertical(few, many)).run_test(size=(60, 10)):
        assert str(few.render()) == "○ jpeg  ● png  ○ webp"
        assert str(many.render()) == "‹ choice number 3 ›  4 of 20"


async def test_enter_opens_what_does_not_fit(host: HostOf) -> None:
    """The answer of the list becomes the value; leaving it changes nothing."""
    chooser = Chooser(MANY, "3", title="Number")
    async with host(chooser).run_test(size=(60, 24)) as pilot:
        chooser.focus()
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await pilot.press("1", "9", "enter")
        assert chooser.value == "19"
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("ctrl+c")
        assert chooser.value == "19"


async def test_clicks(host: HostOf) -> None:
    """What is clicked is chosen."""
    chooser = Chooser(FEW, "jpeg")
    async with host(chooser).run_test() as pilot:
        await pilot.click(chooser, offset=(18, 0))
        assert chooser.value == "webp"


async def test_a_value_that_is_not_on_offer(host: HostOf) -> None:
    """It is kept and shown; without one the words for none are shown."""
    unknown, none = Chooser(MANY, "other"), Chooser((), none_text="none yet")
    async with host(Vertical(unknown, none)).run_test(size=(60, 10)) as pilot:
        assert "other" in str(unknown.render())
        assert str(none.render()) == "none yet"
        none.tell_none("none any more")
        assert str(none.render()) == "none any more"
        none.focus()
        await pilot.press("right", "home", "a")
        assert none.value == ""


async def test_hostile_labels(host: HostOf, hostile: str) -> None:
    """Labels and values are text and nothing else."""
    chooser = Chooser((Choice("a", hostile), Choice(hostile, "b")), hostile, none_text=hostile)
    async with host(chooser).run_test() as pilot:
        assert str(chooser.render()).isprintable()
        chooser.value = "a"
        await pilot.pause()
        assert str(chooser.render()).isprintable()


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light", "nord"])
async def test_every_colour_is_in_every_theme(host: HostOf, theme: str) -> None:
    """No widget names a colour that a theme lacks."""
    table = RowTable((Column("a", "A"),), empty="nothing")
    news = Flash()
    body = Vertical(TopBar(), Chooser(FEW, "png"), Chooser(MANY, "1"), table, news)
    async with host(body).run_test() as pilot:
        pilot.app.theme = theme
        table.set_rows([Row("a", {"a": "x"})])
        table.action_filter()
        news.show("words", "error")
        await pilot.pause()
        assert "words" in pilot.app.export_screenshot()
