"""The start in a real terminal: the first picture before anything else, and what may keep the rest away."""

from __future__ import annotations

import fcntl
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.app.shell import OPENING
from tests.program.demos import Demo

if TYPE_CHECKING:
    from tests.program.demos import StartProgram

PLACES = "F2 Finetune  F3 Models  F4 Generate"
LEFT = b"\x1b[?1049l"
"""What gives the terminal back."""
SECONDS = 25.0
"""In which the program has to have ended; the other demo it would wait for much longer."""
ENDS = {"ctrl+q": 0, "ctrl+c": 0, "SIGTERM": 143, "SIGHUP": 129}
"""Ways to leave it, and how the program ends then."""


@contextmanager
def another_demo_starts(demo: Demo) -> Iterator[None]:
    """Hold what only one demo at a time may have, as another one does that starts the simulator."""
    folder = demo.folder / "simulator"
    for made in (demo.folder, folder):
        made.mkdir(mode=0o700, exist_ok=True)
    with (folder / "starting").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_the_frame_is_there_while_the_simulator_still_starts(demo: Demo) -> None:
    """What is typed and how large the window is meanwhile counts as soon as there is a place for it."""
    with another_demo_starts(demo):
        terminal = demo.start()
        terminal.wait_for("FluxTUI", PLACES)
        terminal.resize(100, 30)
        terminal.wait_until(lambda text: PLACES in text.splitlines()[28])
        # It stands before the places for a while.
        terminal.wait_until(lambda text: OPENING in text.splitlines()[28])
        terminal.write(b"\x1bOS" + b"a lake at dawn")
    terminal.wait_for("Endpoint", "a lake at dawn", PLACES)


def test_it_ends_within_seconds_while_it_still_opens(start_program: StartProgram, tmp_path: Path) -> None:
    """In every way; they wait together."""
    with ExitStack() as held:
        started = {}
        for way in ENDS:
            demo = Demo(tmp_path / way, start_program)
            held.enter_context(another_demo_starts(demo))
            started[way] = demo.start()
        for terminal in started.values():
            terminal.wait_for(PLACES)
        began = time.monotonic()
        for way, terminal in started.items():
            if way.startswith("SIG"):
                terminal.process.send_signal(getattr(signal, way))
            else:
                terminal.press(way)
        codes = {way: terminal.wait_for_end(SECONDS + 40) for way, terminal in started.items()}
        assert time.monotonic() - began < SECONDS
    assert codes == ENDS
    for terminal in started.values():
        assert terminal.wait_for_bytes(lambda sent: LEFT in sent)


def said_at_the_end(sent: bytes) -> str:
    """Return what was written once the terminal was given back."""
    return sent.rpartition(LEFT)[2].decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[interface\n", "is not valid TOML. line 1"),
        ('[interface]\ntheme = "nord"\nbells = 3\n[network]\nread_seconds = -1\n', "has 2 faults."),
    ],
)
def test_a_broken_configuration_ends_with_its_sentence(
    start_program: StartProgram, tmp_path: Path, text: str, sentence: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    config.chmod(0o600)
    terminal = start_program("--config", config, "--data-dir", tmp_path / "data")
    assert terminal.wait_for_end() == 2
    terminal.close_reading()
    said = said_at_the_end(terminal.received)
    assert "fluxtui: The configuration " in said
    assert sentence in said
    assert "Traceback" not in said
    assert not (tmp_path / "data").exists()


def test_a_simulator_that_fails_ends_with_its_sentence(demo: Demo) -> None:
    folder = demo.folder / "simulator"
    for made in (demo.folder, folder, folder / "state"):
        made.mkdir(mode=0o700)
    (folder / "state" / "simulator.sqlite3").mkdir()
    for path in (folder / "state").iterdir():
        path.chmod(0o700)
    terminal = demo.start()
    assert terminal.wait_for_end(30.0) == 2
    terminal.close_reading()
    assert "fluxtui: The simulator of the demo did not start" in said_at_the_end(terminal.received)


def test_the_first_start_begins_in_the_frame(start_program: StartProgram, tmp_path: Path) -> None:
    terminal = start_program("--data-dir", tmp_path / "data", "--config", tmp_path / "none.toml")
    terminal.wait_for("Welcome to FluxTUI")
    sent = terminal.received
    assert sent.index(b"F3") < sent.index(b"Welcome")
    terminal.press("ctrl+q")
    assert terminal.wait_for_end() == 0
