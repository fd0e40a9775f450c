"""The dialog over the real application: what it copies, the page, and how it looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot

from fluxtui.app import FluxApp
from fluxtui.screens.home import get_home
from fluxtui.screens.home.dialog import HomeDialog
from fluxtui.screens.view.item import ViewItem
from fluxtui.widgets.plain import PlainStatic

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


async def opened(app: FluxApp, pilot: Pilot[int]) -> HomeDialog:
    await pilot.pause(0.3)
    get_home(app, [ITEM])
    await pilot.pause(0.3)
    assert isinstance(app.screen, HomeDialog)
    return app.screen


async def test_what_it_copies(make_app: Callable[..., FluxApp]) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot)
        dialog.action_copy("p")
        assert app.clipboard == "/srv/flux/pictures/2026-11-26/a fox's den.png"
        dialog.action_copy("m")
        assert app.clipboard == "a fox [red] in the snow"
        dialog.action_copy("s")
        assert app.clipboard == "42"
        dialog.action_copy("j")
        assert '"steps": 28' in app.clipboard
        dialog.action_copy("a")
        assert "Seed: 42" in app.clipboard
        dialog.action_copy_scp()
        assert app.clipboard.startswith("scp -P 2222 'jo@[2001:db8::7]:/srv/flux/")


async def test_the_page_runs_until_it_is_stopped(make_app: Callable[..., FluxApp]) -> None:
    app = make_app(more={"home.page_port": 0})
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot)
        await dialog._toggle_page()
        page = app.services.page
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
            assert "0 pictures" in (await client.get(page.url)).text
        dialog.action_copy_forward()
        assert app.clipboard == f"ssh -N -L {page.port}:127.0.0.1:{page.port} -p 2222 jo@2001:db8::7"
        await dialog._toggle_page()
        assert page.url == ""
        assert "starts a page" in str(dialog.query_one(".page", PlainStatic).content)


@pytest.mark.usefixtures("still_state")
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("copied", [False, True], ids=["fresh", "copied"])
def test_how_it_looks(
    snap_compare: Any, make_app: Callable[..., FluxApp], size: tuple[int, int], copied: bool
) -> None:
    async def before(pilot: Pilot[int]) -> None:
        assert isinstance(pilot.app, FluxApp)
        dialog = await opened(pilot.app, pilot)
        if copied:
            dialog.action_copy_scp()
        await pilot.pause(0.2)

    assert snap_compare(make_app(), terminal_size=size, run_before=before)
