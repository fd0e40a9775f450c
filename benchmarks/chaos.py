"""Two programs that are killed again and again while their service misbehaves: is any paid job lost?

python benchmarks/chaos.py [--generations 500] [--trainings 20] [--kills 100] [--programs 2] [--fault-rate 30]

A simulator in a process of its own strikes so many percent of all requests with faults of every kind. Drivers
on one data directory (the journal and the services, no screen) order the work, drive it, and are killed with
SIGKILL at random moments and at the moments of `chaos_points.py`. At the end the service's own record, the
journal and the disk are compared job by job. Exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any

from chaos_audit import Audit, accepted_jobs, audit, read_journal
from chaos_plan import PROFILE, make_dataset, plan
from chaos_points import POINTS

from fluxtui.domain.jobs import ACTIVE_STATES
from fluxtui.simulator.faults import DELIVERY_KINDS, HTTP_KINDS, KINDS, OUTCOME_KINDS, UNKNOWN_STATUS
from fluxtui.simulator.keys import VALID_KEY

RANDOM_MOMENT, STARTING = "random moment", "random moment while starting"
PATIENCE_FOR_POINT = 3.0
"""Seconds after which a driver that did not come to its point is killed wherever it is."""
LONGEST_LIFE = 1.5
LONGEST_START = 1.0
START_SECONDS = 30.0
SEARCH_SECONDS = 8.0
"""How long trainings in doubt may take to be found again once nothing else is left to do."""
LOOK_SECONDS = 0.02
OUTCOME_PERCENT = 2.0
DELAY = {"latency": "=0.2", "429-retry-after": "=1"}


def main() -> int:
    """Run the chaos, print the counts, and return 0 if nothing was lost, sent twice or broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generations", type=int, default=500)
    parser.add_argument("--trainings", type=int, default=20)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--programs", type=int, default=2)
    parser.add_argument("--fault-rate", type=float, default=30.0, help="percent of requests")
    parser.add_argument("--seconds", type=float, default=900.0, help="the most that all of it may take")
    parser.add_argument("--seed", type=int, default=0, help="of faults, moments and points")
    parser.add_argument("--keep", type=Path, help="an empty or new directory that is not deleted afterwards")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        return _run(options, options.keep.absolute())
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        return _run(options, Path(folder))


def _run(options: argparse.Namespace, folder: Path) -> int:
    begun = time.monotonic()
    make_dataset(folder)
    for name in ("log", "words", "state"):
        (folder / name).mkdir(mode=0o700)
    orders = plan(options.generations, options.trainings, options.programs)
    with _simulator(folder, options) as base_url:
        (folder / "config.toml").write_text(_config(base_url), encoding="utf-8")
        (folder / "config.toml").chmod(0o600)
        crowd = _Crowd(folder, options, len(orders), begun + options.seconds)
        try:
            crowd.kill_and_restart()
            settled = crowd.settle(base_url)
        finally:
            codes = crowd.end()
        ledger, misdeeds = _asked(base_url, "ledger"), _asked(base_url, "violations")
    accepted = accepted_jobs(folder / "state" / "simulator.sqlite3", ledger)
    result = audit(folder, orders, accepted, asyncio.run(read_journal(folder / "data" / "journal.sqlite3")))
    result.check(settled, f"Not all jobs had ended within {options.seconds:.0f} s.")
    result.check(crowd.deaths.total() >= options.kills, f"Only {crowd.deaths.total()} kills.")
    result.check(not misdeeds, f"The service complains: {misdeeds}")
    result.check(not any(codes), f"Drivers that were asked to end returned {codes}.")
    result.violations += crowd.complaints
    _print(result, crowd.deaths, time.monotonic() - begun)
    return 1 if result.violations else 0


def _config(base_url: str) -> str:
    table = {"provider": "bfl", "base_url": base_url, "api_key": VALID_KEY}
    lines = [f'profile = "{PROFILE}"', f"[profiles.{PROFILE}]"]
    return "\n".join([*lines, *(f'{name} = "{value}"' for name, value in table.items()), ""])


def faults(percent: float) -> list[str]:
    """Return the simulator's options with which so many percent of the requests at each place are struck.

    Every kind that can strike at a place has the same share. How jobs end is decided apart from that.
    """
    anywhere = [kind for kind in KINDS if kind not in (*DELIVERY_KINDS, UNKNOWN_STATUS, *OUTCOME_KINDS)]
    kinds = {"submit": anywhere, "manage": anywhere}
    kinds |= {"poll": [*anywhere, UNKNOWN_STATUS], "delivery": [*anywhere, *DELIVERY_KINDS]}
    options = []
    for place, listed in kinds.items():
        share = 100 * (1 - (1 - percent / 100) ** (1 / len(listed)))
        # The simulator takes the first that strikes of those that answer with an error.
        ordered = sorted(listed, key=lambda kind: kind in HTTP_KINDS)
        options += [f"{kind}{DELAY.get(kind, '')}:{share:.3f}%@{place}" for kind in ordered]
    outcome = min(OUTCOME_PERCENT, percent)
    return [*options, *(f"{kind}:{outcome}%@submit" for kind in OUTCOME_KINDS)]


@contextmanager
def _simulator(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the base URL of a simulator that keeps what it accepts in `state`, and end it."""
    ready = folder / "simulator.json"
    command = [sys.executable, "-m", "fluxtui", "simulate", "--quiet", "--port", "0", "--credits", "1000000"]
    command += ["--seconds-per-training", "1", "--seconds-per-image", "0.3", "--seed", str(options.seed)]
    command += ["--state-directory", str(folder / "state"), "--ready-file", str(ready)]
    command += chain.from_iterable(("--fault", fault) for fault in faults(options.fault_rate))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        end = time.monotonic() + START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("The simulator did not start.")
            time.sleep(LOOK_SECONDS)
        yield json.loads(ready.read_text(encoding="utf-8"))["submit_url"]
    finally:
        process.terminate()
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _asked(base_url: str, path: str) -> list[dict[str, Any]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{base_url}/simulator/{path}", timeout=START_SECONDS) as answer:
        return list(json.load(answer))


@dataclass
class _Life:
    """One start of a driver and how it shall end: at a point, or killed from here so many seconds later."""

    process: subprocess.Popen[bytes]
    point: str | None
    seconds: float
    from_start: bool
    since: float = field(default_factory=time.monotonic)
    ready_at: float | None = None
    killed: bool = False


class _Crowd:
    """The drivers: starts them, kills them, starts them again, and ends them.

    Args:
        folder: where everything is.
        options: of the command line.
        orders: how many there are.
        deadline: monotonic time at which everything must be over.
    """

    def __init__(self, folder: Path, options: argparse.Namespace, orders: int, deadline: float) -> None:
        self._folder, self._options, self._orders, self._deadline = folder, options, orders, deadline
        self._random = random.Random(options.seed)
        self._starts = 0
        self._fates = iter(self._planned_fates())
        self._lives: dict[int, _Life] = {}
        self.deaths: Counter[str] = Counter()
        self.complaints: list[str] = []

    def _planned_fates(self) -> list[str]:
        """Return how each life shall end: two thirds at points, each in turn, the rest at random moments."""
        kills = self._options.kills
        points = list(islice(cycle(POINTS), kills * 2 // 3))
        others = list(islice(cycle([RANDOM_MOMENT, RANDOM_MOMENT, STARTING]), kills - len(points)))
        fates = [*points, *others]
        self._random.shuffle(fates)
        return fates

    def kill_and_restart(self) -> None:
        """Let every planned kill happen, in all programs at once, within three quarters of the time."""
        end = time.monotonic() + 0.75 * (self._deadline - time.monotonic())
        programs = range(self._options.programs)
        running = {program for program in programs if self._begin(program)}
        while running and time.monotonic() < end:
            for program in tuple(running):
                if self._has_died(program) and not self._begin(program):
                    running.discard(program)
            time.sleep(LOOK_SECONDS)
        for life in self._lives.values():
            life.process.kill()
            life.process.wait()

    def _begin(self, program: int) -> bool:
        fate = next(self._fates, None)
        if fate is not None:
            self._start(program, fate)
        return fate is not None

    def _start(self, program: int, fate: str | None) -> None:
        self._starts += 1
        share = 1.0 if fate is None else self._starts / self._options.kills
        released = min(self._orders, round(share * self._orders))
        command = [sys.executable, str(Path(__file__).with_name("chaos_driver.py")), str(self._folder)]
        for name in ("generations", "trainings", "programs"):
            command += [f"--{name}", str(getattr(self._options, name))]
        command += ["--program", str(program), "--released", str(released)]
        environment = dict(os.environ)
        point = fate if fate in POINTS else None
        if point:
            environment["CHAOS_DIE_AT"] = f"{point}:{self._random.randint(1, 2)}"
        longest = LONGEST_START if fate == STARTING else LONGEST_LIFE
        seconds = PATIENCE_FOR_POINT if point else self._random.uniform(0, longest)
        with (self._folder / "words" / f"{self._starts:04}.txt").open("wb") as words:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=environment
            )
        self._lives[program] = _Life(process, point, seconds, from_start=fate == STARTING)

    def _has_died(self, program: int) -> bool:
        life = self._lives[program]
        now = time.monotonic()
        if life.ready_at is None and (self._folder / f"ready-{life.process.pid}").exists():
            life.ready_at = now
        code = life.process.poll()
        if code is None:
            origin = life.since if life.from_start else life.ready_at
            if origin is not None and now - origin >= life.seconds:
                life.process.kill()
                life.killed = True
            elif now - life.since > START_SECONDS:
                self.complaints.append(f"A driver took more than {START_SECONDS:.0f} s to start.")
                life.process.kill()
                life.killed = True
            return False
        if code != -signal.SIGKILL:
            self.complaints.append(f"A driver ended by itself with {code}.")
        elif life.point and not life.killed:
            self.deaths[life.point] += 1
        else:
            self.deaths[STARTING if life.ready_at is None else RANDOM_MOMENT] += 1
        (self._folder / f"ready-{life.process.pid}").unlink(missing_ok=True)
        return True

    def settle(self, base_url: str) -> bool:
        """Start every driver a last time and return whether all jobs end before the deadline.

        Then trainings in doubt that the service has are given some time to be found.
        """
        for program in range(self._options.programs):
            self._start(program, None)
        while not self._is_settled():
            if time.monotonic() > self._deadline:
                return False
            time.sleep(0.1)
        end = min(time.monotonic() + SEARCH_SECONDS, self._deadline)
        while time.monotonic() < end and not self._trainings_are_found(base_url):
            time.sleep(0.3)
        return True

    def _is_settled(self) -> bool:
        marks = ",".join("?" for _ in ACTIVE_STATES)
        sql = f"SELECT count(*), coalesce(sum(state IN ({marks})), 0) FROM jobs"  # noqa: S608
        with closing(self._journal()) as journal:
            jobs, active = journal.execute(sql, tuple(ACTIVE_STATES)).fetchone()
        return bool(jobs == self._orders and active == 0)

    def _trainings_are_found(self, base_url: str) -> bool:
        with closing(self._journal()) as journal:
            known = {row[0] for row in journal.execute("SELECT remote_id FROM jobs WHERE state = 'done'")}
        trainings = [entry for entry in _asked(base_url, "ledger") if entry["kind"] == "training"]
        return all(entry["id"] in known for entry in trainings if entry["status"] == "Ready")

    def _journal(self) -> sqlite3.Connection:
        path = self._folder / "data" / "journal.sqlite3"
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)

    def end(self) -> list[int]:
        """Ask every driver to end and return their exit codes."""
        for life in self._lives.values():
            if life.process.poll() is None:
                life.process.terminate()
        codes = []
        for life in self._lives.values():
            try:
                codes.append(life.process.wait(START_SECONDS))
            except subprocess.TimeoutExpired:
                life.process.kill()
                codes.append(life.process.wait())
        return codes


def _print(result: Audit, deaths: Counter[str], seconds: float) -> None:
    print(f"{'killed':<44}{deaths.total():>7}")
    for name in (*POINTS, RANDOM_MOMENT, STARTING):
        print(f"  {name:<42}{deaths[name]:>7}")
    print()
    for name, count in result.counts.items():
        print(f"{name:<44}{count:>7}")
    print(f"{'seconds':<44}{seconds:>7.0f}\n")
    for violation in result.violations:
        print(f"VIOLATION  {violation}")
    print(f"{len(result.violations)} violations" if result.violations else "Nothing lost, nothing sent twice.")


if __name__ == "__main__":
    raise SystemExit(main())
