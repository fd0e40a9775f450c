"""Places that are no files, or whose owner does not exist, in the commands as typed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fluxtui.cli.adopt import read_old_files
from fluxtui.cli.logs import start_log
from fluxtui.domain.errors import InvalidInput, StorageError
from fluxtui.screens.external_editor import MOST_BYTES, _read


def test_the_home_of_nobody_is_told() -> None:
    adoption = read_old_files([Path("~nobody-has-this-name/models.json")], "bfl")
    (problem,) = adoption.problems
    assert "whom this machine does not know" in problem


def test_a_log_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fluxtui.log")
    with pytest.raises(StorageError, match="cannot be written"):
        start_log(tmp_path / "fluxtui.log", "info", lambda: ())


def test_what_an_editor_leaves_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    left = tmp_path / "prompt.txt"
    left.write_text("x" * MOST_BYTES)
    assert _read(left) == "x" * MOST_BYTES
    left.write_text("x" * (MOST_BYTES + 1))
    with pytest.raises(InvalidInput, match="stays as it was"):
        _read(left)
    left.unlink()
    os.mkfifo(left)
    with pytest.raises(StorageError, match="not a file"):
        _read(left)
