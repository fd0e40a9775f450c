"""One door in a process of its own: bounded in memory, watched, and ended by a timer where it hangs."""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Self

from tests.fuzz.file_doors import door_named
from tests.fuzz.running import Door, Failure, Input, Room, Totals, named_inputs, seeds, try_input
from tests.fuzz.samples import Sample, written
from tests.fuzz.watching import Watch

MOST_MEMORY = 3_500_000_000
"""Bytes of address space; a picture of 250 megapixels, which is taken, needs four for each, and threads and
libraries half as much beside it."""

_HANGS = 300.0
_MOST_FAILURES = 40
_KINDS_TOLD = 14
_MEGABYTE = 1_000_000
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Order:
    """What a process is to do.

    Attributes:
        door: its name.
        seed: of the first input by chance.
        count: how many of them.
        seconds: go on for so long in place of the count; 0 for the count.
        cases: whether the named cases come first.
        light: leave the heavy ones of these out.
        single: the only input, None for all.
        keep: a folder for inputs that fail.
        room: a folder for this process.
    """

    door: str
    seed: int = 0
    count: int = 0
    seconds: float = 0.0
    cases: bool = True
    light: bool = False
    single: Input | None = None
    keep: str = ""
    room: str = ""

    def to_json(self) -> str:
        """Return it for a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what a command line says."""
        values = json.loads(text)
        single = values.pop("single")
        return cls(**values, single=Input(**single) if single else None)

    def in_room(self, room: str) -> Order:
        """Return it for a process with a folder of its own."""
        return replace(self, room=room)

    def behind(self, last: Input, report: Report) -> Order | None:
        """Return what is left behind an input, None where that is nothing or goes on failing."""
        if last.case or len(report.failures) >= _MOST_FAILURES:
            return replace(self, cases=False) if last.case else None
        left = self.count - (last.seed - self.seed) - 1
        if left <= 0 and not self.seconds:
            return None
        return replace(self, cases=False, seed=last.seed + 1, count=left)


@dataclass
class Report:
    """What came of a door: how many inputs, what they ended in, the worst, and those that failed."""

    door: str
    tried: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    worst_seconds: float = 0.0
    worst: str = ""
    peak_bytes: int = 0
    start_bytes: int = 0
    seconds: float = 0.0
    failures: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Return what a process has written."""
        kinds, failures = Counter(values.pop("kinds")), values.pop("failures")
        return cls(**values, kinds=kinds, failures=[(line, tuple(why)) for line, why in failures])

    def joined(self, other: Report) -> Report:
        """Return both as one."""
        worse = max((self, other), key=lambda one: one.worst_seconds)
        return Report(
            self.door,
            self.tried + other.tried,
            self.kinds + other.kinds,
            worse.worst_seconds,
            worse.worst,
            max(self.peak_bytes, other.peak_bytes),
            other.start_bytes or self.start_bytes,
            self.seconds + other.seconds,
            [*self.failures, *other.failures],
        )

    def words(self) -> str:
        """Return it for people."""
        lines = [
            f"{self.door}: {self.tried:,} inputs in {self.seconds:.0f} s, {len(self.failures)} failed; "
            f"worst {self.worst_seconds:.2f} s ({self.worst}); "
            f"memory {self.start_bytes // _MEGABYTE} MB, at most {self.peak_bytes // _MEGABYTE} MB"
        ]
        told = self.kinds.most_common(_KINDS_TOLD)
        lines += [f"  {count:>8,}  {kind}" for kind, count in told]
        if len(self.kinds) > len(told):
            lines.append(f"            and {len(self.kinds) - len(told)} kinds more")
        for line, reasons in self.failures:
            lines += [f"  FAILED  {line}", *(f"    {reason}" for reason in reasons)]
        return "\n".join(lines)


def replay_line(door: str, tried: Input) -> str:
    """Return the command that tries an input once more."""
    return f"python benchmarks/fuzz.py {door} {tried.option}"


def run_within(order: Order) -> None:
    """Do it, and write the report into the room of this process."""
    os.umask(0)
    sys.dont_write_bytecode = True
    place = Path(order.room)
    (place / "room").mkdir(mode=0o700)
    room = Room(place / "room")
    os.environ["TMPDIR"] = os.fspath(room.temporary)
    door = door_named(order.door)
    watch = Watch((room.own, room.temporary), (room.secret, Path("/etc/passwd")) if door.secret else ())
    watch.install()
    if sys.platform != "darwin":
        # macOS knows the limit and does not keep it.
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    totals, began = Totals(), time.monotonic()
    start = _peak()
    with open(place / "last.json", "wb", buffering=0) as last:
        for tried in _inputs(door, order):
            last.truncate(0)
            last.seek(0)
            last.write(json.dumps(asdict(tried)).encode())
            faulthandler.dump_traceback_later(_HANGS, exit=True)
            failure = try_input(door, room, watch, tried, totals)
            if failure is not None:
                _keep(order, failure)
            is_late = order.seconds and time.monotonic() - began > order.seconds
            if len(totals.failures) >= _MOST_FAILURES or is_late:
                break
    faulthandler.cancel_dump_traceback_later()
    door.close()
    report = Report(
        order.door,
        totals.tried,
        totals.kinds,
        totals.worst_seconds,
        totals.worst_input.option,
        _peak(),
        start,
        time.monotonic() - began,
        [(replay_line(order.door, one.tried), one.reasons) for one in totals.failures],
    )
    (place / "report.json").write_text(json.dumps(vars(report)))


def _inputs(door: Door, order: Order) -> Iterator[Input]:
    if order.single is not None:
        return iter((order.single,))
    named = named_inputs(door, light=order.light) if order.cases else iter(())
    return chain(named, seeds(order.seed) if order.seconds else islice(seeds(order.seed), order.count))


def _keep(order: Order, failure: Failure) -> None:
    """Write an input that has failed where people find it, links and pipes as well."""
    if not order.keep:
        return
    name = failure.tried.case or str(failure.tried.seed)
    folder = Path(order.keep, order.door, "".join(sign if sign.isalnum() else "-" for sign in name))
    folder.mkdir(parents=True, exist_ok=True)
    _write_anew(failure.sample, folder)
    why = [replay_line(order.door, failure.tried), *failure.reasons]
    (folder.parent / f"{folder.name}.txt").write_text("\n".join(why), errors="replace")


def _write_anew(sample: Sample, folder: Path) -> None:
    if not any(folder.iterdir()):
        written(sample, folder)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
