"""The short form of the chaos: drivers killed, a service that misbehaves, every paid job accounted for."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"
BOUNDS = {"generations": 6, "trainings": 2, "kills": 3, "seconds": 150, "late": 1}
SEEDS = {"bfl": 7, "fal": 32, "replicate": 30}
"""By which drivers of each service die at two points that every order comes to, and at a moment by chance."""


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Mapping[str, subprocess.Popen[str]]]:
    """Chaos at each service; all at once, since each waits most of the time."""
    # How wrong a clock is cannot be known where the order is the first that a service is asked.
    options = ["--true-clocks", *(f"--{name}={value}" for name, value in BOUNDS.items())]
    started = {}
    for provider, seed in SEEDS.items():
        command = [sys.executable, str(CHAOS), f"--provider={provider}", f"--seed={seed}", *options]
        command += ["--keep", str(tmp_path / provider)]
        started[provider] = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    yield started
    for run in started.values():
        # It ends its drivers and its service.
        run.send_signal(signal.SIGINT)
        run.communicate()


@pytest.mark.timeout(200)
def test_nothing_paid_is_lost_or_sent_twice_while_drivers_are_killed(
    runs: Mapping[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    told = {provider: run.communicate(timeout=180)[0] for provider, run in runs.items()}
    assert [run.returncode for run in runs.values()] == [0] * len(runs), "\n".join(told.values())
    for provider, words in told.items():
        counts = dict(line.rsplit(maxsplit=1) for line in words.splitlines() if line[-1:].isdecimal())
        assert int(counts["killed"]) >= BOUNDS["kills"]
        assert int(counts["jobs in the journal"]) == BOUNDS["generations"] + BOUNDS["trainings"]
        assert int(counts["accepted by the service"]) > 0
        assert int(counts["finetunes in the journal"]) > 0
        pictures = list((tmp_path / provider / "data" / "pictures").rglob("*.*"))
        assert len(pictures) == int(counts["pictures whole and of their job"]) > 0
        weights = list((tmp_path / provider / "data" / "loras").rglob("*.safetensors"))
        assert len(weights) == int(counts["files of weights, whole and their own"])
        assert weights or provider == "bfl"
