"""The door of what the demo's simulator writes about itself, and of the answers on its port."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from fluxtui.demo import simulation
from tests.fuzz import shapes
from tests.fuzz.campaign import Fault

_SOUND: Mapping[str, Any] = {
    "pid": 4_000_000,
    "submit_url": "http://127.0.0.1:8000",
    "polling_url": "http://127.0.0.1:8001",
    "delivery_url": "http://127.0.0.1:8002",
    "secret": "s" * 32,
    "services": {
        "fal": {"queue": "http://127.0.0.1:8003", "rest": "http://127.0.0.1:8004"},
        "replicate": {"api": "http://127.0.0.1:8005"},
    },
}
_NAMED: Mapping[str, bytes] = {
    "deep": b"[" * 100_000,
    "a process that is none": shapes.written({**_SOUND, "pid": -1}),
    "all processes": shapes.written({**_SOUND, "pid": True}),
    "a process of 2^64": shapes.written({**_SOUND, "pid": 2**64}),
    "somebody else's address": shapes.written({**_SOUND, "submit_url": "http://127.0.0.1:80@evil.example/"}),
    "an address with options": shapes.written({**_SOUND, "polling_url": "http://127.0.0.1:80 --quiet"}),
    "a port of 400 digits": shapes.written({**_SOUND, "submit_url": "http://127.0.0.1:" + "9" * 400}),
    "no text": b"\xff\xfe",
    "half a letter": b'{"submit_url": "http://127.0.0.1:\\ud800", "secret": "\\ud800"}',
    "services that are a list": shapes.written({**_SOUND, "services": [1]}),
    "a service that is a text": shapes.written({**_SOUND, "services": {"fal": "x"}}),
}


class StateDoor:
    """Reads `ready.json` in any form, as the demo does before it believes what is on a port."""

    name = "state"
    named = tuple(_NAMED)
    bound = 15.0
    cost = 0.5
    overhead = 0.0

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fluxtui-fuzz-")
        self._path = Path(self._folder.name)

    async def open(self) -> None:
        """Nothing is shared."""

    async def close(self) -> None:
        """Take the folder away."""
        self._folder.cleanup()

    async def attempt(self, case: str, chance: Random) -> str:
        """Read one file; whatever is believed of it leads to this machine and is no option."""
        content = _NAMED.get(case) or shapes.bytes_of(chance, shapes.bent(chance, dict(_SOUND)))
        (self._path / simulation.READY_FILE).write_bytes(content)
        known = simulation._announced(self._path)
        if known is None:
            return "not believed"
        for option in known.port_options():
            words = option.split(",")
            if not option.startswith("--") and not all(word.isdecimal() and len(word) <= 5 for word in words):
                raise Fault(f"an option of the simulator is {option[:80]!a}")
        urls = [*known.bfl.values(), *(url for roles in known.services.values() for url in roles.values())]
        if not all(url.startswith("http://127.0.0.1:") for url in urls):
            raise Fault("an address leads elsewhere")
        if simulation._is_simulator(known.pid, self._path):
            raise Fault("a process was taken for the simulator")
        return "complete" if known.is_complete else "incomplete"
