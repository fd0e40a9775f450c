"""The real program in terminals of its own, alone, as a demo, or at a service whose clock the test moves."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.conftest import make_private
from tests.program.terminal import PATIENCE, Terminal

StartProgram = Callable[..., Terminal]

NO_SERVICE = ("--base-url", "http://127.0.0.1:9")
"""Options for a start without a service: with a key in its variable the program opens at its first place."""


def _started_in(terminals: list[Terminal]) -> StartProgram:
    def start(*arguments: object, **options: Any) -> Terminal:
        terminals.append(Terminal([str(argument) for argument in arguments], **options))
        return terminals[-1]

    return start


@pytest.fixture
def start_program() -> Iterator[StartProgram]:
    """Return what starts the program in a terminal of its own: `start_program("demo", ...)`."""
    terminals: list[Terminal] = []
    yield _started_in(terminals)
    for terminal in terminals:
        terminal.close()


@pytest.fixture(scope="module")
def start_for_all(homes: Iterator[Path], one_authority: Path) -> Iterator[StartProgram]:
    """Return what starts a program that all tests of a file use, in an environment of its own."""
    terminals: list[Terminal] = []
    with pytest.MonkeyPatch.context() as patch:
        make_private(patch, next(homes), one_authority)
        yield _started_in(terminals)
    for terminal in terminals:
        terminal.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something has happened that nobody tells of."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.02)


@pytest.fixture
def clock() -> ManualClock:
    """The clock of `service`, which stands still until it is moved."""
    return ManualClock()


@pytest.fixture
def service(clock: ManualClock) -> Iterator[Simulator]:
    """A service that takes two seconds of `clock` for a picture: none is ready before the test says so."""
    with running_simulator(Settings(seconds_per_image=2), clock) as running:
        yield running


class Demo:
    """A quick demo in a directory of its own, with what it and its simulator wrote down.

    Args:
        folder: its data directory.
        start: starts a program in a terminal.
    """

    def __init__(self, folder: Path, start: StartProgram) -> None:
        self.folder = folder
        self._start = start

    def start(self, *, training: float = 1.0, image: float = 0.3, **options: Any) -> Terminal:
        """Start the program; `training` and `image` are the seconds that each takes; see `Terminal`."""
        speed = ("--seconds-per-training", training, "--seconds-per-image", image)
        return self._start("demo", "--data-dir", self.folder, *speed, **options)

    @property
    def _ready(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "simulator" / "ready.json").read_text()))

    def kill_simulator(self) -> None:
        """End the simulator as a crash would."""
        os.kill(int(self._ready["pid"]), signal.SIGKILL)

    def simulated(self, path: str) -> Any:
        """Return what the simulator answers under `/simulator/`."""
        return self._tell("GET", path)

    def strike(self, **fault: Any) -> None:
        """Let the simulator misbehave from now on; see its `Fault`."""
        self._tell("POST", "faults", json.dumps(fault).encode())

    def behave(self) -> None:
        """Let the simulator behave well from now on."""
        self._tell("DELETE", "faults")

    def _tell(self, method: str, path: str, body: bytes | None = None) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        ready = self._ready
        asked = urllib.request.Request(  # noqa: S310
            f"{ready['submit_url']}/simulator/{path}",
            body,
            {"x-simulator-key": ready["admin_key"]},
            method=method,
        )
        with opener.open(asked, timeout=PATIENCE) as answer:
            return json.load(answer)

    async def records(self) -> tuple[tuple[Job, ...], tuple[Finetune, ...], tuple[Picture, ...]]:
        """Return all jobs (newest first), finetunes and pictures (newest first) of the journal."""
        journal = Journal(StorageService(self.folder).journal_path)
        await journal.open()
        try:
            return (
                await journal.jobs.recent(),
                await journal.finetunes.all(),
                await journal.pictures.recent(),
            )
        finally:
            await journal.close()


@pytest.fixture
def demo(tmp_path: Path, start_program: StartProgram) -> Iterator[Demo]:
    """Return a quick demo; its simulator ends with the test."""
    made = Demo(tmp_path / "demo", start_program)
    yield made
    with suppress(OSError, ValueError):
        made.kill_simulator()


@pytest.fixture
def sunsets(tmp_path: Path) -> Path:
    """Return a folder of pictures in the colours of a sunset: no green and hardly any blue."""
    folder = tmp_path / "sunsets"
    folder.mkdir()
    for number in range(6):
        picture = Image.linear_gradient("L").resize((320, 320)).rotate(number * 4)
        red = picture.point(lambda level: 150 + level * 105 // 255)
        green = picture.point(lambda level: level * 90 // 255)
        sunset = Image.merge("RGB", (red, green, Image.new("L", picture.size, 20)))
        ImageDraw.Draw(sunset).ellipse((90 + number * 20, 120, 170 + number * 20, 200), (255, 200, 40))
        sunset.save(folder / f"sunset-{number}.jpg", quality=92)
        (folder / f"sunset-{number}.txt").write_text(f"sunset number {number}", encoding="utf-8")
    return folder
