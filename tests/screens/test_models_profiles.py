"""The models place over several profiles: whose service is asked, what it says, and where files come from."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.weights import Base
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.models.add_dialog import AddDialog
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.chooser import Chooser
from fluxtui.widgets.line_input import LineInput
from fluxtui.widgets.plain import PlainStatic
from tests.fakes.studio import STUDIO, opened_studio
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZE = (120, 40)
SECOND: dict[str, object] = {
    "profiles.second.provider": "bfl",
    "profiles.second.base_url": "http://127.0.0.1:9",
    "profiles.second.api_key": "sim-valid",
}


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "models"


@pytest.fixture
def studio() -> Iterator[None]:
    """A provider that the program has never heard of, for the length of a test."""
    with opened_studio():
        yield


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served(klein_9b: Path) -> Iterator[str]:
    """The address of a LoRA file."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(klein_9b.parent)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{klein_9b.name.replace(' ', '%20')}"
    server.shutdown()
    thread.join()
    server.server_close()


def elsewhere(simulator: Simulator) -> None:
    """Put a finetune at the service that nobody here knows."""
    document = {"finetune_id": "old-dog", "comment": "Dog of last year"}
    httpx.post(f"{simulator.base_url}/simulator/finetunes", json=document).raise_for_status()


async def place(app: FluxApp, pilot: Pilot[int], until: Until, *known: Finetune) -> ModelsScreen:
    await until(pilot, lambda: app.profile and app.screen_stack and app.screen.id != "_default")
    await app.services.journal.finetunes.put_many(known)
    app.refresh_state("finetunes")
    await until(pilot, lambda: len(app.finetunes) == len(known))
    await app.go("models")
    screen = app.screen
    assert isinstance(screen, ModelsScreen)
    await until(pilot, lambda: screen.selected is not None or not known)
    return screen


async def test_all_profiles_are_asked_and_each_error_has_its_line(
    make_app: AppFactory, simulator: Simulator, until: Until, studio: None
) -> None:
    elsewhere(simulator)
    app = make_app(simulator.base_url, more=SECOND | STUDIO)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await pilot.press("r")
        await until(pilot, lambda: len(app.finetunes) == 1)
        await until(pilot, lambda: len(app.notices) >= 2)
        faults = screen.query_one("#faults", PlainStatic)
        lines = str(faults.render()).splitlines()
        assert faults.display
        assert len(lines) == 1
        assert lines[0].startswith("✗ second: ")
        assert "demo told of 1 finetune" in app.notices[0].text
        assert app.notices[1].severity == "error"
        assert app.notices[1].text.startswith("second: ")


async def test_a_file_is_fetched_and_then_generated_with(
    make_app: AppFactory, until: Until, studio: None, served: str
) -> None:
    known = Finetune(profile="studio", id="a", name="Anna", base=Base.KLEIN_9B, weights_url=served)
    app = make_app(more=STUDIO)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until, known)
        await pilot.press("w")
        await until(pilot, lambda: app.finetunes[0].weights is not None)
        await until(pilot, lambda: screen.controller.activity.words == "")
        assert "is here and whole: loras/anna-" in app.notices[0].text
        await pilot.press("w")
        await until(pilot, lambda: "here already, and whole" in app.notices[0].text)
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "generate")


async def test_a_file_that_moves_can_be_stopped(
    make_app: AppFactory, until: Until, studio: None, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    answered = threading.Event()

    def slow(handler: SimpleHTTPRequestHandler) -> None:
        asked.set()
        answered.wait(50)
        SimpleHTTPRequestHandler.do_GET(handler)

    monkeypatch.setattr(Quiet, "do_GET", slow)
    known = Finetune(profile="studio", id="a", name="Anna", base=Base.KLEIN_9B, weights_url=served)
    app = make_app(more=STUDIO)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until, known)
        await pilot.press("w")
        await until(pilot, asked.is_set)
        assert "Esc stops" in screen.controller.activity.words
        await pilot.press("o")
        assert "Something is still going on" in app.notices[0].text
        await pilot.press("escape")
        await until(pilot, lambda: screen.controller.activity.words == "")
        answered.set()
        assert "Stopped" in app.notices[0].text
        assert app.finetunes[0].weights is None
        assert list((app.services.storage.root / "tmp").iterdir()) == []


async def test_an_id_is_added_to_the_profile_that_is_chosen(
    make_app: AppFactory, simulator: Simulator, until: Until, studio: None
) -> None:
    elsewhere(simulator)
    more = SECOND | STUDIO | {"profiles.second.base_url": simulator.base_url}
    app = make_app(simulator.base_url, more=more)
    async with app.run_test(size=SIZE) as pilot:
        await place(app, pilot, until)
        await pilot.press("n")
        await until_screen(pilot, AddDialog)
        chooser = app.screen.query_one(Chooser)
        assert [choice.value for choice in chooser.choices] == ["demo", "second"]
        chooser.action_choose(1)
        await pilot.pause()
        app.screen.query_one("#add-id", LineInput).value = "old-dog"
        app.screen.query_one("#add-id", LineInput).focus()
        await pilot.press("enter", "enter")
        await until(pilot, lambda: len(app.finetunes) == 1)
        assert app.finetunes[0].ref == "second/old-dog"
