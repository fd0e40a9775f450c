"""The real application on a fast simulator and a data directory of its own."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import pytest

import fluxtui.app.opening as opening_module
from fluxtui.app.app import FluxApp
from fluxtui.app.container import Container
from fluxtui.app.state_sync import StateSync
from fluxtui.services.config import ConfigService
from fluxtui.services.jobs import Pacing
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from fluxtui.widgets.dialogs import DeliberateDialog
from tests.fakes.drawn import Terminals, follow_terminals
from tests.piloting.idleness import asked_for_idleness
from tests.piloting.stylesheets import parsed_once
from tests.piloting.waiting import until as wait_until

QUICK = Pacing(
    watch=0.05,
    first_poll=0.03,
    slowest_generation=0.1,
    slowest_training=0.1,
    first_trouble=0.05,
    slowest_trouble=0.2,
    key_trouble=0.2,
)

AppFactory = Callable[..., FluxApp]


@pytest.fixture(autouse=True)
def quick_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let dialogs take an answer as soon as they are there: tests are quicker than people."""
    monkeypatch.setattr(DeliberateDialog, "SIGHT_SECONDS", 0.0)


@pytest.fixture
def first_place() -> str:
    """The place that the program begins in: tests of another one begin there and build no other first."""
    return opening_module.FIRST_PLACE


@pytest.fixture(autouse=True)
def begins_there(first_place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program begin in the place that the test is about."""
    monkeypatch.setattr(opening_module, "FIRST_PLACE", first_place)


@pytest.fixture(scope="session", autouse=True)
def _quick_pilots() -> Iterator[None]:
    """Parse each stylesheet once for all tests of a worker, and let no pilot rest after each key."""
    with parsed_once(), asked_for_idleness():
        yield


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    """One simulator for all tests of a worker: stopping one takes a fifth of a second."""
    settings = Settings(seconds_per_training=0.3, seconds_per_image=0.05, listing_delay=0.0)
    with running_simulator(settings) as running:
        yield running


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """A service that trains in a third of a second and paints in less, as on its first day."""
    simulator_process.reset()
    return simulator_process


@pytest.fixture
def make_app(tmp_path: Path) -> AppFactory:
    """Return a function that makes the application.

    Its options: `base_url` (nothing listens at the default), `key` (None for a first start), `data_dir`, and
    `more` of the configuration, such as further profiles.
    """

    def make(
        base_url: str = "http://127.0.0.1:9",
        key: str | None = VALID_KEY,
        data_dir: Path | None = None,
        more: Mapping[str, object] | None = None,
    ) -> FluxApp:
        overrides = {
            "profile": "demo",
            "profiles.demo.provider": "bfl",
            "profiles.demo.base_url": base_url,
            **({} if key is None else {"profiles.demo.api_key": key}),
            "interface.bell": False,
            **(more or {}),
        }
        config = ConfigService(tmp_path / "config.toml", environ={}, overrides=overrides)
        config.load()
        container = Container(config, data_dir or tmp_path / "data", pacing=QUICK)
        terminal = TerminalProfile(protocol=GraphicsProtocol.HALFCELL, truecolor=True)
        return FluxApp(container, terminal)

    return make


Until = Callable[..., Awaitable[None]]


@pytest.fixture
def until() -> Until:
    """Return a function that waits for what the program does in its own time."""
    return wait_until


@pytest.fixture
def training_pictures(tmp_path: Path) -> Path:
    """A folder with seven pictures, six of them with a caption."""
    from PIL import Image, ImageDraw

    folder = tmp_path / "lanterns"
    folder.mkdir()
    for number in range(7):
        picture = Image.new("RGB", (640, 480), (30 * number, 120, 200 - 20 * number))
        draw, chance = ImageDraw.Draw(picture), random.Random(number)
        for _ in range(12):
            left, top = chance.randrange(600), chance.randrange(440)
            box = (left, top, left + chance.randrange(20, 200), top + chance.randrange(20, 150))
            draw.rectangle(box, fill=tuple(chance.randbytes(3)))
        picture.save(folder / f"lantern-{number}.png")
        if number:
            (folder / f"lantern-{number}.txt").write_text(f"a lantern, number {number}, over a lake")
    return folder


@pytest.fixture
def still_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state as the test sets it: neither journal nor service is asked again."""
    monkeypatch.setattr(StateSync, "refresh", lambda *_: None)
    monkeypatch.setattr(StateSync, "ask_balance", lambda *_: None)


@pytest.fixture(autouse=True)
def terminals(monkeypatch: pytest.MonkeyPatch) -> Terminals:
    """Prove now and then that the terminal shows what a fresh drawing would."""
    return follow_terminals(monkeypatch)
