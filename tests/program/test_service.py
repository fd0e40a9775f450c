"""The configured program against a server that speaks the API, as the service is today."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.program.demos import StartProgram


@pytest.fixture
def service_of_today(tmp_path: Path) -> Iterator[str]:
    """Yield the base URL of a server that no longer trains."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "fluxtui", "simulate", "--port", "0", "--mode", "current", "--quiet"]
    process = subprocess.Popen([*command, "--ready-file", str(ready)])
    try:
        end = time.monotonic() + 40
        while not ready.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        yield str(json.loads(ready.read_text())["submit_url"])
    finally:
        process.kill()
        process.wait(50)


def test_training_is_told_to_have_ended(
    service_of_today: str, sunsets: Path, tmp_path: Path, start_program: StartProgram
) -> None:
    data = tmp_path / "data"
    terminal = start_program(
        *("--base-url", service_of_today, "--data-dir", data), environ={"BFL_API_KEY": "sim-valid"}
    )
    terminal.wait_for("1 Pictures", "Name ", "left")
    terminal.type(str(sunsets))
    terminal.press("enter")
    terminal.wait_for("✓ 6 pictures")
    # The first thing that is missing is the name.
    terminal.press("ctrl+s")
    terminal.wait_for("Nothing was sent")
    terminal.type("too late")
    terminal.press("tab", "right", "ctrl+s")
    terminal.confirm("Train this finetune?")
    terminal.wait_for("no longer trains")
    terminal.press("ctrl+q")
    assert terminal.wait_for_end() == 0
    assert b"sim-valid" not in b"".join(
        path.read_bytes()
        for path in [*data.rglob("*"), *Path(os.environ["HOME"]).rglob("*")]
        if path.is_file()
    )
