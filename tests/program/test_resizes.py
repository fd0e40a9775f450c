"""A window that is dragged, or a signal in a loop, before a terminal that is slow to take what is drawn."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.program.conftest import NO_SERVICE
from tests.program.terminal import FRAME

if TYPE_CHECKING:
    from pathlib import Path

    from tests.program.demos import StartProgram
    from tests.program.terminal import Terminal

FLOOD = 300_000
DRAGGED = 100
MOST_FRAMES = 8
"""Of a terminal that took nothing: those that had room on the way to it, and those after it goes on."""


def opened(start: StartProgram, folder: Path) -> Terminal:
    terminal = start(*NO_SERVICE, "--data-dir", folder / "data", environ={"BFL_API_KEY": "x"})
    terminal.wait_for("F6 Jobs", "no connection")
    return terminal


def test_a_flood_of_signals_is_borne(start_program: StartProgram, tmp_path: Path) -> None:
    terminal = opened(start_program, tmp_path)
    for _ in range(FLOOD):
        os.kill(terminal.process.pid, signal.SIGWINCH)
    terminal.press("f6")
    terminal.wait_for("Nothing has been sent yet")
    terminal.press("ctrl+q")
    assert terminal.wait_for_end() == 0


def test_a_dragged_window_leaves_frames_out_while_they_are_not_taken(
    start_program: StartProgram, tmp_path: Path
) -> None:
    terminal = opened(start_program, tmp_path)
    terminal.synchronise()
    before = len(terminal.received)
    terminal.stall()
    terminal.fill()
    terminal.drag(DRAGGED)
    terminal.resize(80, 24)
    terminal.go_on()
    terminal.press("f6")
    terminal.wait_for("Nothing has been sent yet")
    assert terminal.received[before:].count(FRAME) <= MOST_FRAMES
