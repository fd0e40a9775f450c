"""The program in a terminal that goes away while it generates: every picture arrives all the same."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.services.jobs import new_id
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator

if TYPE_CHECKING:
    from tests.program.conftest import Demo

PICTURES = 4
PATIENCE = 25.0
START = (
    "import fcntl, os, signal, sys, termios\n"
    # Whoever runs the tests under nohup has it ignored, and the program respects that.
    "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'fluxtui', *sys.argv[1:]])\n"
)


class Window:
    """A terminal's window with the program in it, which can be closed or stop taking what is drawn."""

    def __init__(self, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, *arguments],
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                env={**os.environ, "TERM": "xterm-256color"},
            )
        finally:
            os.close(slave)
        self._is_taking = threading.Event()
        self._is_taking.set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.shown = b""

    def _read(self) -> None:
        with suppress(OSError):
            while self._is_taking.is_set():
                if select.select([self._master], [], [], 0.05)[0]:
                    self.shown += os.read(self._master, 65536)

    def stall(self) -> None:
        """Take nothing any more, and let the program draw more than fits on the way."""
        self._is_taking.clear()
        self._reader.join()
        for step in range(40):
            size = struct.pack("HHHH", 40 + step % 2, 120, 0, 0)
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
            time.sleep(0.1)

    def close(self) -> None:
        """Close the window; the kernel hangs the program up."""
        self._is_taking.clear()
        self._reader.join()
        os.close(self._master)
        self._master = -1

    def clean_up(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        if self._master >= 0:
            self.close()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A service that takes two seconds for a picture."""
    with running_simulator(Settings(seconds_per_image=2.0)) as running:
        yield running


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory."""
    return tmp_path / "data"


@pytest.fixture
def collectors(
    tmp_path: Path, process_list: Callable[[], dict[int, str]]
) -> Iterator[Callable[[], dict[int, str]]]:
    """Return a function that lists the collectors of this test; none outlives it."""

    def read() -> dict[int, str]:
        return {
            pid: line for pid, line in process_list().items() if " collect " in line and str(tmp_path) in line
        }

    yield read
    for pid in read():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def queue_generations(data_dir: Path, profile: str) -> None:
    """Put generations into a journal, as if ordered and not sent yet."""
    StorageService(data_dir).prepare()
    now = datetime.now(UTC)
    jobs = [
        Job(
            id=new_id(),
            work=GenerationWork(),
            state=JobState.DRAFT,
            profile=profile,
            provider="bfl",
            endpoint="flux-pro-1.1",
            title="a fox",
            parameters={"prompt": "a fox", "width": 256, "height": 256, "seed": seed},
            estimate_credits=4.0,
            created_at=now,
            updated_at=now,
        )
        for seed in range(PICTURES)
    ]
    async with Journal(StorageService(data_dir).journal_path) as journal:
        await journal.jobs.add(jobs)


@pytest.fixture
async def window(
    data_dir: Path,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    collectors: Callable[[], dict[int, str]],
) -> AsyncIterator[Window]:
    """The program in its window, with generations accepted by the service and not ready yet."""
    await queue_generations(data_dir, "bfl")
    monkeypatch.setenv("BFL_API_KEY", VALID_KEY)
    place = ("--data-dir", str(data_dir), "--base-url", simulator.base_url)
    window = Window("--images", "none", *place)
    try:
        until(lambda: set(states(data_dir)).isdisjoint({"draft", "submitting"}))
        yield window
    finally:
        window.clean_up()


def states(data_dir: Path) -> list[str]:
    with closing(sqlite3.connect(StorageService(data_dir).journal_path)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM jobs")]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("how", "code"), [("close", signal.SIGHUP), ("hang up", signal.SIGHUP), ("end", signal.SIGTERM)]
)
def test_every_picture_arrives_when_the_terminal_goes_away(
    window: Window,
    data_dir: Path,
    simulator: Simulator,
    collectors: Callable[[], dict[int, str]],
    how: str,
    code: signal.Signals,
) -> None:
    if how == "close":
        window.close()
    else:
        window.process.send_signal(code)
    assert window.process.wait(PATIENCE) == 128 + code
    (left,) = collectors().values()
    assert VALID_KEY not in left
    until(lambda: states(data_dir) == ["done"] * PICTURES)
    pictures = [path for path in (data_dir / "pictures").rglob("*") if path.is_file()]
    assert len(pictures) == len(simulator.ledger()) == PICTURES
    until(lambda: not collectors())
    if how != "close":
        assert b"\x1b[?1049l" in window.shown
        assert b"a collector (process " in window.shown


def test_a_terminal_that_takes_nothing_holds_up_neither_the_jobs_nor_the_end(
    window: Window, data_dir: Path, simulator: Simulator
) -> None:
    simulator.faults("latency", seconds=4.0, where="delivery")
    window.stall()
    assert "done" not in states(data_dir)
    until(lambda: states(data_dir) == ["done"] * PICTURES)
    window.process.send_signal(signal.SIGTERM)
    assert window.process.wait(5) == 128 + signal.SIGTERM
    assert len(simulator.ledger()) == PICTURES


async def test_leaving_the_demo_leaves_a_collector_that_keeps_its_simulator(
    demo: Demo, collectors: Callable[[], dict[int, str]]
) -> None:
    await queue_generations(demo.folder, "demo")
    terminal = demo.start(image=4)
    terminal.wait_until(lambda _: "waiting" in states(demo.folder))
    terminal.press("ctrl+q")
    terminal.confirm("Leave while jobs are active?", "collector without a screen")
    assert terminal.wait_for_end() == 0
    assert "done" not in states(demo.folder)
    until(lambda: states(demo.folder) == ["done"] * PICTURES)
    terminal = demo.start()
    terminal.wait_for(f"{PICTURES} pictures.")
