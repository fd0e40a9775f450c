"""The palette: a line for each action, places first, found by words, keys and names."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import DataTable

from fluxtui.app.app import FluxApp
from fluxtui.app.commands import COMMANDS
from fluxtui.screens.commands import deeds_of
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.dialogs.choice import ChoiceDialog
from tests.piloting.waiting import settled, until, until_screen


async def test_the_palette_does_what_the_keys_of_a_place_do(make_app: Callable[..., FluxApp]) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go("generate")
        screen = app.screen
        assert isinstance(screen, GenerateScreen)
        await until(pilot, lambda: screen.order.form.endpoint_id)
        deeds = {deed.words: deed for deed in deeds_of(screen, COMMANDS)}
        assert list(deeds)[:3] == ["Finetune", "Models", "Generate"]
        assert {"New seed", "Default parameters", "Queue", "Keys"} <= deeds.keys()
        assert not {"Suspend", "Focus Next", "Copy selected text"} & deeds.keys()
        assert deeds["New seed"].keys == ("f8",)
        assert deeds["Messages"].keys == ("alt+m",)
        await pilot.press("ctrl+p")
        palette = await until_screen(pilot, ChoiceDialog)
        await pilot.press(*"new se")
        await settled(pilot)
        table = palette.query_one(DataTable)
        row = [str(cell) for cell in table.get_row_at(table.cursor_row)]
        assert row == ["New seed", "F8"]
        await pilot.press("enter")
        await until(pilot, lambda: screen.order.form.values["seed"] is not None)
        assert app.screen is screen


async def test_an_action_is_found_by_its_name_and_its_key(make_app: Callable[..., FluxApp]) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        for words, found in (("finetune.train", "Train"), ("alt+m", "Messages")):
            await pilot.press("ctrl+p")
            palette = await until_screen(pilot, ChoiceDialog)
            await pilot.press(*words)
            await settled(pilot)
            table = palette.query_one(DataTable)
            assert str(table.get_row_at(table.cursor_row)[0]) == found
            await pilot.press("escape")
            await until_screen(pilot, PlaceScreen)


async def test_a_theme_that_is_chosen_is_kept(make_app: Callable[..., FluxApp]) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, PlaceScreen)
        await pilot.press("ctrl+p", *"theme", "enter")
        await settled(pilot)
        await pilot.press(*"fluxtui-light", "enter")
        await until(pilot, lambda: app.theme == "fluxtui-light")
        assert app.services.config.config.interface.theme == "fluxtui-light"
