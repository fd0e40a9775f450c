"""The service of the chaos: a simulator in a process of its own that strikes requests with faults."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos_plan import PROFILE
from chaos_venues import Venue

from fluxtui.simulator.core.faults import (
    BODY_KINDS,
    DATA_URI,
    DROP_BEFORE,
    HTTP_KINDS,
    LATE_DELIVERIES,
    LATE_TASK,
    LATENCY,
    ODD_LOCATION,
    UNKNOWN_STATUS,
)
from fluxtui.simulator.core.state import FILE_NAME

START_SECONDS = 30.0
LOOK_SECONDS = 0.02
OUTCOME_PERCENT = 2.0
"""Of the accepted jobs for each way to end badly."""
DELAYS = {LATENCY: 0.2, "429-retry-after": 3600.0, "429-retry-date": 3600.0}
SHORTLY_LATE = 2.0
"""For how many seconds half of what is late is not there after it was first asked for."""


@dataclass(frozen=True)
class Running:
    """A simulator that runs: where it is told what to do, and the venue's own addresses by role."""

    admin: str
    urls: dict[str, str]


@contextmanager
def running_service(folder: Path, venue: Venue, seed: int) -> Iterator[Running]:
    """Start a simulator that keeps what it accepts, and end it. Raises TimeoutError."""
    ready = folder / "simulator.json"
    command = [sys.executable, "-m", "fluxtui", "simulate", "--quiet", "--port", "0", "--credits", "1000000"]
    command += ["--seconds-per-training", "1", "--seconds-per-image", "0.3", "--fal-concurrency", "20"]
    command += ["--seed", str(seed), "--state-directory", str(folder / "state"), "--ready-file", str(ready)]
    # It complains aloud of connections that killed drivers leave behind.
    with (folder / "simulator.txt").open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    try:
        end = time.monotonic() + START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError("The simulator did not start.")
            time.sleep(LOOK_SECONDS)
        told = json.loads(ready.read_text(encoding="utf-8"))
        yield Running(told["submit_url"], told["services"].get(venue.id, {"submit": told["submit_url"]}))
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def misbehave(service: Running, venue: Venue, percent: float, late: float) -> None:
    """Let a simulator strike so many percent of the requests at each place from now on.

    Every kind that can strike at a place has the same share. How jobs end is decided apart from that. `late`
    is for how many seconds the other half of what is late is not there.
    """
    anywhere = (LATENCY, *HTTP_KINDS, DROP_BEFORE, *BODY_KINDS)
    kinds = {
        "submit": anywhere,
        "manage": anywhere,
        "upload": anywhere,
        "poll": (*anywhere, UNKNOWN_STATUS, ODD_LOCATION, DATA_URI),
        "delivery": (*anywhere, *venue.spoilt, ODD_LOCATION, "gzip"),
    }
    for place, listed in kinds.items():
        # Each kind is drawn for by itself: so many must all miss for a request to go well.
        rate = 1 - (1 - percent / 100) ** (1 / len(listed))
        for kind in listed:
            _strike(service, venue, kind, rate, place)
    for kind, place in ((LATE_TASK, "poll"), *((kind, "delivery") for kind in LATE_DELIVERIES)):
        for seconds in (SHORTLY_LATE, late):
            _strike(service, venue, kind, percent / 100 / 8, place, seconds)
    for kind in venue.outcomes:
        _strike(service, venue, kind, min(OUTCOME_PERCENT, percent) / 100, "submit")


def _strike(
    service: Running, venue: Venue, kind: str, rate: float, place: str, seconds: float | None = None
) -> None:
    fault = {
        "kind": kind,
        "rate": rate,
        "where": place,
        "service": venue.id,
        "seconds": DELAYS.get(kind, 1.0) if seconds is None else seconds,
    }
    content = json.dumps(fault).encode()
    with _opener().open(f"{service.admin}/simulator/faults", content, timeout=START_SECONDS):
        pass


def asked(service: Running, path: str) -> list[dict[str, Any]]:
    """Return what the simulator answers under `/simulator/`."""
    with _opener().open(f"{service.admin}/simulator/{path}", timeout=START_SECONDS) as answer:
        return list(json.load(answer))


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def database(folder: Path) -> Path:
    """Return where the simulator keeps what it accepts."""
    return folder / "state" / FILE_NAME


def configuration(service: Running, venue: Venue) -> str:
    """Return the drivers' configuration: the one profile, with its key."""
    profile = {"provider": venue.id, "api_key": venue.key}
    profile |= {name: service.urls[role] for name, role in venue.addresses.items()}
    lines = [f'profile = "{PROFILE}"', f"[profiles.{PROFILE}]"]
    return "\n".join([*lines, *(f'{name} = "{value}"' for name, value in profile.items()), ""])
