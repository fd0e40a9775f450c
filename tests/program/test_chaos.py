"""The short form of the chaos: drivers killed, a service that misbehaves, every paid job accounted for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"
BOUNDS = {
    "bfl": {"generations": 10, "trainings": 2, "kills": 4, "seconds": 70, "late": 2},
    "fal": {"generations": 8, "trainings": 2, "kills": 4, "seconds": 70, "late": 2},
    "replicate": {"generations": 8, "trainings": 2, "kills": 4, "seconds": 70, "late": 2},
}


@pytest.mark.timeout(90)
@pytest.mark.parametrize("provider", BOUNDS)
def test_nothing_paid_is_lost_or_sent_twice_while_drivers_are_killed(tmp_path: Path, provider: str) -> None:
    bounds = BOUNDS[provider]
    # How wrong a clock is cannot be known where the order is the first that a service is asked.
    options = [
        f"--provider={provider}",
        "--true-clocks",
        *(f"--{name}={value}" for name, value in bounds.items()),
    ]
    run = subprocess.run(
        [sys.executable, str(CHAOS), *options, "--keep", str(tmp_path / "chaos")],
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    counts = dict(line.rsplit(maxsplit=1) for line in run.stdout.splitlines() if line[-1:].isdecimal())
    assert int(counts["killed"]) >= bounds["kills"]
    assert int(counts["jobs in the journal"]) == bounds["generations"] + bounds["trainings"]
    assert int(counts["accepted by the service"]) > 0
    assert int(counts["finetunes in the journal"]) > 0
    pictures = list((tmp_path / "chaos" / "data" / "pictures").rglob("*.*"))
    assert len(pictures) == int(counts["pictures whole and of their job"]) > 0
    weights = list((tmp_path / "chaos" / "data" / "loras").rglob("*.safetensors"))
    assert len(weights) == int(counts["files of weights, whole and their own"])
    assert weights or provider == "bfl"
