"""A thread that sits in a system call for ever, as in a network file system that is gone."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fluxtui.services.storage import StorageService

if TYPE_CHECKING:
    from tests.program.conftest import Demo

DEAD = "/dead/share"
# Loaded by the interpreter before anything of ours: stat of this path never returns.
DEAD_FILE_SYSTEM = f"""
import os, threading
real = os.stat
def stat(path, *args, **kwargs):
    if not isinstance(path, int) and str(path).startswith({DEAD!r}):
        threading.Event().wait()
    return real(path, *args, **kwargs)
os.stat = stat
"""
SECONDS = 9.0
"""In which the program has to have ended."""
LOCKED_SECONDS = 35.0
"""The same where a write of the journal may be waited for, which has its own bound."""


@pytest.mark.parametrize("way", ["ctrl+q", "ctrl+c twice", "SIGTERM"])
def test_leaving_while_a_path_hangs(demo: Demo, tmp_path: Path, way: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(DEAD_FILE_SYSTEM)
    search = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    terminal = demo.start(environ={"PYTHONPATH": search.rstrip(os.pathsep)})
    terminal.wait_for("✓ 12 pictures")
    # From the name, past the trainer, the pictures and the button.
    terminal.press("shift+tab", "shift+tab", "shift+tab", "shift+tab", "home", "ctrl+k")
    terminal.type(DEAD)
    terminal.press("enter")
    terminal.wait_until(lambda text: "✓ 12 pictures" not in text)
    began = time.monotonic()
    if way == "SIGTERM":
        terminal.process.terminate()
    else:
        terminal.press(*(["ctrl+c", "ctrl+c"] if "c twice" in way else [way]))
    code = terminal.wait_for_end(SECONDS + 20)
    assert time.monotonic() - began < SECONDS
    assert code == (143 if way == "SIGTERM" else 0)
    sent = terminal.wait_for_bytes(lambda sent: b"\x1b[?1049l" in sent)
    for mode in ("1000", "1003", "1004", "2004"):
        assert sent.rindex(f"\x1b[?{mode}l".encode()) > sent.rindex(f"\x1b[?{mode}h".encode())


@pytest.mark.parametrize("way", ["ctrl+q", "SIGTERM", "SIGINT"])
def test_leaving_while_another_program_holds_the_journal(demo: Demo, way: str) -> None:
    """As one does that was stopped while it wrote: each write waits, and none may be waited for for ever."""
    terminal = demo.start()
    terminal.wait_for("✓ 12 pictures")
    with closing(sqlite3.connect(StorageService(demo.folder).journal_path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        if way == "ctrl+q":
            terminal.press(way)
        else:
            terminal.process.send_signal(getattr(signal, way))
        code = terminal.wait_for_end(LOCKED_SECONDS + 20)
    assert time.monotonic() - began < LOCKED_SECONDS
    assert code == {"ctrl+q": 0, "SIGTERM": 143, "SIGINT": 130}[way]
    assert terminal.wait_for_bytes(lambda sent: b"\x1b[?1049l" in sent)
