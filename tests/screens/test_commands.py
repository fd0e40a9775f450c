from __future__ import annotations

from collections.abc import Callable

from fluxtui.app.app import FluxApp
from fluxtui.screens.commands import PlaceCommands
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.place import PlaceScreen
from tests.piloting.waiting import until_screen


async def test_the_palette_does_what_the_keys_of_a_place_do(make_app: Callable[..., FluxApp]) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await until_screen(pilot, PlaceScreen)
        await app.go("generate")
        screen = app.screen
        assert isinstance(screen, GenerateScreen)
        while not screen.order.form.endpoint_id:
            await pilot.pause(0.02)
        commands = PlaceCommands(screen)
        offered = {str(hit.text): hit.command async for hit in commands.discover()}
        assert {"Generate", "New seed", "Default parameters", "Queue"} <= offered.keys()
        assert not {"Suspend", "Focus Next", "Copy selected text"} & offered.keys()

        found = [hit async for hit in commands.search("new seed")]
        assert [hit.help for hit in found] == ["F8"]
        await found[0].command()
        assert screen.order.form.values["seed"] is not None
