"""The program in a terminal that goes away while it generates: every picture arrives all the same."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.demo.simulation import Speed, simulator
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.services.jobs import new_id
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.keys import VALID_KEY
from tests.program.conftest import until

if TYPE_CHECKING:
    from fluxtui.simulator.core.clock import ManualClock
    from fluxtui.simulator.running import Simulator
    from tests.program.demos import Demo, StartProgram
    from tests.program.terminal import Terminal

PICTURES = 4
AT_ONCE = 15.0
"""Seconds for an end that nothing holds up; where something does, the program gives up after twenty."""


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
async def terminal(
    data_dir: Path,
    service: Simulator,
    collectors: Callable[[], dict[int, str]],
    start_program: StartProgram,
) -> Terminal:
    """The program, with generations accepted by the service and not ready yet."""
    await queue_generations(data_dir, "bfl")
    place = ("--data-dir", data_dir, "--base-url", service.base_url)
    terminal = start_program("--images", "none", *place, environ={"BFL_API_KEY": VALID_KEY})
    until(lambda: set(states(data_dir)).isdisjoint({"draft", "submitting"}))
    return terminal


def states(data_dir: Path) -> list[str]:
    with closing(sqlite3.connect(StorageService(data_dir).journal_path)) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM jobs")]


@pytest.mark.parametrize(("how", "code"), [("close", signal.SIGHUP), ("end", signal.SIGTERM)])
def test_every_picture_arrives_when_the_terminal_goes_away(
    terminal: Terminal,
    data_dir: Path,
    service: Simulator,
    clock: ManualClock,
    collectors: Callable[[], dict[int, str]],
    how: str,
    code: signal.Signals,
) -> None:
    if how == "close":
        terminal.hang_up()
    else:
        terminal.process.send_signal(code)
    assert terminal.wait_for_end() == 128 + code
    (left,) = collectors().values()
    assert VALID_KEY not in left
    assert "done" not in states(data_dir)
    clock.advance(2)
    until(lambda: states(data_dir) == ["done"] * PICTURES)
    pictures = [path for path in (data_dir / "pictures").rglob("*") if path.is_file()]
    assert len(pictures) == len(service.ledger()) == PICTURES
    until(lambda: not collectors())
    if how != "close":
        terminal.wait_for_bytes(lambda sent: b"\x1b[?1049l" in sent and b"a collector (process " in sent)
        terminal.is_given_back()


def test_a_terminal_that_takes_nothing_holds_up_neither_the_jobs_nor_the_end(
    terminal: Terminal, data_dir: Path, service: Simulator, clock: ManualClock
) -> None:
    terminal.stall()
    terminal.fill()
    assert "done" not in states(data_dir)
    clock.advance(2)
    until(lambda: states(data_dir) == ["done"] * PICTURES)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.wait_for_end(AT_ONCE) == 128 + signal.SIGTERM
    assert len(service.ledger()) == PICTURES


async def test_leaving_the_demo_leaves_a_collector_that_keeps_its_simulator(
    demo: Demo, collectors: Callable[[], dict[int, str]]
) -> None:
    with simulator(demo.folder / "simulator", Speed(1.0, 0.3)):
        # Nothing comes to its end before the program has left.
        demo.strike(kind="503", where="poll")
        await queue_generations(demo.folder, "demo")
        terminal = demo.start()
        terminal.wait_until(lambda _: "waiting" in states(demo.folder))
        terminal.press("ctrl+q")
        terminal.confirm("Leave while jobs are active?", "collector without a screen")
        assert terminal.wait_for_end() == 0
    demo.behave()
    until(lambda: states(demo.folder) == ["done"] * PICTURES)
    terminal = demo.start()
    terminal.wait_for(f"{PICTURES} pictures.")
