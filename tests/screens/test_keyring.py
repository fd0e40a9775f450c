"""A key put into the keyring, replaced and taken away, by keyboard: no file has it at any time."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.errors import ConfigError
from fluxtui.screens.key_entry import AnswerLine, KeyInput
from fluxtui.screens.key_place import KeyPlaceLine
from fluxtui.screens.settings import SettingsScreen
from fluxtui.screens.settings.key_dialog import KeyDialog
from fluxtui.screens.settings.new_profile import NewProfileDialog
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.services.config import KeyPlace
from fluxtui.simulator.fal.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.table import RowTable
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "settings"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What the keyring of the test keeps."""
    kept = tmp_path / "keyring.json"
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.fakes.keyring_backends.Working")
    monkeypatch.setenv("FAKE_KEYRING", str(kept))
    return kept


@pytest.fixture
def path(tmp_path: Path, simulator: Simulator) -> Path:
    """A configuration with a profile of fal without a key."""
    urls = simulator.fal.urls
    path = tmp_path / "config.toml"
    path.write_text(
        f'# by hand\n[profiles.fal]\nprovider = "fal"\nbase_url = "{urls["queue"]}"\n'
        f'rest_url = "{urls["rest"]}"\nplatform_url = "{urls["platform"]}"\n'
    )
    path.chmod(0o600)
    return path


def keys_in(keyring: Path) -> list[str]:
    kept = json.loads(keyring.read_text()) if keyring.exists() else {}
    return [key for name, key in kept.items() if name != "words"]


def in_files(path: Path) -> str:
    return "".join(file.read_text() for file in path.parent.glob("*config.toml*"))


def on_screen(app: FluxApp) -> str:
    return "\n".join("".join(part.text for part in line) for line in app.screen._compositor.render_strips())


async def choose_keyring(app: FluxApp, pilot: Pilot[int], until: Until) -> None:
    line = app.screen.query_one(KeyPlaceLine)
    await until(pilot, lambda: line.has_class("-choice"))
    assert line.place is KeyPlace.FILE, "nothing but the user chooses it"
    chooser = line.query_one(Chooser)
    while not chooser.has_focus:
        await pilot.press("tab")
    await pilot.press("right")
    assert line.place.value == "keyring"
    while not app.screen.query_one(KeyInput).has_focus:
        await pilot.press("shift+tab")


async def test_the_first_key_goes_into_the_keyring(
    make_app: AppFactory, until: Until, keyring: Path, path: Path
) -> None:
    app = make_app(key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, WelcomeScreen)
        welcome = app.screen
        await pilot.press("2")
        await choose_keyring(app, pilot, until)
        assert "Check and keep" in on_screen(app)
        await pilot.press("tab", "enter")
        assert welcome.query_one(KeyInput).has_focus, "enter leads on from the place to the key"
        await pilot.press(*VALID_KEY, "enter")
        # The first place is built then; a program that ends meanwhile is another test's.
        await until(pilot, lambda: app.screen is not welcome and bool(app.screen.query("DatasetPanel")))
        assert app.usable_profiles == ("fal",)
        assert app.services.config.key_place("fal") is KeyPlace.KEYRING
    assert keys_in(keyring) == [VALID_KEY]
    assert tomllib.loads(path.read_text())["profiles"]["fal"]["api_key_keyring"] is True
    assert VALID_KEY not in in_files(path)


async def settings(app: FluxApp, pilot: Pilot[int], until: Until) -> SettingsScreen:
    await until(pilot, lambda: app.profile and app.screen.id != "_default" and app.current_mode != "_default")
    await app.go("settings")
    screen = app.screen
    assert isinstance(screen, SettingsScreen)
    await until(pilot, lambda: bool(screen.query_one(RowTable).selected_key))
    screen.query_one(RowTable).select("fal")
    return screen


async def test_a_key_of_the_file_moves_into_the_keyring_and_is_taken_away(
    make_app: AppFactory, until: Until, keyring: Path, path: Path
) -> None:
    path.write_text(f'{path.read_text()}api_key = "old:key-of-mine-4711"\n')
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settings(app, pilot, until)
        await pilot.press("k")
        await until_screen(pilot, KeyDialog)
        await choose_keyring(app, pilot, until)
        await pilot.press(*VALID_KEY, "enter")
        await until(pilot, lambda: app.screen is screen)
        assert keys_in(keyring) == [VALID_KEY]
        copied = f"What you wrote by hand is in {path}.bak, without keys."
        assert [notice.text.endswith(copied) for notice in app.notices] == [True]
        assert "4711" not in in_files(path)
        assert VALID_KEY not in in_files(path)
        await pilot.press("x")
        await until_screen(pilot, ConfirmDialog)
        assert "the keyring of this system" in on_screen(app)
        await pilot.press("y")
        await until(pilot, lambda: app.screen is screen and "fal" not in app.usable_profiles)
        await until(pilot, lambda: keys_in(keyring) == [])
    assert "api_key" not in tomllib.loads(path.read_text())["profiles"]["fal"]


async def test_a_key_of_the_keyring_moves_into_the_file(
    make_app: AppFactory, until: Until, keyring: Path, path: Path
) -> None:
    path.write_text(f"{path.read_text()}api_key_keyring = true\n")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settings(app, pilot, until)
        profile = app.services.config.config.profiles["fal"]
        entry = f"fluxtui/fal at {profile.base_url.partition('//')[2]}"
        keyring.write_text(json.dumps({entry: "old:key-of-mine-4711"}))
        await pilot.press("k")
        await until_screen(pilot, KeyDialog)
        line = app.screen.query_one(KeyPlaceLine)
        await until(pilot, lambda: line.has_class("-choice"))
        assert line.place.value == "keyring"
        line.query_one(Chooser).value = KeyPlace.FILE.value
        await pilot.press(*VALID_KEY, "enter")
        await until(pilot, lambda: app.screen is screen)
        assert app.services.config.key_place("fal") is KeyPlace.FILE
    assert keys_in(keyring) == []
    assert tomllib.loads(path.read_text())["profiles"]["fal"]["api_key"] == VALID_KEY


async def test_a_new_profile_fits_and_its_key_goes_into_the_keyring(
    make_app: AppFactory, until: Until, keyring: Path, simulator: Simulator, path: Path
) -> None:
    path.unlink()
    app = make_app(simulator.base_url)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.profile and app.current_mode != "_default")
        await app.go("settings")
        await until(pilot, lambda: bool(app.screen.query_one(RowTable).selected_key))
        await pilot.press("n")
        await until_screen(pilot, NewProfileDialog)
        dialog = app.screen
        dialog.query_one("#new-service", Chooser).value = "fal"
        await pilot.pause()
        for line, role in (("base_url", "queue"), ("rest_url", "rest"), ("platform_url", "platform")):
            dialog.query_one(f"#new-{line}", LineInput).value = simulator.fal.urls[role]
        await choose_keyring(app, pilot, until)
        assert "Esc or ctrl+c cancels" in on_screen(app)
        await pilot.press(*VALID_KEY, "enter")
        await until(pilot, lambda: app.screen is not dialog or "✗" in on_screen(app))
        assert app.screen is not dialog, str(dialog.query_one(AnswerLine).render())
    assert keys_in(keyring) == [VALID_KEY]
    assert VALID_KEY not in in_files(path)


async def test_without_a_keyring_the_file_is_the_only_place(make_app: AppFactory, until: Until) -> None:
    app = make_app(key=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_screen(pilot, WelcomeScreen)
        line = app.screen.query_one(KeyPlaceLine)
        await until(pilot, lambda: line.state is not None)
        assert not line.has_class("-choice")
        assert "kept in a file only you can read:" in on_screen(app)
        assert line.place is KeyPlace.FILE


async def test_what_the_file_cannot_say_is_taken_out_of_the_keyring_again(
    make_app: AppFactory, until: Until, keyring: Path, path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settings(app, pilot, until)
        path.write_text("[profiles.fal]\nprovider = 7\n")
        with pytest.raises(ConfigError):
            await app.services.profiles.give_key("fal", SecretStr(VALID_KEY), KeyPlace.KEYRING)
    assert keys_in(keyring) == []
