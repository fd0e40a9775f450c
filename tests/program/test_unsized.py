"""Terminals that tell no size, at first or ever: dtach before anybody attaches, and some containers."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.program.conftest import NO_SERVICE

if TYPE_CHECKING:
    from tests.program.demos import StartProgram

PLACES = "F7 Settings"
FIRST, LAST = "1 Pictures", "F1 Help"
"""What the second and the last line of the first place show."""
WATCHED_SECONDS = 1.0
IDLE_SHARE = 0.5
"""Of one processor; a program that lays out one screen after the other takes all of it."""


def processor_seconds(process_id: int) -> float:
    """Return what a process has taken so far."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_drawn_for(columns: int, rows: int) -> Callable[[str], bool]:
    """Return what tells whether the first place takes the whole of a size."""

    def is_drawn(text: str) -> bool:
        lines = text.split("\n")
        return len(lines[1].rstrip()) == columns and FIRST in lines[1] and LAST in lines[rows - 1]

    return is_drawn


def test_it_can_be_used_at_the_usual_size_rests_and_follows_a_size_that_is_told_later(
    start_program: StartProgram, tmp_path: Path
) -> None:
    terminal = start_program(
        *NO_SERVICE, "--data-dir", tmp_path / "data", environ={"BFL_API_KEY": "x"}, size=(0, 0)
    )
    terminal.wait_for(FIRST, PLACES, "no connection")
    terminal.wait_until(is_drawn_for(80, 24))
    terminal.press("f4")
    terminal.wait_for("Prompt")
    terminal.press("f2")
    terminal.wait_for(FIRST)
    terminal.synchronise()
    before = processor_seconds(terminal.process.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        terminal.wait_for_end(WATCHED_SECONDS)
    assert processor_seconds(terminal.process.pid) - before < IDLE_SHARE * WATCHED_SECONDS
    terminal.resize(100, 30)
    terminal.wait_until(is_drawn_for(100, 30))
    # Half a size is followed too.
    terminal.resize(120, 0)
    terminal.wait_until(is_drawn_for(120, 24))
    terminal.process.terminate()
    assert terminal.wait_for_end() == 128 + signal.SIGTERM


def test_the_size_is_that_of_what_is_drawn_on(start_program: StartProgram, tmp_path: Path) -> None:
    """Standard output may be a file; Textual would take the size of that."""
    data, out = tmp_path / "data", tmp_path / "out"
    terminal = start_program(
        *NO_SERVICE,
        "--data-dir",
        data,
        environ={"BFL_API_KEY": "x"},
        size=(100, 30),
        through=("sh", "-c", f'exec "$@" >{out}', "sh"),
    )
    terminal.wait_until(is_drawn_for(100, 30))
    terminal.resize(120, 40)
    terminal.wait_until(is_drawn_for(120, 40))
