"""Windows that are too small or change, and places that are no terminal at all."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.program.conftest import NO_SERVICE

if TYPE_CHECKING:
    from tests.program.demos import StartProgram


PLACES = {"f2": "1 Pictures", "f3": "Models", "f4": "Prompt", "f6": "Nothing has been sent", "f7": "Server"}


def test_a_window_may_become_small_which_it_says_and_large_again(
    start_program: StartProgram, tmp_path: Path
) -> None:
    terminal = start_program(*NO_SERVICE, "--data-dir", tmp_path / "data", environ={"BFL_API_KEY": "x"})
    for key, words in PLACES.items():
        terminal.press(key)
        terminal.wait_for(words)
        for size in ((20, 5), (2, 1), (200, 60)):
            terminal.resize(*size)
            terminal.synchronise()
        terminal.resize(60, 15)
        terminal.wait_for("FluxTUI needs 80x24 characters")
        terminal.resize(80, 24)
        terminal.wait_for(words)
    terminal.press("f4")
    terminal.wait_for("Prompt", "Generate 1")
    assert terminal.process.poll() is None


@pytest.mark.parametrize("arguments", [(), ("demo",)])
@pytest.mark.parametrize("missing", ["stdin", "stderr"])
def test_no_terminal_to_read_from_or_draw_on(
    arguments: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "fluxtui", *arguments, "--data-dir", str(tmp_path / "data")]
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL if missing == "stdin" else slave,
            stdout=slave,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
            env={**os.environ, "TERM": "xterm-256color"},
        )
    finally:
        os.close(slave)
        os.close(master)
    assert result.returncode == 2
    assert b"terminal" in result.stderr
    assert b"Traceback" not in result.stderr
    assert not (tmp_path / "data").exists()
