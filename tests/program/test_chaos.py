"""The short form of the chaos: drivers killed, a service that misbehaves, every paid job accounted for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHAOS = Path(__file__).parents[2] / "benchmarks" / "chaos.py"
BOUNDS = {"generations": 25, "trainings": 2, "kills": 6, "seconds": 50}


@pytest.mark.timeout(90)
def test_nothing_paid_is_lost_or_sent_twice_while_drivers_are_killed(tmp_path: Path) -> None:
    options = [f"--{name}={value}" for name, value in BOUNDS.items()]
    run = subprocess.run(
        [sys.executable, str(CHAOS), *options, "--keep", str(tmp_path / "chaos")],
        capture_output=True,
        text=True,
        timeout=80,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    counts = dict(line.rsplit(maxsplit=1) for line in run.stdout.splitlines() if line[-1:].isdecimal())
    assert int(counts["killed"]) >= BOUNDS["kills"]
    assert int(counts["jobs in the journal"]) == BOUNDS["generations"] + BOUNDS["trainings"]
    assert int(counts["accepted by the service"]) > 0
    pictures = list((tmp_path / "chaos" / "data" / "pictures").rglob("*.*"))
    assert len(pictures) == int(counts["pictures whole and of their job"]) > 0
