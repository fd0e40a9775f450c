"""A demo in a terminal: the whole program with a simulator of its own, and what both wrote down."""

from __future__ import annotations

import json
import os
import signal
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job
from fluxtui.domain.picture import Picture
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from tests.program.terminal import PATIENCE, Terminal

StartProgram = Callable[..., Terminal]


class Demo:
    """A quick demo in a directory of its own, with what it and its simulator wrote down.

    Args:
        folder: its data directory.
        start: starts a program in a terminal.
    """

    def __init__(self, folder: Path, start: StartProgram) -> None:
        self.folder = folder
        self._start = start

    def start(self, *, training: float = 1.0, image: float = 0.3, **options: Any) -> Terminal:
        """Start the program; `training` and `image` are the seconds that each takes; see `Terminal`."""
        speed = ("--seconds-per-training", training, "--seconds-per-image", image)
        return self._start("demo", "--data-dir", self.folder, *speed, **options)

    @property
    def _ready(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "simulator" / "ready.json").read_text()))

    def ask_before_everything(self) -> None:
        """Let the program ask before anything is paid, however little; to be called before the start."""
        self.folder.mkdir()
        (self.folder / "config.toml").write_text("[generation]\nconfirm_above_usd = 0\n")
        (self.folder / "config.toml").chmod(0o600)

    def kill_simulator(self) -> None:
        """End the simulator as a crash would."""
        os.kill(int(self._ready["pid"]), signal.SIGKILL)

    def simulated(self, path: str) -> Any:
        """Return what the simulator answers under `/simulator/`."""
        return self._tell("GET", path)

    def strike(self, **fault: Any) -> None:
        """Let the simulator misbehave from now on; see its `Fault`."""
        self._tell("POST", "faults", json.dumps(fault).encode())

    def behave(self) -> None:
        """Let the simulator behave well from now on."""
        self._tell("DELETE", "faults")

    def _tell(self, method: str, path: str, body: bytes | None = None) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        ready = self._ready
        asked = urllib.request.Request(  # noqa: S310
            f"{ready['submit_url']}/simulator/{path}",
            body,
            {"x-simulator-key": ready["admin_key"]},
            method=method,
        )
        with opener.open(asked, timeout=PATIENCE) as answer:
            return json.load(answer)

    async def records(self) -> tuple[tuple[Job, ...], tuple[Finetune, ...], tuple[Picture, ...]]:
        """Return all jobs (newest first), finetunes and pictures (newest first) of the journal."""
        journal = Journal(StorageService(self.folder).journal_path)
        await journal.open()
        try:
            return (
                await journal.jobs.recent(),
                await journal.finetunes.all(),
                await journal.pictures.recent(),
            )
        finally:
            await journal.close()
