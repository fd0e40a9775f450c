"""Every door for files, with each named kind of harm and some inputs by chance, in a process with bounds.

`python benchmarks/fuzz.py` goes on for longer, and with the heavy cases.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.file_doors import NAMES, door_named

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"
FEW = 40


@pytest.mark.parametrize("door", NAMES)
def test_door_takes_or_refuses_whatever_comes(door: str, tmp_path: Path) -> None:
    command = [sys.executable, str(PROGRAM), door, "--light", "--count", str(FEW), "--keep", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    door_made = door_named(door)
    tried = FEW + len(door_made.cases) - len(door_made.heavy & door_made.cases.keys())
    door_made.close()
    assert f"{door}: {tried:,} inputs" in ended.stdout
