"""Profiles in Settings, by keyboard: new ones on every service, their keys, the active one, deleting."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.key_entry import AnswerLine, KeyInput
from fluxtui.screens.settings import SettingsScreen
from fluxtui.screens.settings.key_dialog import KeyDialog
from fluxtui.screens.settings.new_profile import NewProfileDialog
from fluxtui.simulator.core.keys import VALID_KEY as BFL_KEY
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.replicate.keys import VALID_KEY as REPLICATE_KEY
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.table import RowTable
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]
Pilots = Pilot[int]


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "settings"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


async def settings(app: FluxApp, pilot: Pilots, until: Until) -> SettingsScreen:
    """Open the place with its list filled."""
    await until(pilot, lambda: app.profile and app.screen.id != "_default" and app.current_mode != "_default")
    await app.go("settings")
    screen = app.screen
    assert isinstance(screen, SettingsScreen)
    await until(pilot, lambda: bool(screen.query_one(RowTable).selected_key))
    return screen


async def replace(pilot: Pilots, text: str) -> None:
    """Type a text in place of what is in the line, and go on."""
    await pilot.press("end", "ctrl+u", *text, "enter")


def names(app: FluxApp) -> list[str]:
    return list(app.services.config.config.profiles)


def on_screen(app: FluxApp) -> str:
    return "\n".join("".join(part.text for part in line) for line in app.screen._compositor.render_strips())


@pytest.mark.parametrize("service", ["fal", "replicate"])
async def test_a_new_profile_is_made_by_keyboard(
    make_app: AppFactory, until: Until, simulator: Simulator, path: Path, service: str
) -> None:
    view, key = (simulator.fal, FAL_KEY) if service == "fal" else (simulator.replicate, REPLICATE_KEY)
    roles = ("queue", "rest", "platform") if service == "fal" else ("api",)
    app = make_app(simulator.base_url)
    async with app.run_test(size=(80, 24)) as pilot:
        await settings(app, pilot, until)
        await pilot.press("n")
        await until_screen(pilot, NewProfileDialog)
        dialog = app.screen
        while dialog.query_one(Chooser).value != service:
            await pilot.press("right")
        await pilot.press("tab")
        await replace(pilot, "mine")
        for role in roles:
            await replace(pilot, view.urls[role])
        assert dialog.query_one(KeyInput).has_focus
        await replace(pilot, "r8_wrong" if service == "replicate" else "wrong:key")
        answer = dialog.query_one(AnswerLine)
        await until(pilot, lambda: "Nothing was kept" in str(answer.render()))
        assert "wrong" not in on_screen(app)
        assert names(app) == ["demo"]
        await replace(pilot, key)
        await until_screen(pilot, SettingsScreen)
        assert key not in on_screen(app)
        table = app.screen.query_one(RowTable)
        await until(pilot, lambda: table.selected_key == "mine")
        assert app.profile == "demo"
        assert set(app.usable_profiles) == {"demo", "mine"}
    kept = tomllib.loads(path.read_text())["profiles"]["mine"]
    assert (kept["provider"], kept["api_key"]) == (service, key)
    assert kept["base_url"] == view.urls[roles[0]]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_taken_name_is_refused_before_the_service_is_asked(
    make_app: AppFactory, until: Until, simulator: Simulator
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=(80, 24)) as pilot:
        await settings(app, pilot, until)
        await pilot.press("n")
        await until_screen(pilot, NewProfileDialog)
        await pilot.press("tab")
        await replace(pilot, "demo")
        dialog = app.screen
        while not dialog.query_one(KeyInput).has_focus:
            await pilot.press("tab")
        await pilot.press(*"a:b", "enter")
        answer = dialog.query_one(AnswerLine)
        await until(pilot, lambda: "the name of another profile" in str(answer.render()))


async def test_a_new_key_is_checked_and_enter_makes_active(
    make_app: AppFactory, until: Until, simulator: Simulator, path: Path
) -> None:
    path.write_text(
        'profile = "demo"\n[profiles.flux]\nprovider = "replicate"\n'
        f'base_url = "{simulator.replicate.urls["api"]}"\n'
    )
    path.chmod(0o600)
    app = make_app(simulator.base_url, more={"profile": None})
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settings(app, pilot, until)
        table = screen.query_one(RowTable)
        table.select("flux")
        await pilot.press("k")
        await until_screen(pilot, KeyDialog)
        await pilot.press(*REPLICATE_KEY)
        assert REPLICATE_KEY not in on_screen(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and "flux" in app.usable_profiles)
        await until(pilot, lambda: table.selected_key == "flux")
        await pilot.press("enter")
        await until(pilot, lambda: app.profile == "flux")
    kept = tomllib.loads(path.read_text())
    assert (kept["profile"], kept["profiles"]["flux"]["api_key"]) == ("flux", REPLICATE_KEY)


async def test_a_key_that_was_taken_away_is_the_last_word_and_no_error(
    make_app: AppFactory, until: Until, path: Path, simulator: Simulator
) -> None:
    path.write_text(f'[profiles.demo]\napi_key = "{BFL_KEY}"\n')
    path.chmod(0o600)
    app = make_app(simulator.base_url, key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.current_mode != "_default")
        await app.go("finetune")
        form = app.screen
        assert isinstance(form, FinetuneScreen)
        await until(pilot, lambda: form.training.order.trainer is not None)
        screen = await settings(app, pilot, until)
        await pilot.press("x")
        await until_screen(pilot, ConfirmDialog)
        await pilot.press("y")
        await until(pilot, lambda: app.screen is screen and not app.usable_profiles and bool(app.notices))
        await until(pilot, lambda: form.training.fault is not None)
        asking = {"samples", "refresh"}
        await until(pilot, lambda: asking.isdisjoint(worker.group for worker in app.workers))
        assert [notice.text for notice in app.notices] == ["The key of demo is removed."]


async def test_at_80_columns_what_a_field_is_for_is_whole_and_the_rest_visibly_cut(
    make_app: AppFactory, until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settings(app, pilot, until)
        screen.query_one(ParameterForm).focus_field("budget.day_usd")
        await until(pilot, lambda: "of all profiles." in on_screen(app))
        (line,) = [row for row in on_screen(app).splitlines() if "of all profiles." in row]
        assert line.rstrip().endswith("…"), "range and default have no room"
