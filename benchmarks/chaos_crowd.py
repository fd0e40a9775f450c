"""The drivers of the chaos: started, killed and started again until their last lives, which end in order."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from chaos_points import RARE, points
from chaos_service import LOOK_SECONDS, START_SECONDS, Running, asked
from chaos_venues import Venue

from fluxtui.domain.jobs import ACTIVE_STATES, JobKind

_LEDGER_KINDS = {JobKind.TRAINING: "training", JobKind.GENERATION: "image"}
RANDOM_MOMENT, STARTING = "random moment", "random moment while starting"
TOGETHER = "random moment, all programs at once"
PATIENCE_FOR_POINT = 4.0
"""Seconds after which a driver that did not come to its point is killed wherever it is."""
LONGEST_LIFE = 1.5
LONGEST_START = 1.0
SEARCH_SECONDS = 60.0
"""How long jobs in doubt may take to be found again once nothing else is left to do."""
KILLING_SHARE = 0.75
"""Of the time, for the kills; the rest is for the last lives."""


@dataclass(frozen=True)
class Scale:
    """How much is ordered by how many programs, and how often they are killed."""

    generations: int
    trainings: int
    programs: int
    kills: int

    @property
    def orders(self) -> int:
        """All of them."""
        return self.generations + self.trainings


@dataclass
class _Life:
    """One start of a driver: at a point it dies by itself, else it is killed after so many seconds."""

    process: subprocess.Popen[bytes]
    fate: str | None
    seconds: float
    since: float = field(default_factory=time.monotonic)
    ready_at: float | None = None
    killed_as: str | None = None

    def is_over(self) -> bool:
        """Tell whether the time of a driver that is killed from here has come."""
        origin = self.since if self.fate == STARTING else self.ready_at
        return origin is not None and time.monotonic() - origin >= self.seconds

    def kill(self, cause: str) -> None:
        """Kill the driver, unless that is done."""
        if self.killed_as is None and self.process.poll() is None:
            self.killed_as = cause
            self.process.kill()


class Crowd:
    """All drivers on one data directory.

    Args:
        folder: where everything is.
        venue: of all orders.
        scale: of all.
        seed: of moments and points.
        deadline: monotonic time at which everything must be over.
    """

    def __init__(self, folder: Path, venue: Venue, scale: Scale, seed: int, deadline: float) -> None:
        self._folder, self._venue, self._scale, self._deadline = folder, venue, scale, deadline
        self._points = points(venue)
        self._random = random.Random(seed)
        self._starts = 0
        self._fates = iter(self._planned_fates())
        self._lives: dict[int, _Life] = {}
        self.deaths: Counter[str] = Counter()
        self.complaints: list[str] = []
        self.wrong_clocks = 0
        self.clocks_are_true = False

    def _planned_fates(self) -> list[str]:
        """Return how each life shall end: two thirds at points, each in turn, the rest at random moments."""
        names = self._random.sample(self._points, len(self._points))
        points = list(islice(cycle(names), self._scale.kills * 2 // 3))
        moments = cycle([RANDOM_MOMENT, STARTING, RANDOM_MOMENT, TOGETHER])
        fates = [*points, *islice(moments, self._scale.kills - len(points))]
        self._random.shuffle(fates)
        return fates

    def train_first(self) -> bool:
        """Let the first order, a training, come to its end undisturbed; return whether it did.

        What it makes is what others generate with.
        """
        self._start(0, None, released=1)
        life = self._lives.pop(0)
        while not (self._ready_file(life).exists() and self._is_settled(1)):
            if time.monotonic() > self._deadline or life.process.poll() is not None:
                break
            time.sleep(LOOK_SECONDS)
        self._ready_file(life).unlink(missing_ok=True)
        life.process.terminate()
        return life.process.wait(START_SECONDS) == 0 and self._is_settled(1)

    def kill_and_restart(self) -> None:
        """Let every planned kill happen, in all programs at once, while the time allows it."""
        end = time.monotonic() + KILLING_SHARE * (self._deadline - time.monotonic())
        running = {program for program in range(self._scale.programs) if self._begin(program)}
        while running and time.monotonic() < end:
            for program in tuple(running):
                self._watch(self._lives[program])
                if self._lives[program].process.poll() is not None:
                    self._bury(self._lives[program])
                    if not self._begin(program):
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

    def _start(self, program: int, fate: str | None, released: int | None = None) -> None:
        self._starts += 1
        # Orders are given little by little, so that every life has something to do.
        share = 1.0 if fate is None else min(self._starts / self._scale.kills, 1.0)
        most = round(share * self._scale.orders) if released is None else released
        command = [sys.executable, str(Path(__file__).with_name("chaos_driver.py")), str(self._folder)]
        for name in ("generations", "trainings", "programs"):
            command += [f"--{name}", str(getattr(self._scale, name))]
        command += ["--program", str(program), "--released", str(most)]
        command += ["--provider", self._venue.id]
        environment = dict(os.environ)
        longest = LONGEST_START if fate == STARTING else LONGEST_LIFE
        seconds = self._random.uniform(0, longest)
        if fate in self._points:
            turn = 1 if fate in RARE else self._random.randint(1, 2)
            environment["CHAOS_DIE_AT"] = f"{fate}:{turn}"
            seconds = PATIENCE_FOR_POINT
        self._set_clock(environment)
        with (self._folder / "words" / f"{self._starts:04}.txt").open("wb") as words:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=environment
            )
        self._lives[program] = _Life(process, fate, seconds)

    def _set_clock(self, environment: dict[str, str]) -> None:
        """Let a program's clock be wrong by hours, where the library that can do so is installed."""
        library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
        hours = self._random.choice((0, 0, -5, -1, 1, 7))
        if library is not None and hours and not self.clocks_are_true:
            self.wrong_clocks += 1
            environment |= {
                "LD_PRELOAD": str(library),
                "FAKETIME": f"{hours:+d}h",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }

    def _watch(self, life: _Life) -> None:
        """Kill a driver, or all, if its time has come."""
        if life.ready_at is None and self._ready_file(life).exists():
            life.ready_at = time.monotonic()
        if life.is_over():
            for other in self._lives.values() if life.fate == TOGETHER else (life,):
                other.kill(TOGETHER if life.fate == TOGETHER else RANDOM_MOMENT)
        elif life.ready_at is None and time.monotonic() - life.since > START_SECONDS:
            self.complaints.append(f"A driver took more than {START_SECONDS:.0f} s to start.")
            life.kill(STARTING)

    def _bury(self, life: _Life) -> None:
        """Count how a driver ended."""
        code = life.process.returncode
        if code != -signal.SIGKILL:
            self.complaints.append(f"A driver ended by itself with {code}.")
        elif life.killed_as == RANDOM_MOMENT and life.ready_at is None:
            self.deaths[STARTING] += 1
        else:
            self.deaths[life.killed_as or str(life.fate)] += 1
        self._ready_file(life).unlink(missing_ok=True)

    def _ready_file(self, life: _Life) -> Path:
        return self._folder / f"ready-{life.process.pid}"

    def settle(self, service: Running) -> bool:
        """Start every driver a last time and return whether all jobs end before the deadline.

        Then jobs in doubt that the service has are given some time to be found.
        """
        for program in range(self._scale.programs):
            self._start(program, None)
        lives = self._lives.values()
        # A driver that is ready has made the journal, if nobody had.
        if not self._in_time(lambda: all(self._ready_file(life).exists() for life in lives)):
            return False
        if not self._in_time(lambda: self._is_settled(self._scale.orders)):
            return False
        end = min(time.monotonic() + SEARCH_SECONDS, self._deadline)
        while time.monotonic() < end and not self._all_are_found(service):
            time.sleep(0.3)
        # One that was found goes on until its picture is here.
        return self._in_time(lambda: self._is_settled(self._scale.orders))

    def _in_time(self, condition: Callable[[], bool]) -> bool:
        while not condition():
            if time.monotonic() > self._deadline:
                return False
            time.sleep(0.1)
        return True

    def _is_settled(self, orders: int) -> bool:
        marks = ",".join("?" for _ in ACTIVE_STATES)
        sql = f"SELECT count(*), coalesce(sum(state IN ({marks})), 0) FROM jobs"  # noqa: S608
        with closing(self._journal()) as journal:
            jobs, active = journal.execute(sql, tuple(ACTIVE_STATES)).fetchone()
        return bool(jobs == orders and active == 0)

    def _all_are_found(self, service: Running) -> bool:
        """Tell whether nothing is left that the service has and that can be found there."""
        with closing(self._journal()) as journal:
            known = {row[0] for row in journal.execute("SELECT remote_id FROM jobs WHERE remote_id NOT NULL")}
        names = {_LEDGER_KINDS[kind] for kind in self._venue.abilities.finds}
        listed = [entry for entry in asked(service, "ledger") if entry["kind"] in names]
        # What still goes on there will have to be found once it is ready.
        lost = frozenset[str]().union(*self._venue.says.values()) - {self._venue.ready}
        return all(entry["id"] in known or entry["status"] in lost for entry in listed)

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
