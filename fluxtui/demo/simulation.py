"""The simulator of a demo: started in the background, shared by all demos on one data directory."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import FluxError

START_SECONDS = 20.0
"""How long the simulator may take until it listens."""
ASK_SECONDS = 2.0
"""How long an answer about its health may take."""
_ANY_PORTS = ["--port", "0"]

_left_running: list[subprocess.Popen[bytes]] = []
"""Simulators that outlive the demo that started them; kept so that none counts as forgotten."""


class SimulatorError(FluxError):
    """The simulator of the demo did not start."""

    title = "Simulator"


@dataclass(frozen=True)
class Speed:
    """How long the simulated service takes, in seconds."""

    training: float = 30.0
    image: float = 3.0


@contextmanager
def simulator(folder: Path, speed: Speed) -> Iterator[str]:
    """Yield the base URL of a running simulator that keeps its state in `folder`.

    One that still runs there is used, else one is started on the ports it had before, so that jobs of an
    earlier demo find it again. It ends by itself when no demo holds it and its tasks are finished.

    Raises:
        SimulatorError: it cannot be started.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "held").open("a") as hold:
        fcntl.flock(hold, fcntl.LOCK_SH)
        known = _announced(folder)
        if known is None or not _answers(known["submit_url"]):
            known = _start(folder, speed, known)
        yield str(known["submit_url"])


def _announced(folder: Path) -> dict[str, Any] | None:
    try:
        known = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(known, dict) or not str(known.get("submit_url", "")).startswith("http://127.0.0.1:"):
        return None
    return known


def _answers(base_url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{base_url}/simulator/health", timeout=ASK_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _start(folder: Path, speed: Speed, before: dict[str, Any] | None) -> dict[str, Any]:
    attempts = [_ports(before), _ANY_PORTS] if before else [_ANY_PORTS]
    for ports in attempts:
        (folder / "ready.json").unlink(missing_ok=True)
        process = _spawn(folder, speed, ports)
        known = _wait_until_ready(folder, process)
        if known is not None:
            return known
    raise SimulatorError(
        "The simulator of the demo did not start.", next_step=f"Its words are in {folder / 'output.txt'}."
    )


def _ports(before: dict[str, Any]) -> list[str]:
    """Return the options that give every service the ports it had before."""
    submit, polling, delivery = (
        _port(before.get(name)) for name in ("submit_url", "polling_url", "delivery_url")
    )
    options = ["--port", submit, "--polling-port", polling, "--delivery-port", delivery]
    services = before.get("services")
    for service, urls in services.items() if isinstance(services, dict) else ():
        options += [f"--{service}-ports", ",".join(_port(url) for url in urls.values())]
    return options


def _port(url: object) -> str:
    port = str(url).rpartition(":")[2]
    return port if port.isdecimal() else "0"


def _spawn(folder: Path, speed: Speed, ports: list[str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "fluxtui", "simulate", "--quiet"),
        *ports,
        *("--seconds-per-training", str(speed.training), "--seconds-per-image", str(speed.image)),
        *("--state-directory", str(folder / "state"), "--ready-file", str(folder / "ready.json")),
        *("--hold-file", str(folder / "held")),
    ]
    descriptor = os.open(folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor, start_new_session=True
        )
    finally:
        os.close(descriptor)
    _left_running.append(process)
    return process


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        known = _announced(folder)
        if known is not None:
            return known
        time.sleep(0.05)
    process.terminate()
    return None
