"""A thread that sits in a system call for ever, as in a network file system that is gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from fluxtui.services.storage import StorageService
from tests.program.conftest import NO_SERVICE, until

if TYPE_CHECKING:
    from tests.program.demos import StartProgram
    from tests.program.terminal import Terminal

DEAD = "/dead/share"
# Loaded by the interpreter before anything of ours: stat of this path never returns, and leaves a trace.
DEAD_FILE_SYSTEM = """
import os, threading
real = os.stat
def stat(path, *args, **kwargs):
    if not isinstance(path, int) and str(path).startswith({dead!r}):
        open({trace!r}, "w").close()
        threading.Event().wait()
    return real(path, *args, **kwargs)
os.stat = stat
"""
SECONDS = 15.0
"""In which the program has to have ended; twenty after the wish to leave it leaves behind what is stuck."""
LOCKED_SECONDS = 35.0
"""The same where a write of the journal may be waited for, which has its own bound."""
CODES = {"ctrl+q": 0, "ctrl+c twice": 0, "SIGTERM": 143, "SIGINT": 130}


def opened(start: StartProgram, ways: tuple[str, ...], folder: Path, **environ: str) -> dict[str, Terminal]:
    """Start a program for each way to leave it, all at once: they wait together."""
    started = {
        way: start(*NO_SERVICE, "--data-dir", folder / way, environ={"BFL_API_KEY": "x", **environ})
        for way in ways
    }
    for terminal in started.values():
        terminal.wait_for("1 Pictures", "F6 Jobs")
    return started


def leave(terminal: Terminal, way: str) -> None:
    if way.startswith("SIG"):
        terminal.process.send_signal(getattr(signal, way))
    else:
        terminal.press(*(["ctrl+c", "ctrl+c"] if "c twice" in way else [way]))


def all_end(started: Mapping[str, Terminal], within: float) -> None:
    """Leave every program, and see that each ends in time, as told, and gives its terminal back."""
    began = time.monotonic()
    for way, terminal in started.items():
        leave(terminal, way)
    for way, terminal in started.items():
        code = terminal.wait_for_end(within + 20)
        assert time.monotonic() - began < within, way
        assert code == CODES[way], way
        sent = terminal.wait_for_bytes(lambda sent: b"\x1b[?1049l" in sent)
        for mode in ("1000", "1003", "1004", "2004"):
            assert sent.rindex(f"\x1b[?{mode}l".encode()) > sent.rindex(f"\x1b[?{mode}h".encode()), way


def test_leaving_while_a_path_hangs(start_program: StartProgram, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    code = DEAD_FILE_SYSTEM.format(dead=DEAD, trace=str(tmp_path / "hangs"))
    (tmp_path / "site" / "sitecustomize.py").write_text(code)
    search = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    started = opened(start_program, ("ctrl+q", "ctrl+c twice", "SIGTERM"), tmp_path, PYTHONPATH=search)
    for terminal in started.values():
        # The cursor is in the field for the path.
        terminal.type(DEAD)
        terminal.press("enter")
        until((tmp_path / "hangs").exists)
        (tmp_path / "hangs").unlink()
    all_end(started, SECONDS)


def test_leaving_while_another_program_holds_the_journal(start_program: StartProgram, tmp_path: Path) -> None:
    """As one does that was stopped while it wrote: each write waits, and none may be waited for for ever."""
    started = opened(start_program, ("ctrl+q", "SIGTERM", "SIGINT"), tmp_path)
    with ExitStack() as held:
        for way in started:
            path = StorageService(tmp_path / way).journal_path
            holder = held.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
            holder.execute("BEGIN IMMEDIATE")
        all_end(started, LOCKED_SECONDS)
