"""Ctrl+Z: back to the shell where there is one that can bring the program back, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.program.conftest import NO_SERVICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.program.demos import StartProgram

JOB_CONTROL = ("sh", "-c", 'set -m; "$@"; echo the shell again; sleep 0.5; fg', "sh")
NO_JOB_CONTROL = ("sh", "-c", '"$@"; echo the shell again', "sh")


def test_the_shell_is_shown_and_brings_the_program_back(start_program: StartProgram, tmp_path: Path) -> None:
    """The shell of the test brings it back, as soon as its words had time to be seen."""
    terminal = start_program(
        *NO_SERVICE, "--data-dir", tmp_path, environ={"BFL_API_KEY": "x"}, through=JOB_CONTROL
    )
    terminal.wait_for("1 Pictures", "F6 Jobs")
    terminal.press("ctrl+z")
    terminal.wait_for("the shell again")
    terminal.wait_for("1 Pictures", "F6 Jobs")
    terminal.press("f6")
    terminal.wait_for("Nothing has been sent yet")
    terminal.press("ctrl+q")
    terminal.wait_for_end()


@pytest.mark.parametrize("through", [(), NO_JOB_CONTROL], ids=["terminal", "script"])
def test_nothing_stops_where_nobody_could_go_on(
    start_program: StartProgram, tmp_path: Path, through: Sequence[str]
) -> None:
    terminal = start_program(
        *NO_SERVICE, "--data-dir", tmp_path, environ={"BFL_API_KEY": "x"}, through=through
    )
    terminal.wait_for("1 Pictures", "F6 Jobs")
    terminal.press("ctrl+z")
    terminal.wait_for("Ctrl+Z does nothing here")
    terminal.press("ctrl+q")
    assert terminal.wait_for_end() == 0
