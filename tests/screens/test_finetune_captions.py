"""Captions, trigger word and edits in the finetune place: what is said of them before anything is paid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from fluxtui.app.app import FluxApp
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.screens.workbench.bulk_dialog import BulkDialog
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen
from tests.screens.test_finetune import is_open

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZE = (120, 40)


async def chosen(app: FluxApp, pilot: Pilot[int], until: Until, source: Path | str) -> FinetuneScreen:
    """Wait for the place, enter a path there, and wait until it has been looked through."""
    await until(pilot, lambda: is_open(app))
    screen = app.screen
    assert isinstance(screen, FinetuneScreen)
    line = screen.query_one(DatasetPanel).source_input
    line.focus()
    line.value = str(source)
    await pilot.press("enter")
    await until(pilot, lambda: screen.training.order.dataset is not None or screen.training.order.fault)
    return screen


async def named(screen: FinetuneScreen, pilot: Pilot[int], until: Until, name: str) -> None:
    """Give what is needed to train."""
    form = screen.query_one(ParameterForm)
    form.set_value("finetune_comment", name)
    form.set_value("mode", "style")
    form.post_message(ParameterForm.Changed(form, form.values, "mode"))
    await until(pilot, lambda: screen.training.order.values.get("mode") == "style")


async def asked(app: FluxApp, pilot: Pilot[int]) -> str:
    """Ask for the training and return what is to be confirmed."""
    await pilot.press("ctrl+s")
    await until_screen(pilot, ConfirmDialog)
    return " ".join(str(part.render()) for part in app.screen.query("PlainLabel"))


def notice(screen: FinetuneScreen) -> str:
    part = screen.query_one("#notice", PlainStatic)
    return str(part.render()) if part.display else ""


async def test_a_trigger_word_that_is_in_no_caption_is_told_and_inserted_by_two_keys(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, training_pictures)
        await until(pilot, lambda: "TOK is in 0 of 6 captions · F8 inserts it" in notice(screen))
        await named(screen, pilot, until, "Lantern")
        assert "TOK is in 0 of 6 captions." in await asked(app, pilot)
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("f8")
        await until(
            pilot, lambda: isinstance(app.screen, WorkbenchScreen) and app.screen.controller.review.dataset
        )
        bench = app.screen
        assert "TOK is in 0 of 6 captions (b inserts it)" in str(
            bench.query_one("#bench-set", PlainStatic).render()
        )
        await pilot.press("b")
        await until_screen(pilot, BulkDialog)
        assert app.screen.query_one("#bulk-text", Input).value == "TOK"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is bench)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen and screen.training.order.dataset is not None)
        assert screen.training.order.dataset is not None
        assert screen.training.order.dataset.pictures[1].caption == "TOK, a lantern, number 1, over a lake"
        await until(pilot, lambda: notice(screen) == "")
