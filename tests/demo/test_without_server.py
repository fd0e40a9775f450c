"""A demo where what its simulator serves with is not installed."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from fluxtui.demo.simulation import READY_FILE, SimulatorError, Speed, simulator

FAST = Speed(training=0.2, image=0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "simulator"


def test_without_its_packages_it_says_what_to_install_and_starts_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SimulatorError) as told, simulator(folder, FAST):
        pass
    assert "uvicorn, which is not installed" in told.value.sentence()
    assert "pip install '.[demo]'" in told.value.sentence()
    assert not (folder / "ready.json").exists()
    assert not (folder / "output.txt").exists()


def test_one_that_runs_is_used_without_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulator(folder, FAST) as before:
        monkeypatch.setitem(sys.modules, "uvicorn", None)
        with simulator(folder, FAST) as after:
            assert after == before
    os.kill(json.loads((folder / READY_FILE).read_text())["pid"], signal.SIGKILL)
