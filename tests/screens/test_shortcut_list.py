"""Keys of one's own: pressed or written by hand, in force at once, and told where they meet others."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fluxtui.screens.settings.key_catalogue import all_shortcuts
from fluxtui.screens.settings.shortcut_list import PressDialog, ShortcutListScreen
from fluxtui.widgets.table import RowTable
from tests.piloting.waiting import settled, until, until_screen
from tests.screens.conftest import AppFactory
from tests.screens.test_app import is_open


def test_every_action_has_a_name_of_its_own_that_the_configuration_takes() -> None:
    from fluxtui.services.config.checks import checked_shortcuts

    known = {shortcut.id: ",".join(shortcut.keys) for shortcut in all_shortcuts()}
    assert len(known) > 300
    assert checked_shortcuts(known) == known
    assert all(shortcut.words for shortcut in all_shortcuts())


def test_the_example_names_actions_that_there_are() -> None:
    text = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
    table = text.partition("[keys]")[2].partition("\n[")[0]
    named = [line.removeprefix("# ").partition(" = ")[0] for line in table.splitlines() if " = " in line]
    assert named
    assert set(named) <= {shortcut.id for shortcut in all_shortcuts()}


async def test_a_key_is_pressed_and_works_at_once(make_app: AppFactory, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: is_open(app))
        await pilot.press("f7")
        await settled(pilot)
        await pilot.press("K")
        table = (await until_screen(pilot, ShortcutListScreen)).query_one(RowTable)
        await until(pilot, lambda: bool(table.rows))
        await pilot.press("slash", *"place.models", "enter")
        await until(pilot, lambda: len(table.shown_keys) < 5)
        assert table.selected_key == "place.models"
        await pilot.press("enter")
        await until_screen(pilot, PressDialog)
        await pilot.press("tab")
        assert isinstance(app.screen, PressDialog)
        await pilot.press("f8")
        await until(pilot, lambda: app.services.config.config.keys == {"place.models": "f8"})
        written = tomllib.loads((tmp_path / "config.toml").read_text())
        assert written["keys"] == {"place": {"models": "f8"}}
        await settled(pilot)
        assert "F8 is both “Models” (place.models) and" in app.notices[0].text
        await pilot.press("escape", "escape", "f8")
        await until(pilot, lambda: app.current_mode == "models")
        await pilot.press("f3")
        assert app.current_mode == "models"


async def test_places_are_reached_while_a_key_is_asked_for_no_longer(make_app: AppFactory) -> None:
    """Whatever is pressed is the answer, keys that work everywhere included; Escape leaves all as it was."""
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: is_open(app))
        before = app.current_mode
        app.action_show("keys")
        table = (await until_screen(pilot, ShortcutListScreen)).query_one(RowTable)
        await until(pilot, lambda: bool(table.rows))
        await pilot.press("enter")
        await until_screen(pilot, PressDialog)
        await pilot.press("escape")
        await until_screen(pilot, ShortcutListScreen)
        assert app.services.config.config.keys == {}
        await pilot.press("enter")
        await until_screen(pilot, PressDialog)
        await pilot.press("f4")
        await until(pilot, lambda: bool(app.services.config.config.keys))
        await settled(pilot)
        assert app.current_mode == before
        (changed,) = app.services.config.config.keys
        assert table.rows[0].key == changed
        await pilot.press("g", "d")
        await until(pilot, lambda: app.services.config.config.keys == {})


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('jobs.nothing = "x"', "There is no action called jobs.nothing"),
        ('jobs.cancel = "y"', "y is both “Cancel” (jobs.cancel) and “Copy"),
    ],
)
async def test_what_is_wrong_with_written_keys_is_told(
    make_app: AppFactory, tmp_path: Path, keys: str, told: str
) -> None:
    (tmp_path / "config.toml").write_text(f"[keys]\n{keys}\n")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: any(notice.text.startswith(told) for notice in app.notices))
