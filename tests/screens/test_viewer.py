from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fluxtui.app import FluxApp
from fluxtui.screens.place import PlaceScreen
from fluxtui.screens.viewer import PictureScreen
from fluxtui.widgets.picture_view import PictureView


@pytest.mark.parametrize("key", ["escape", "q", "enter"])
async def test_a_picture_fills_the_terminal_until_a_key_closes_it(
    make_app: Callable[..., FluxApp], tmp_path: Path, key: str
) -> None:
    path = tmp_path / "[red] [b.png"
    Image.new("RGB", (64, 48), "orange").save(path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        while not isinstance(app.screen, PlaceScreen):
            await pilot.pause(0.02)
        await app.go("generate")
        await pilot.pause(0.2)
        screen = PictureScreen(path, "a [red] lamp", "FLUX.1 [dev], Seed 7")
        await app.push_screen(screen)
        await pilot.pause()
        assert screen.query_one(PictureView).size.height == 20
        assert [str(line.render()) for line in screen.query(".line")] == [
            "a [red] lamp",
            "FLUX.1 [dev], Seed 7",
            str(path),
        ]
        await pilot.press("y")
        assert app.clipboard == str(path)
        await pilot.press(key)
        assert not screen.is_active
