"""The table: what it keeps, what it draws again, what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Input

from fluxtui.widgets.table import Column, Row, RowTable
from fluxtui.widgets.table.grid import RowGrid, widths
from fluxtui.widgets.table.rows import Sorting
from tests.piloting.snapshots import SMALL, Snap

HostOf = Callable[[Widget | None], App[Any]]

COLUMNS = (Column("name", "Name"), Column("state", "State", 10), Column("cost", "Cost", 8, "right"))


def rows(*names: str, state: str = "ready") -> list[Row]:
    """Return a row for each name; costs go down from left to right."""
    return [
        Row(name, {"name": name, "state": state, "cost": f"${9 - index}"}, {"cost": 9 - index})
        for index, name in enumerate(names)
    ]


@pytest.fixture
def table() -> RowTable:
    """A table with words for no rows."""
    return RowTable(COLUMNS, empty="Nothing yet: press n.")


async def test_the_cursor_stays_on_its_row(table: RowTable, host: HostOf) -> None:
    """New rows above, rows taken away below: the same row stays selected; a lost one gives its place."""
    async with host(table).run_test() as pilot:
        table.set_rows(rows("a", "b", "c"))
        assert table.select("b")
        table.set_rows(rows("new", "a", "b"))
        await pilot.pause()
        assert table.selected_key == "b"
        table.set_rows(rows("new", "a", "z"))
        await pilot.pause()
        assert table.selected_key == "z"
        table.set_rows([])
        await pilot.pause()
        assert table.selected_key is None


async def test_the_cursor_stays_on_a_row_that_was_acted_on_though_it_is_the_first(
    table: RowTable, host: HostOf
) -> None:
    async with host(table).run_test() as pilot:
        table.set_rows(rows("a", "b"))
        await pilot.pause()
        assert (table.selected_key, table.was_moved) == ("a", False)
        table.stay()
        assert (table.selected_key, table.was_moved) == ("a", True)
        table.set_rows(rows("b", "a"))
        await pilot.pause()
        assert (table.selected_key, table.was_moved) == ("a", True)
        table.focus()
        await pilot.press("up")
        assert (table.selected_key, table.was_moved) == ("b", False)


async def test_rows_given_before_the_table_is_laid_out(host: HostOf) -> None:
    """A wish that comes early is followed once the rows are there."""
    table = RowTable(COLUMNS)

    class Early(App[None]):
        def compose(self) -> ComposeResult:
            yield table

        def on_mount(self) -> None:
            table.select("b")
            table.set_rows(rows("a", "b", "c"))

    async with Early().run_test() as pilot:
        await pilot.pause()
        assert table.selected_key == "b"
        assert table.query_one(RowGrid).cursor_row == 1


async def test_a_changed_cell_draws_its_row_only(
    table: RowTable, host: HostOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is not drawn whole for one cell; the new words are there."""
    async with host(table).run_test() as pilot:
        table.set_rows(rows("a", "b", "c"))
        await pilot.pause()
        regions: list[tuple[Any, ...]] = []
        whole = Widget.refresh

        def note(self: Widget, *areas: Any, **options: Any) -> Widget:
            if isinstance(self, RowGrid):
                regions.append(areas)
            return whole(self, *areas, **options)

        monkeypatch.setattr(Widget, "refresh", note)
        table.set_rows([*rows("a", "b")[:1], *rows("a", "b", state="gone")[1:], *rows("a", "b", "c")[2:]])
        assert len(regions) == 1
        assert regions[0][0].height == 1
        assert "gone" in table.query_one(RowGrid).render_line(2).text


async def test_filter(table: RowTable, host: HostOf) -> None:
    """`/` narrows down, Enter keeps it, Escape shows everything again."""
    async with host(table).run_test() as pilot:
        table.set_rows(rows("lake", "mountain", "lakeside"))
        table.focus()
        await pilot.press("slash", "l", "a", "k", "enter")
        assert list(table.shown_keys) == ["lake", "lakeside"]
        assert isinstance(pilot.app.focused, RowGrid)
        await pilot.press("escape")
        assert list(table.shown_keys) == ["lake", "mountain", "lakeside"]
        await pilot.press("slash", "z")
        await pilot.pause()
        assert "Nothing matches" in str(table.query_one(".table-empty").render())
        await pilot.press("escape")
        assert len(table.shown_keys) == 3


async def test_escape_without_a_filter_is_left_to_the_screen(table: RowTable) -> None:
    """The screen's own Escape still works."""

    class Screenful(App[None]):
        BINDINGS = [("escape", "note", "Back")]  # noqa: RUF012
        pressed = 0

        def compose(self) -> ComposeResult:
            yield table

        def action_note(self) -> None:
            self.pressed += 1

    app = Screenful()
    async with app.run_test() as pilot:
        table.set_rows(rows("a"))
        table.focus()
        await pilot.press("escape")
        assert app.pressed == 1


async def test_sorting(table: RowTable, host: HostOf) -> None:
    """By column, by value and not by text, in both directions; the cursor stays."""
    async with host(table).run_test() as pilot:
        table.set_rows(rows("b", "a", "c"))
        table.select("c")
        await pilot.pause()
        table.action_sort_next()
        assert list(table.shown_keys) == ["a", "b", "c"]
        assert table.selected_key == "c"
        table.action_sort_next()
        table.action_sort_next()
        assert list(table.shown_keys) == ["c", "a", "b"]
        table.action_sort_reversed()
        assert list(table.shown_keys) == ["b", "a", "c"]
        assert "▼" in table.query_one(RowGrid).columns[2].title.plain


def test_rows_without_a_value_come_last() -> None:
    """In both directions."""
    some = [
        Row("x", {"n": ""}, {"n": None}),
        Row("y", {"n": "2"}, {"n": 2}),
        Row("z", {"n": "10"}, {"n": 10}),
    ]
    assert [row.key for row in Sorting("n").apply(some)] == ["y", "z", "x"]
    assert [row.key for row in Sorting("n", True).apply(some)] == ["z", "y", "x"]


async def test_vim_keys_and_messages() -> None:
    """j, k, g, G move; each move is told once; Enter chooses."""
    told: list[tuple[str, str | None]] = []

    class Listening(App[None]):
        def compose(self) -> ComposeResult:
            yield RowTable(COLUMNS)

        @on(RowTable.Highlighted)
        def moved(self, event: RowTable.Highlighted) -> None:
            told.append(("moved", event.key))

        @on(RowTable.Chosen)
        def chosen(self, event: RowTable.Chosen) -> None:
            told.append(("chosen", event.key))

    app = Listening()
    async with app.run_test() as pilot:
        table = app.query_one(RowTable)
        table.set_rows(rows("a", "b", "c"))
        table.focus()
        await pilot.press("j", "j", "k", "G", "g", "enter")
        assert told == [
            ("moved", "a"), ("moved", "b"), ("moved", "c"), ("moved", "b"), ("moved", "c"), ("moved", "a"),
            ("chosen", "a"),
        ]  # fmt: skip


async def test_a_longer_filter_looks_in_what_the_shorter_one_left(
    table: RowTable, host: HostOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    matches = Row.matches

    def asking(row: Row, words: str) -> bool:
        asked.append(row.key)
        return matches(row, words)

    monkeypatch.setattr(Row, "matches", asking)
    async with host(table).run_test() as pilot:
        table.set_rows(rows("lake", "mountain", "lakeside"))
        table.focus()
        await pilot.press("slash", "l", "a", "k", "e", "s")
        assert list(table.shown_keys) == ["lakeside"]
        assert asked.count("mountain") == 1
        await pilot.press("backspace")
        assert list(table.shown_keys) == ["lake", "lakeside"]


async def test_hostile_cells(table: RowTable, host: HostOf, hostile: str) -> None:
    """Strings and `Text`s, in cells and in words for no rows."""
    async with host(table).run_test() as pilot:
        table.set_rows([Row("x", {"name": hostile, "state": Text(hostile, "bold")})])
        table.set_empty(hostile)
        await pilot.pause()
        svg = pilot.app.export_screenshot()
        assert "\x1b" not in svg
        assert "\u202e" not in svg


def test_widths() -> None:
    """Flexible columns share what the others leave, and never vanish."""
    assert widths(COLUMNS, 80) == [56, 10, 8]
    assert widths(COLUMNS, 20) == [8, 10, 8]
    assert widths((Column("a", "A"), Column("b", "B")), 25) == [11, 10]


def test_snapshot(table: RowTable, host: HostOf, snap: Snap) -> None:
    """Rows with the filter open, at 80x24."""

    async def fill(pilot: Any) -> None:
        table.set_rows(rows("lake", "[/x] mountain", "lakeside"))
        table.focus()
        table.action_filter()
        pilot.app.query_one(Input).value = "lake"
        await pilot.pause()

    assert snap(host(table), fill, sizes=SMALL)


def test_empty_snapshot(table: RowTable, host: HostOf, snap: Snap, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rows: what to do first."""

    async def empty(pilot: Any) -> None:
        table.set_rows([])
        await pilot.pause()

    app = host(table)
    monkeypatch.setattr(app, "AUTO_FOCUS", None)
    assert snap(app, empty, sizes=SMALL)
