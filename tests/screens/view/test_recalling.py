"""Recalling the parameters of a file in the real application."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.view import ViewItem, ViewScreen
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.recall_dialog import RecallDialog
from tests.piloting.waiting import until_screen
from tests.screens.view.conftest import OpenLooking

TEXT = "a [red] fox\x1b[2J\nNegative prompt: blurry\nSteps: 25, Sampler: Euler, Seed: 42, Size: 896x1152"


def foreign(path: Path) -> ViewItem:
    info = PngInfo()
    info.add_text("parameters", TEXT)
    Image.new("RGB", (40, 30), "orange").save(path, pnginfo=info)
    return ViewItem(path, "a file of somebody")


async def test_file_of_another_tool_goes_from_the_view_into_the_form(
    looking: OpenLooking, tmp_path: Path
) -> None:
    async with looking() as here:
        await here.open(ViewScreen([foreign(tmp_path / "it's [b].png")]))
        await here.act("recall")
        await here.until(lambda: bool(here.app.screen.query(".said")))
        dialog = here.app.screen
        assert isinstance(dialog, RecallDialog)
        said = dialog.query_one(".said", PlainStatic)
        await here.until(lambda: "a [red] fox" in str(said.render()))
        assert "Not used, since no service takes it: Sampler Euler." in str(said.render())
        await dialog.query_one(PathInput).action_submit()
        await until_screen(here.pilot, GenerateScreen)
        screen = here.app.screen
        assert isinstance(screen, GenerateScreen)
        await here.until(lambda: screen.order.form.prompt == "a [red] fox")
        assert screen.order.form.values["seed"] == 42
        told = here.app.notices[0].text
        assert told.startswith("The form has what AUTOMATIC1111's text wrote into the file.")
        assert "takes no negative prompt: it is left out." in told


async def test_file_that_says_nothing_is_told_in_the_dialog(looking: OpenLooking, tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (8, 8)).save(path)
    async with looking() as here:
        await here.app.run_action("recall")
        await here.until(lambda: bool(here.app.screen.query(".said")))
        dialog = here.app.screen
        assert isinstance(dialog, RecallDialog)
        dialog.query_one(PathInput).value = str(path)
        await dialog.query_one(PathInput).action_submit()
        said = dialog.query_one(".said", PlainStatic)
        await here.until(lambda: "plain.png does not say how it was made." in str(said.render()))
        assert here.app.screen is dialog
