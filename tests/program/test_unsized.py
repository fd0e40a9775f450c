"""Terminals that tell no size, at first or ever: dtach before anybody attaches, and some containers."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.program.conftest import StartProgram, Terminal

FIRST_START = ("--base-url", "http://127.0.0.1:9")
PLACES = "F7 Settings"
FIRST, LAST = "1 Pictures", "F1 Help"
"""What the second and the last line of the first place show."""
WATCHED_SECONDS = 1.0
IDLE_SHARE = 0.5
"""Of one processor; a program that lays out one screen after the other takes all of it."""


@pytest.fixture
def unsized(start_program: StartProgram, tmp_path: Path) -> Terminal:
    """The program in a terminal that tells no size, drawn."""
    terminal = start_program(
        *FIRST_START, "--data-dir", tmp_path / "data", environ={"BFL_API_KEY": "x"}, size=(0, 0)
    )
    terminal.wait_for(FIRST, PLACES, "no connection")
    return terminal


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


def test_it_is_drawn_for_the_usual_size_and_can_be_used(unsized: Terminal) -> None:
    unsized.wait_until(is_drawn_for(80, 24))
    unsized.press("f4")
    unsized.wait_for("Prompt")


def test_a_size_that_is_told_later_is_followed(unsized: Terminal) -> None:
    unsized.resize(100, 30)
    unsized.wait_until(is_drawn_for(100, 30))


def test_a_size_of_which_half_is_told_is_followed_too(unsized: Terminal) -> None:
    unsized.resize(100, 0)
    unsized.wait_until(is_drawn_for(100, 24))


def test_it_rests(unsized: Terminal) -> None:
    before = processor_seconds(unsized.process.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        unsized.wait_for_end(WATCHED_SECONDS)
    assert processor_seconds(unsized.process.pid) - before < IDLE_SHARE * WATCHED_SECONDS


def test_it_ends_when_told_to(unsized: Terminal) -> None:
    os.kill(unsized.process.pid, signal.SIGTERM)
    assert unsized.wait_for_end(3) == 128 + signal.SIGTERM


def test_the_size_is_that_of_what_is_drawn_on(start_program: StartProgram, tmp_path: Path) -> None:
    """Standard output may be a file; Textual would take the size of that."""
    data, out = tmp_path / "data", tmp_path / "out"
    terminal = start_program(
        *FIRST_START,
        "--data-dir",
        data,
        environ={"BFL_API_KEY": "x"},
        size=(100, 30),
        through=("sh", "-c", f'exec "$@" >{out}', "sh"),
    )
    terminal.wait_until(is_drawn_for(100, 30))
    terminal.resize(120, 40)
    terminal.wait_until(is_drawn_for(120, 40))
