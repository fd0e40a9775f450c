"""The dialog over the real application: what it copies, the page, and how it looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.screens.home import get_home
from fluxtui.screens.home.dialog import HomeDialog
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.snapshots import Snap
from tests.piloting.waiting import settled, until_screen
from tests.piloting.waiting import until as wait_until

Until = Callable[..., Awaitable[None]]

ITEM = ViewItem(
    path=Path("/srv/flux/pictures/2026-11-26/a fox's den.png"),
    parameters={"prompt": "a fox [red] in the snow\x1b[31m", "steps": 28, "seed": 42},
    endpoint="flux-2-pro",
    profile="demo",
    finetune_name="Lumi",
)


@pytest.fixture(autouse=True)
def over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program be reached as jo at an address over IPv6, and stand on any free port."""
    monkeypatch.setenv("SSH_CONNECTION", "2001:db8::5 51022 2001:db8::7 2222")
    monkeypatch.setenv("LOGNAME", "jo")


async def opened(app: FluxApp, pilot: Pilot[int], item: ViewItem = ITEM) -> HomeDialog:
    await until_screen(pilot, PlaceScreen)
    await settled(pilot)
    get_home(app, [item])
    dialog = await until_screen(pilot, HomeDialog)
    await settled(pilot)
    return dialog


def news(dialog: HomeDialog) -> str:
    return str(dialog.query_one(".news", PlainStatic).content)


def copied(dialog: HomeDialog) -> str:
    return str(dialog.query_one(".copied", PlainStatic).content)


async def test_what_it_copies(make_app: Callable[..., FluxApp], until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot)
        for key, wanted in {
            "p": "/srv/flux/pictures/2026-11-26/a fox's den.png",
            "m": "a fox [red] in the snow",
            "s": "42",
            "j": '"steps": 28',
            "a": "Seed: 42",
            "c": "scp -P 2222 'jo@[2001:db8::7]:/srv/flux/",
        }.items():
            await pilot.press(key)
            await until(pilot, lambda wanted=wanted: wanted in app.clipboard and wanted in copied(dialog))
            assert "\x1b" not in app.clipboard


async def test_the_page_runs_until_it_is_stopped(make_app: Callable[..., FluxApp], until: Until) -> None:
    app = make_app(more={"home.page_port": 0})
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot)
        page = app.services.page
        await pilot.press("l")
        await until(pilot, lambda: "w starts it" in news(dialog))
        await pilot.press("w")
        await until(pilot, lambda: page.url != "")
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
            used = page.url
            assert "0 pictures" in (await client.get(used)).text
        shown = dialog.query_one(".page", PlainStatic)
        await until(
            pilot, lambda: page.url in str(shown.content) and "1 browser let in" in str(shown.content)
        )
        assert used not in str(shown.content)
        await pilot.press("l")
        forward = f"ssh -N -L 127.0.0.1:{page.port}:127.0.0.1:{page.port} -p 2222 jo@2001:db8::7"
        await until(pilot, lambda: app.clipboard == forward)
        await pilot.press("u")
        await until(pilot, lambda: app.clipboard == page.url)
        await pilot.press("w")
        await until(pilot, lambda: "starts it" in str(dialog.query_one(".page", PlainStatic).content))
        assert page.url == ""


@pytest.mark.usefixtures("still_state")
@pytest.mark.parametrize("has_copied", [False, True], ids=["fresh", "copied"])
def test_how_it_looks(snap: Snap, make_app: Callable[..., FluxApp], has_copied: bool) -> None:
    async def before(pilot: Pilot[int]) -> None:
        assert isinstance(pilot.app, FluxApp)
        dialog = await opened(pilot.app, pilot)
        if has_copied:
            await pilot.press("c")
            await wait_until(pilot, lambda: "scp" in copied(dialog))

    assert snap(make_app(), before)
