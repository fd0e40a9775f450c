"""Programs that are run within bounds leave nothing open."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path

import pytest

from fluxtui.system import programs
from fluxtui.system.programs import run_program

MUCH = b"x" * 1_000_000
"""More than a pipe holds."""


def open_pipes() -> int:
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("there is no /proc")
    found = []
    for name in os.listdir(descriptors):
        try:
            found.append(os.readlink(descriptors / name))
        except OSError:
            continue
    return sum(target.startswith(("pipe:", "socket:")) for target in found)


@pytest.mark.parametrize(
    "code",
    [
        "pass",
        "import sys; sys.stdin.read(10)",
        "import time; time.sleep(60)",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'], "
        "start_new_session=True)",
    ],
    ids=["reads nothing", "reads a little", "never ends", "leaves a child that holds its pipes"],
)
@pytest.mark.parametrize("given", [None, b"key", MUCH], ids=["nothing", "a key", "much"])
async def test_no_pipe_is_left_open(code: str, given: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is older is not searched: with the memory of a whole run that takes seconds.
    gc.freeze()
    monkeypatch.setattr(programs, "_DRAIN_SECONDS", 0.1)
    await run_program((sys.executable, "-c", "pass"), seconds=30, environ=os.environ)
    before = open_pipes()
    try:
        await run_program((sys.executable, "-c", code), seconds=0.5, environ=os.environ, given=given)
    except TimeoutError:
        await asyncio.sleep(0)
    assert open_pipes() == before
    gc.collect()
