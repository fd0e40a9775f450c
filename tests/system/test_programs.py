"""Programs that are asked something, and do not behave."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fluxtui.system.interpreter import bare_environ
from fluxtui.system.programs import output_of, run_program

PATIENCE = 40.0
"""Seconds after which a test has failed."""


def asked(script: str, seconds: float = 20.0) -> bytes | None:
    return output_of([sys.executable, "-c", script], os.environ, seconds=seconds, most=1_000)


def test_an_answer_comes_back() -> None:
    assert asked("print('tmux')") == b"tmux\n"


@pytest.mark.parametrize(
    "script",
    [
        "import sys; sys.exit('no')",
        "while True: print('y' * 999)",
        "import os; os.kill(os.getpid(), 9)",
    ],
)
def test_what_fails_or_never_stops_printing_is_no_answer(script: str) -> None:
    assert asked(script) is None


@pytest.mark.parametrize(
    "script",
    [
        "import time; time.sleep(600)",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
    ],
)
def test_what_does_not_answer_is_not_waited_for(script: str) -> None:
    begin = time.monotonic()
    assert asked(script, seconds=1.0) is None
    assert time.monotonic() - begin < 15


def test_a_program_that_is_not_there_is_no_answer() -> None:
    assert output_of(["/nowhere/tmux"], {}, seconds=1.0) is None


def test_a_program_whose_caller_is_cancelled_twice_is_killed_and_not_forgotten(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    script = f"import os, pathlib, time; pathlib.Path({str(begun)!r}).write_text(str(os.getpid()))"

    async def leave() -> None:
        words = (sys.executable, "-c", f"{script}; time.sleep(60)")
        running = asyncio.create_task(run_program(words, seconds=60, environ=bare_environ()))
        while not begun.exists() or not begun.read_text():
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        with pytest.raises(ProcessLookupError):
            await _wait_for_end(int(begun.read_text()))

    asyncio.run(leave())
    # What is forgotten while it counts as running is a warning, and each of those an error.
    gc.collect()


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_start_that_is_cancelled_twice_is_neither_broken_off_nor_forgotten(steps: int) -> None:
    async def leave() -> None:
        words = (sys.executable, "-c", "import time; time.sleep(600)")
        running = asyncio.create_task(run_program(words, seconds=600, environ=bare_environ()))
        for _ in range(steps):
            await asyncio.sleep(0)
        for _ in range(2):
            running.cancel()
            await asyncio.sleep(0)
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.01)

    asyncio.run(leave())
    gc.collect()


BROKEN_OFF = """
import asyncio, os, sys
from fluxtui.system.programs import run_program
async def leave():
    words = (sys.executable, "-c", "import time; time.sleep(600)")
    running = asyncio.create_task(run_program(words, seconds=600, environ=os.environ))
    await asyncio.sleep(0)
    running.cancel()
asyncio.run(leave())
"""


def test_the_end_of_the_loop_while_a_process_starts_is_not_waited_for_for_ever() -> None:
    ended = subprocess.run([sys.executable, "-c", BROKEN_OFF], timeout=PATIENCE, check=False)
    assert ended.returncode == 0


async def _wait_for_end(pid: int) -> None:
    for _ in range(4000):
        os.kill(pid, 0)
        await asyncio.sleep(0.01)
