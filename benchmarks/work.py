"""How fast and how cheaply jobs are driven: 240 small pictures of 3 s each, and a long queue that waits.

python benchmarks/work.py [--count 240] [--seconds 3] [--waiting 1000]

The simulator runs in a process of its own, so that its painting is not what is measured. "Ideal" is what the
service's limit of 24 tasks at a time and its seconds for a picture allow. Then so many jobs wait behind 24
that take very long: the share of a core that goes into driving them, with nothing on the screen. What a
collector takes that waits for jobs comes first, what the program takes in each of its places, last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from pseudo_terminal import PseudoTerminal

from fluxtui.api.trace import Exchange
from fluxtui.app.container import Container
from fluxtui.services.bundle import Services
from fluxtui.services.config import ConfigService

ENDPOINT = "flux-2-pro"
LIMIT = 24
WATCHED_SECONDS = 20.0
PLACE_SECONDS = 10.0
PLACES = (
    *(("Finetune", b"\x1bOQ"), ("Models", b"\x1bOR"), ("Generate", b"\x1bOS"), ("Gallery", b"\x1b[15~")),
    *(("Jobs", b"\x1b[17~"), ("Settings", b"\x1b[18~")),
)
VALUES = {"prompt": "a fox", "width": 256, "height": 256}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--waiting", type=int, default=1_000)
    parser.add_argument("--only-waiting", action="store_true", help="only the long queue")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="work-") as folder:
        if not options.only_waiting:
            _idle(Path(folder) / "idle")
            asyncio.run(_pictures(Path(folder) / "pictures", options.count, options.seconds))
        asyncio.run(_waiting(Path(folder) / "waiting", options.waiting))


class _Service:
    """A simulator in a process of its own."""

    def __init__(self, folder: Path, seconds: float) -> None:
        folder.mkdir(parents=True)
        ready = folder / "ready.json"
        command = [sys.executable, "-m", "fluxtui", "simulate", "--port", "0", "--private", "--quiet"]
        command += ["--seconds-per-image", str(seconds), "--ready-file", str(ready)]
        self._process = subprocess.Popen(command)
        while not ready.exists():
            time.sleep(0.05)
        self.facts = json.loads(ready.read_text())

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


async def _opened(folder: Path, service: _Service, counted: Counter[str]) -> tuple[Container, Services]:
    overrides = {
        "profile": "demo",
        "profiles.demo.provider": "bfl",
        "profiles.demo.base_url": service.facts["submit_url"],
        "profiles.demo.api_key": service.facts["keys"]["bfl"],
    }
    config = ConfigService(folder / "config.toml", environ={}, overrides=overrides)
    config.load()
    container = Container(config, folder / "data")
    services = await container.open()

    def count(exchange: Exchange) -> None:
        counted["polls" if "get_result" in exchange.path else "others"] += 1

    services.trace.listener = count
    return container, services


async def _pictures(folder: Path, count: int, seconds: float) -> None:
    service, counted = _Service(folder, seconds), Counter[str]()
    container, services = await _opened(folder, service, counted)
    for words in ("nothing known of the endpoint", "its last pictures known"):
        print(f"{words}:")
        await _one_round(services, counted, count, seconds)
    await container.close()
    service.end()


async def _one_round(services: Services, counted: Counter[str], count: int, seconds: float) -> None:
    await services.inference.generate("demo", ENDPOINT, VALUES, count=count)
    counted.clear()
    begin, used = time.monotonic(), time.process_time()
    driving = asyncio.create_task(services.jobs.run())
    while await services.journal.jobs.active():  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    wall, used = time.monotonic() - begin, time.process_time() - used
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)
    jobs = [job for job in await services.journal.jobs.recent(count) if job.submitted_at and job.finished_at]
    late = sorted((job.finished_at - job.submitted_at).total_seconds() - seconds for job in jobs)  # type: ignore[operator]
    ideal = -(-count // LIMIT) * seconds
    print(
        f"{count} pictures of {seconds:.0f} s: {wall:.1f} s, {wall / ideal:.2f} times the ideal {ideal:.0f} s"
    )
    print(f"after they were ready: median {statistics.median(late):.2f} s, at most {late[-1]:.2f} s")
    print(f"{counted['polls'] / count:.1f} polls and {used / count * 1000:.0f} ms of a core for each")
    print(f"{counted.total() / wall:.1f} requests per second")


def _idle(folder: Path) -> None:
    """Print what a collector takes that waits for jobs, where /proc tells it."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "fluxtui", "collect", "--watch", "--data-dir", str(folder / "data")]
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    environ = {**os.environ, **dict.fromkeys(homes, str(folder))}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE)
    try:
        time.sleep(5)
        before = _ticks(process.pid)
        time.sleep(WATCHED_SECONDS)
        used = (_ticks(process.pid) - before) / os.sysconf("SC_CLK_TCK")
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines()
        )
        memory = int(status["VmRSS"].split()[0]) / 1024
        share = used / WATCHED_SECONDS * 100
        print(f"a collector that waits: {memory:.1f} MiB, {share:.2f} percent of a core")
    finally:
        process.terminate()
        process.communicate()


def _ticks(pid: int) -> int:
    """Return the processor time of a process in ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def _waiting(folder: Path, waiting: int) -> None:
    service, counted = _Service(folder, 3_600), Counter[str]()
    container, services = await _opened(folder, service, counted)
    for _ in range(-(-(waiting + LIMIT) // 100)):
        await services.inference.generate("demo", ENDPOINT, VALUES, count=100)
    driving = asyncio.create_task(services.jobs.run())
    while (await services.jobs.queues("demo"))[0].in_flight < LIMIT:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await asyncio.sleep(10)
    used = time.process_time()
    await asyncio.sleep(WATCHED_SECONDS)
    used = time.process_time() - used
    print(f"{LIMIT} under way and {waiting} waiting: {used / WATCHED_SECONDS * 100:.1f} percent of a core")
    driving.cancel()
    await asyncio.gather(driving, return_exceptions=True)
    await container.close()
    await asyncio.to_thread(_in_places, folder, service)
    service.end()


def _in_places(folder: Path, service: _Service) -> None:
    """Print what the program with its screens takes in each place while the same work goes on."""
    environ = {
        "FLUXTUI_CONFIG": str(folder / "none.toml"),
        "FLUXTUI_DATA_DIR": str(folder / "data"),
        "FLUXTUI_PROVIDER": "bfl",
        "FLUXTUI_BASE_URL": service.facts["submit_url"],
        "FLUXTUI_API_KEY": service.facts["keys"]["bfl"],
        "HOME": str(folder),
    }
    command = [sys.executable, "-m", "fluxtui"]
    with PseudoTerminal(command, columns=120, rows=40, environ=environ) as terminal:
        terminal.until("F7", 60)
        terminal.listen(most=15, quiet=16)
        print(f"{'place':<10}{'percent of a core':>20}{'bytes a second':>16}")
        for name, key in PLACES:
            terminal.press(key, quiet=1.0)
            terminal.listen(most=3, quiet=4)
            before = _ticks(terminal.process)
            heard = terminal.listen(most=PLACE_SECONDS, quiet=PLACE_SECONDS + 1)
            used = (_ticks(terminal.process) - before) / os.sysconf("SC_CLK_TCK")
            print(f"{name:<10}{used / PLACE_SECONDS * 100:>20.1f}{heard.size / PLACE_SECONDS:>16.0f}")


if __name__ == "__main__":
    main()
