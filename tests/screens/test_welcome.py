"""The first start without a key, with another service than BFL."""

from __future__ import annotations

import stat
import sys
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fluxtui.app.app import FluxApp
from fluxtui.screens.key_entry import AnswerLine, KeyInput
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.services.config import ConfigService
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]


async def test_fal_is_chosen_and_its_key_checked_and_kept(
    make_app: AppFactory, until: Until, simulator: Simulator, tmp_path: Path
) -> None:
    urls = simulator.fal.urls
    path = tmp_path / "config.toml"
    path.write_text(
        f'# by hand\n[profiles.fal]\nprovider = "fal"\nbase_url = "{urls["queue"]}"\n'
        f'rest_url = "{urls["rest"]}"\nplatform_url = "{urls["platform"]}"\n'
    )
    path.chmod(0o600)
    app = make_app(key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, WelcomeScreen)
        welcome = app.screen
        assert welcome.query_one(KeyInput).password
        await pilot.press("2")
        await until(pilot, lambda: "FAL_KEY" in str(welcome.query_one("#welcome-ways", PlainStatic).render()))
        await pilot.press("enter", *"wrong:key", "enter")
        answer = welcome.query_one(AnswerLine)
        await until(pilot, lambda: "The key was not kept" in str(answer.render()))
        await pilot.press("ctrl+u", *VALID_KEY, "enter")
        await until(pilot, lambda: app.screen is not welcome)
        assert app.usable_profiles == ("fal",)
        copied = f"What you wrote by hand is in {path}.bak, without keys."
        assert copied in " ".join(notice.text for notice in app.notices)
    assert tomllib.loads(path.read_text())["profiles"]["fal"]["api_key"] == VALID_KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ConfigService(path, environ={}).load().profiles["fal"].has_key


async def test_a_demo_that_cannot_be_opened_says_what_to_install_and_leaves_the_program_open(
    make_app: AppFactory, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    app = make_app(key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, WelcomeScreen)
        await pilot.press("ctrl+d")
        answer = app.screen.query_one(AnswerLine)
        await until(pilot, lambda: "pip install '.[demo]'" in str(answer.render()))
        assert "uvicorn, which is not installed here" in str(answer.render())
        assert app.return_value is None
