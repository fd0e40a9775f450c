"""The simulator in the background of a demo."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fluxtui.demo.simulation import Speed, simulator

FAST = Speed(training=0.2, image=0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "simulator"
    ready = tmp_path / "simulator" / "ready.json"
    if ready.exists():
        stop(json.loads(ready.read_text())["pid"])


def stop(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    for _ in range(200):
        if not alive(pid):
            return
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_demos_at_the_same_time_share_one(folder: Path) -> None:
    with simulator(folder, FAST) as first, simulator(folder, FAST) as second:
        assert first == second


def test_after_a_kill_it_comes_back_at_the_same_address(folder: Path) -> None:
    with simulator(folder, FAST) as before:
        stop(json.loads((folder / "ready.json").read_text())["pid"])
        with simulator(folder, FAST) as after:
            assert after == before
