"""A pipe nobody writes into stands where a file is expected: a sentence, and no waiting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fluxtui.domain.errors import DatasetError
from fluxtui.services.datasets.opening import open_source

SECONDS = 20


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "models.json"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    "arguments",
    [("doctor", "--config", "{}"), ("collect", "--config", "{}"), ("adopt", "{}"), ("recall", "{}")],
)
def test_commands_say_that_it_is_no_file(pipe: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "fluxtui", *(part.format(pipe) for part in arguments)]
    environ = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    result = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=environ)
    assert result.returncode in (1, 2)
    assert b"not a" in result.stdout + result.stderr
    assert b"Traceback" not in result.stderr


def test_a_list_of_pictures_that_is_a_pipe(pipe: Path) -> None:
    with pytest.raises(DatasetError, match="not a file"):
        open_source(f"@{pipe}")
