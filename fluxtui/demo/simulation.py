"""The simulator of a demo: started in the background, shared by all demos on one data directory."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import FluxError
from fluxtui.simulator.roles import ROLES

START_SECONDS = 20.0
"""How long the simulator may take until it listens."""
END_SECONDS = 10.0
"""How long an older simulator may take until it has ended."""
ASK_SECONDS = 2.0
"""How long an answer about its health may take."""

_LOOPBACK = "http://127.0.0.1:"
_BFL_URLS = ("submit_url", "polling_url", "delivery_url")

_left_running: list[subprocess.Popen[bytes]] = []
"""Simulators that outlive the demo that started them; kept so that none counts as forgotten."""


class SimulatorError(FluxError):
    """The simulator of the demo did not start."""

    title = "Simulator"


@dataclass(frozen=True)
class Speed:
    """How long the simulated services take, in seconds."""

    training: float = 30.0
    image: float = 3.0


@dataclass(frozen=True)
class Addresses:
    """Where a simulator listens: the base URL of BFL, and those of the other services by role."""

    bfl: str
    services: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class _Announced:
    """What a simulator has written about itself."""

    pid: int
    bfl: Mapping[str, str]
    services: Mapping[str, Mapping[str, str]]

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.bfl["submit_url"], self.services)

    @property
    def is_complete(self) -> bool:
        """Whether it hosts every service that we know; one of an older FluxTUI does not."""
        return all(set(roles) <= self.services.get(service, {}).keys() for service, roles in ROLES.items())

    def port_options(self) -> list[str]:
        """Return the options that make another simulator listen where this one did."""
        submit, polling, delivery = (_port(self.bfl.get(name, "")) for name in _BFL_URLS)
        options = ["--port", submit, "--polling-port", polling, "--delivery-port", delivery]
        for service, roles in ROLES.items():
            urls = self.services.get(service, {})
            options += [f"--{service}-ports", ",".join(_port(urls.get(role, "")) for role in roles)]
        return options


_ANYWHERE = _Announced(0, {}, {})


@contextmanager
def simulator(folder: Path, speed: Speed) -> Iterator[Addresses]:
    """Yield the addresses of a running simulator that keeps its state in `folder`.

    One that still runs there is used, else one is started on the ports it had before, so that jobs of an
    earlier demo find it again. It ends by itself when no demo holds it and its tasks are finished. One of an
    older FluxTUI, which does not host all services, is ended first; what it knows is kept.

    Raises:
        SimulatorError: it cannot be started.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "held").open("a") as hold:
        fcntl.flock(hold, fcntl.LOCK_SH)
        with (folder / "starting").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            known = _running(folder, speed)
        yield known.addresses


def _running(folder: Path, speed: Speed) -> _Announced:
    known = _announced(folder)
    if known is not None and _answers(known.addresses.bfl):
        if known.is_complete:
            return known
        _end(known.pid)
    return _start(folder, speed, known)


def _announced(folder: Path) -> _Announced | None:
    try:
        known = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(known, dict):
        return None
    services = known.get("services")
    listed = services.items() if isinstance(services, dict) else ()
    found = _Announced(
        known["pid"] if isinstance(known.get("pid"), int) else 0,
        _loopback_urls({name: known.get(name) for name in _BFL_URLS}),
        {str(name): _loopback_urls(urls) for name, urls in listed},
    )
    return found if "submit_url" in found.bfl else None


def _loopback_urls(urls: Any) -> dict[str, str]:
    """Return those of some named values that are addresses on this machine."""
    named = urls.items() if isinstance(urls, dict) else ()
    return {str(name): url for name, url in named if isinstance(url, str) and url.startswith(_LOOPBACK)}


def _port(url: str) -> str:
    """Return the port of an address, 0 for any where there is none."""
    port = url.rpartition(":")[2]
    return port if port.isascii() and port.isdecimal() else "0"


def _answers(base_url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{base_url}/simulator/health", timeout=ASK_SECONDS) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _end(pid: int) -> None:
    """End a simulator that has just answered, and wait until its ports and its state are free."""
    if pid <= 0:
        return
    end = time.monotonic() + END_SECONDS
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < end:
            for process in _left_running:
                process.poll()
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)


def _start(folder: Path, speed: Speed, before: _Announced | None) -> _Announced:
    for wanted in [before, _ANYWHERE] if before else [_ANYWHERE]:
        (folder / "ready.json").unlink(missing_ok=True)
        process = _spawn(folder, speed, wanted.port_options())
        known = _wait_until_ready(folder, process)
        if known is not None:
            return known
    raise SimulatorError(
        "The simulator of the demo did not start.", next_step=f"Its words are in {folder / 'output.txt'}."
    )


def _spawn(folder: Path, speed: Speed, port_options: list[str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "fluxtui", "simulate", "--quiet"),
        *port_options,
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


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> _Announced | None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        known = _announced(folder)
        if known is not None:
            return known
        time.sleep(0.05)
    process.terminate()
    return None
