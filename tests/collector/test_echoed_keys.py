"""A service that repeats the key in every way: it is in no file and in no output of the program."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fluxtui.cli.logs import log_path
from fluxtui.domain.jobs import Job
from fluxtui.simulator.core.echoes import ECHO_KINDS, ECHO_REFUSALS
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from tests.fakes.written_keys import traces_of

AddJobs = Callable[..., Awaitable[tuple[Job, ...]]]
StartCollector = Callable[..., subprocess.Popen[str]]


def everything_in(*folders: Path) -> str:
    """Return all bytes of all files that are no pictures, in small letters."""
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    texts = (
        file.read_bytes().decode("latin-1").lower() for file in files if file.suffix not in (".jpg", ".png")
    )
    return "\n".join(texts)


@pytest.mark.parametrize("where", ["submit", "poll"])
async def test_an_echoed_key_is_written_and_told_nowhere(
    add_jobs: AddJobs, start_collector: StartCollector, simulator: Simulator, data_dir: Path, where: str
) -> None:
    for kind in ECHO_KINDS:
        simulator.faults(kind, count=1, where=where)
    for kind in ECHO_REFUSALS:
        simulator.faults(kind, count=1, where=where)
    await add_jobs(len(ECHO_KINDS) + len(ECHO_REFUSALS))
    output, errors = start_collector("--json", "--debug").communicate(timeout=50)
    last = {line["job"]: line for line in map(json.loads, output.splitlines())}
    ended = [line["state"] for line in last.values()]
    assert ended.count("done") >= len(ECHO_KINDS)
    if where == "submit":
        assert ended.count("refused") == len(ECHO_REFUSALS)
    written = everything_in(data_dir, log_path().parent)
    assert "(key)" in written, "that it was echoed can be seen"
    told = f"{output}\n{errors}".lower()
    found = {trace for trace in traces_of(VALID_KEY) if trace in written or trace in told}
    assert not found
