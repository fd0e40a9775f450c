"""Programs that are asked something, and do not behave."""

from __future__ import annotations

import os
import sys
import time

import pytest

from fluxtui.system.programs import output_of


def asked(script: str, seconds: float = 20.0) -> bytes | None:
    return output_of([sys.executable, "-c", script], os.environ, seconds=seconds, most=1_000)


def test_an_answer_comes_back() -> None:
    assert asked("print('tmux')") == b"tmux\n"


@pytest.mark.parametrize(
    "script",
    [
        "import sys; sys.exit('no')",
        "while True: print('y' * 999)",
        "import os; os.kill(os.getpid(), 9)",
    ],
)
def test_what_fails_or_never_stops_printing_is_no_answer(script: str) -> None:
    assert asked(script) is None


@pytest.mark.parametrize(
    "script",
    [
        "import time; time.sleep(600)",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
    ],
)
def test_what_does_not_answer_is_not_waited_for(script: str) -> None:
    begin = time.monotonic()
    assert asked(script, seconds=1.0) is None
    assert time.monotonic() - begin < 15


def test_a_program_that_is_not_there_is_no_answer() -> None:
    assert output_of(["/nowhere/tmux"], {}, seconds=1.0) is None
