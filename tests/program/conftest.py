"""The real program in terminals of its own, alone, as a demo, or at a service whose clock the test moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from fluxtui.simulator.core.clock import ManualClock
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.conftest import make_private
from tests.program.demos import Demo, StartProgram
from tests.program.terminal import PATIENCE, Terminal

NO_SERVICE = ("--base-url", "http://127.0.0.1:9")
"""Options for a start without a service: with a key in its variable the program opens at its first place."""


def _started_in(terminals: list[Terminal]) -> StartProgram:
    def start(*arguments: object, **options: Any) -> Terminal:
        terminals.append(Terminal([str(argument) for argument in arguments], **options))
        return terminals[-1]

    return start


@pytest.fixture(autouse=True)
def quick_painter(painted_plainly: None) -> None:
    """Let the simulator paint plainly."""


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
