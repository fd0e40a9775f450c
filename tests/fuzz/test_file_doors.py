"""Every door for files, with each named kind of harm and some inputs by chance, in a process with bounds.

`python benchmarks/fuzz.py` goes on for longer, and with the heavy cases.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from tests.fuzz.file_doors import NAMES, door_named

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"
FEW = 15


@pytest.mark.parametrize("door", NAMES)
def test_door_takes_or_refuses_whatever_comes(
    door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # The program goes through the inputs in a process of its own.
    words = [str(PROGRAM), door, "--light", "--count", str(FEW), "--keep", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(PROGRAM), run_name="__main__")
    told = capfd.readouterr()
    assert ended.value.code == 0, told.out + told.err
    door_made = door_named(door)
    tried = FEW + len(door_made.cases) - len(door_made.heavy & door_made.cases.keys())
    door_made.close()
    assert f"{door}: {tried:,} inputs" in told.out
