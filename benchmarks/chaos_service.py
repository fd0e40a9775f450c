"""The service of the chaos: a simulator in a process of its own that strikes requests with faults."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from chaos_plan import PROFILE

from fluxtui.simulator.faults import DELIVERY_KINDS, KINDS, OUTCOME_KINDS, UNKNOWN_STATUS
from fluxtui.simulator.keys import VALID_KEY
from fluxtui.simulator.state import FILE_NAME

START_SECONDS = 30.0
LOOK_SECONDS = 0.02
OUTCOME_PERCENT = 2.0
"""Of the accepted jobs for each way to end badly."""
DELAYS = {"latency": "=0.2", "429-retry-after": "=1"}
SPEED = ("--seconds-per-training", "1", "--seconds-per-image", "0.3", "--credits", "1000000")


@contextmanager
def misbehaving_service(folder: Path, fault_percent: float, seed: int) -> Iterator[str]:
    """Yield the base URL of a simulator that keeps what it accepts, and end it. Raises TimeoutError."""
    ready = folder / "simulator.json"
    command = [sys.executable, "-m", "fluxtui", "simulate", "--quiet", "--port", "0", *SPEED]
    command += ["--seed", str(seed), "--state-directory", str(folder / "state"), "--ready-file", str(ready)]
    command += chain.from_iterable(("--fault", fault) for fault in faults(fault_percent))
    # It complains aloud of connections that killed drivers leave behind.
    with (folder / "simulator.txt").open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    try:
        end = time.monotonic() + START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise TimeoutError("The simulator did not start.")
            time.sleep(LOOK_SECONDS)
        yield json.loads(ready.read_text(encoding="utf-8"))["submit_url"]
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def faults(percent: float) -> list[str]:
    """Return the simulator's options with which so many percent of the requests at each place are struck.

    Every kind that can strike at a place has the same share. How jobs end is decided apart from that.
    """
    anywhere = [kind for kind in KINDS if kind not in (*DELIVERY_KINDS, UNKNOWN_STATUS, *OUTCOME_KINDS)]
    kinds = {
        "submit": anywhere,
        "manage": anywhere,
        "poll": [*anywhere, UNKNOWN_STATUS],
        "delivery": [*anywhere, *DELIVERY_KINDS],
    }
    options = []
    for place, listed in kinds.items():
        # Each kind is drawn for by itself: so many must all miss for a request to go well.
        share = 100 * (1 - (1 - percent / 100) ** (1 / len(listed)))
        options += [f"{kind}{DELAYS.get(kind, '')}:{share:.3f}%@{place}" for kind in listed]
    outcome = min(OUTCOME_PERCENT, percent)
    return [*options, *(f"{kind}:{outcome}%@submit" for kind in OUTCOME_KINDS)]


def asked(base_url: str, path: str) -> list[dict[str, Any]]:
    """Return what the simulator answers under `/simulator/`."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{base_url}/simulator/{path}", timeout=START_SECONDS) as answer:
        return list(json.load(answer))


def database(folder: Path) -> Path:
    """Return where the simulator keeps what it accepts."""
    return folder / "state" / FILE_NAME


def configuration(base_url: str) -> str:
    """Return the drivers' configuration: the one profile, with its key."""
    profile = {"provider": "bfl", "base_url": base_url, "api_key": VALID_KEY}
    lines = [f'profile = "{PROFILE}"', f"[profiles.{PROFILE}]"]
    return "\n".join([*lines, *(f'{name} = "{value}"' for name, value in profile.items()), ""])
