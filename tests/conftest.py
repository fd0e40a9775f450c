"""What every test may rely on: an environment that is nobody's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

KEY_VARIABLES = ("BFL_API_KEY", "FAL_KEY", "REPLICATE_API_TOKEN")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the test a home of its own, no key, and fixed time zone, language and colours."""
    for name in list(os.environ):
        if name.startswith("FLUXTUI_") or name in (*KEY_VARIABLES, "NO_COLOR", "SSH_CONNECTION", "SSH_TTY"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name, folder in {
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_CACHE_HOME": ".cache",
        "XDG_STATE_HOME": ".local/state",
    }.items():
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLORTERM", "truecolor")
    return home


@pytest.fixture
def process_list() -> Callable[[], dict[int, str]]:
    """Return a function that lists the command lines of all processes by id, as everybody can."""

    def read() -> dict[int, str]:
        if not Path("/proc/self/cmdline").exists():
            command = [shutil.which("ps") or "/bin/ps", "-A", "-ww", "-o", "pid=,args="]
            listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            return {int(pid): words for pid, words in (line.split(None, 1) for line in listing.splitlines())}
        lines = {}
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                words = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                lines[int(file.parent.name)] = words
        return lines

    return read
