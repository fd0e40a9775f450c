"""The temporary directories of simulators: gone at their end, and those of killed ones by a later one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fluxtui.simulator.core.private_files as private_files
from fluxtui.simulator.core.private_files import HeldDirectory

MAKES_ONE = (
    "import sys\n"
    "from fluxtui.simulator.core.private_files import HeldDirectory\n"
    "held = HeldDirectory()\n"
    "(held.path / 'file').write_text('x')\n"
    "print(held.path, flush=True)\n"
    "sys.stdin.read()\n"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def left(place: Path) -> set[Path]:
    return set(place.glob("fluxtui-simulator-*"))


def started(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start another simulator's part, and return it with the directory that it holds."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKES_ONE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place)},
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip()).parent


def test_it_is_deleted_by_its_end(place: Path) -> None:
    held = HeldDirectory()
    assert held.path.stat().st_mode & 0o777 == 0o700
    held.close()
    held.close()
    assert not left(place)


def test_what_a_killed_one_left_is_deleted_and_nothing_that_is_held_or_young(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, killed_place = started(place)
    living, living_place = started(place)
    try:
        killed.kill()
        killed.communicate()
        HeldDirectory().close()
        assert left(place) == {killed_place, living_place}
        monkeypatch.setattr(private_files, "LEFT_SECONDS", -1.0)
        HeldDirectory().close()
        assert left(place) == {living_place}
    finally:
        living.communicate()
    assert not left(place)
