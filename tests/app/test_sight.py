"""A place that is behind does nothing about changes until it is seen again, and then once for all of them."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.reactive import var
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from fluxtui.app.sight import Sight


class Place(Screen[None]):
    """Notes what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[int] = []
        self.calls = 0

    def compose(self) -> ComposeResult:
        yield Static("a place")

    def on_mount(self) -> None:
        self.app.sight.watch(self, "number", self.take)  # type: ignore[attr-defined]
        self.app.sight.watch(self.query_one(Static), "number", self.count, init=False)  # type: ignore[attr-defined]

    def take(self, number: int) -> None:
        self.told.append(number)

    def count(self) -> None:
        self.calls += 1


class Places(App[None]):
    """Two places and a number."""

    number = var(0)

    def __init__(self) -> None:
        super().__init__()
        self.sight = Sight(self)
        self.first, self.second = Place(), Place()

    def on_mount(self) -> None:
        self.add_mode("first", lambda: self.first)
        self.add_mode("second", lambda: self.second)
        self.switch_mode("first")


async def test_what_is_behind_waits() -> None:
    app = Places()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.number = 1
        assert app.first.told == [0, 1]
        await app.switch_mode("second")
        app.number = 2
        app.number = 3
        assert (app.first.told, app.second.told) == ([0, 1], [1, 2, 3])
        app.sight.catch_up(app.first)
        assert (app.first.told, app.first.calls) == ([0, 1, 3], 2)
        app.sight.catch_up(app.first)
        assert app.first.told == [0, 1, 3]


async def test_what_is_below_a_dialog_is_seen() -> None:
    app = Places()
    async with app.run_test() as pilot:
        await pilot.pause()
        await app.push_screen(ModalScreen())
        app.number = 1
        assert app.first.told == [0, 1]


async def test_who_is_gone_is_told_nothing() -> None:
    app = Places()
    async with app.run_test() as pilot:
        await pilot.pause()
        await app.switch_mode("second")
        app.number = 1
        await app.first.query_one(Static).remove()
        app.sight.catch_up(app.first)
        assert (app.first.told, app.first.calls) == ([0, 1], 0)
