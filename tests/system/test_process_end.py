"""Processes that end although one of their threads waits for something that never comes."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from fluxtui.services.journal import Journal
from fluxtui.system.process_end import INTERRUPTED

PATIENCE = 30.0
BOUND = 12.0
"""Seconds within which each ends, with room for a slow machine."""

# A mutex that is locked twice is waited for as a dead disk is: no signal ends that.
DEAD_DISK = """
import ctypes, signal, sys, threading
from fluxtui.cli import doctor
from fluxtui.cli import parser as cli
mutex = ctypes.create_string_buffer(256)
system = ctypes.CDLL(None)
system.pthread_mutex_lock(mutex)

def dead(options):
    sys.stdout.write("waiting\\n")
    sys.stdout.flush()
    {wait}
    return 0

async def leave_behind(system, mutex):
    import asyncio
    asyncio.get_running_loop().run_in_executor(None, system.pthread_mutex_lock, mutex)
    await asyncio.sleep(0)

doctor.run_doctor = dead
sys.argv = ["fluxtui", "doctor"]
sys.exit(cli.main())
"""
IN_MAIN = "system.pthread_mutex_lock(mutex)"
IN_THREAD = "threading.Thread(target=system.pthread_mutex_lock, args=(mutex,)).start()"

IN_POOL = "from fluxtui.system.event_loop import run_to_end; run_to_end(leave_behind(system, mutex))"


def started(wait: str) -> subprocess.Popen[str]:
    script = DEAD_DISK.format(wait=wait)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    return process


async def make_journal(path: Path) -> None:
    async with Journal(path):
        pass


def test_ctrl_c_ends_a_command_that_waits_for_a_dead_disk() -> None:
    with started(IN_MAIN) as process:
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == INTERRUPTED
        assert time.monotonic() - begin < BOUND


@pytest.mark.parametrize("wait", [IN_THREAD, IN_POOL], ids=["thread", "event loop"])
def test_a_thread_that_waits_for_a_dead_disk_does_not_hold_up_the_end(wait: str) -> None:
    begin = time.monotonic()
    with started(wait) as process:
        assert process.wait(PATIENCE) == 0
    assert time.monotonic() - begin < BOUND


def test_a_journal_that_another_program_holds_is_told_within_seconds(tmp_path: Path) -> None:
    """A lock that is never given back, as that of a stopped program; two commands meet it at once."""
    models = tmp_path / "models.json"
    models.write_text('[{"finetune_id": "one", "name": "one"}]')
    asyncio.run(make_journal(tmp_path / "journal.sqlite3"))
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3", isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("REPLACE INTO notes VALUES ('held', '1', '')")
        runs = [
            subprocess.Popen(
                [sys.executable, "-m", "fluxtui", *command, "--data-dir", str(tmp_path)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "HOME": str(tmp_path)},
            )
            for command in (("collect",), ("adopt", str(models)))
        ]
        errors = [run.communicate(timeout=PATIENCE)[1] for run in runs]
    assert [run.returncode for run in runs] == [2, 2]
    assert all("locked by another program" in told for told in errors), errors
    assert not any("Traceback" in told for told in errors), errors
