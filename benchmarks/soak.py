"""Does anything grow? Keys by chance over all places and what they open, and what the program has afterwards.

python benchmarks/soak.py [--keys 10000] [--seed 1] [--size 120x40] [--rest 4.5]

The demo, with twelve pictures, runs in a plain terminal and a home of its own. After each hundred keys it
rests for so many seconds, as who looks at something does, and tells what it has. "objects" are what Python
would look through for garbage, with what is garbage and not found yet. "held" is the longest time of one
callback of the event loop in processor milliseconds, without looks for garbage in it, "young" and "old" are
the longest of these among what is new and among all; "long" is how many callbacks and looks took more than
20 ms. After the first hundred and at the end everything is looked through and counted by kind; "gone" are
widgets that were closed and are still there then. Nothing may be ordered meanwhile. Ends with 1 if anything
is gone and still there at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pseudo_terminal import PseudoTerminal

from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from tests.fakes.gallery import add_pictures
from tests.program.demos import Demo

WATCHED = Path(__file__).parent / "watched_program.py"
PICTURES = 12
HUNDRED = 100
QUIET_SECONDS = 0.04
LONGEST_SECONDS = 1.0
COUNT_SECONDS = 60.0
GROWN_SHOWN = 12

ESC, TAB, ENTER = b"\x1b[27u", b"\t", b"\r"
UP, DOWN, RIGHT, LEFT = b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D"
F1, F2, F3, F4 = b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS"
F5, F6, F7, F8, F9, F10, F11, F12 = (b"\x1b[%d~" % code for code in (15, 17, 18, 19, 20, 21, 23, 24))
PALETTE, RECIPES, CLOSED = b"\x10", b"\x12", (ESC, ESC, ESC)

VISITS: tuple[tuple[bytes, ...], ...] = (
    (F2, TAB, TAB, DOWN, F1),
    (F2, F8, DOWN, DOWN, UP, b"v", RIGHT, b"v", b"b"),
    (F2, F8, RIGHT, DOWN),
    (F3, DOWN, DOWN, b"/", b"o"),
    (F3, b"s", b"f", b"d"),
    (F4, b"a", b"b", TAB, TAB, RIGHT),
    (F4, F11),
    (F4, F10),
    (F4, RECIPES),
    (F4, b"\x13"),
    (F5, RIGHT, DOWN, b"/", b"o"),
    (F5, ENTER, b"n", b"n", b"i"),
    (F5, RIGHT, ENTER, b"n", ESC, b"c"),
    (F5, b"e"),
    (F6, DOWN, UP, b"/", b"x"),
    (F7, DOWN, TAB, DOWN),
    (PALETTE, b"m", b"o", DOWN),
    (F1, DOWN),
    (F9,),
    (F12,),
)
"""From each place what it opens. Enter opens pictures only, and no key says yes to a question."""
MEANWHILE = (TAB, b"\x1b[Z", UP, DOWN, LEFT, RIGHT, b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F", *CLOSED)
"""What is pressed between two visits."""


@dataclass(frozen=True)
class Sample:
    """What the program has after so many keys; memory in MiB, bytes of the journal with its log."""

    keys: int
    memory: float
    files: int
    threads: int
    journal: int
    told: Mapping[str, Any]

    def line(self) -> str:
        """Return a row of the table."""
        told = self.told
        held, young, middle, old = (
            round(seconds * 1000, 1) for seconds in (told["longest_cpu"], *told["longest_looks"])
        )
        has = (self.keys, round(self.memory), self.files, self.threads, told["objects"], self.journal // 1000)
        values = (*has, held, max(young, middle), old, f"{told['long_ones']}+{told['long_looks']}")
        return "".join(f"{value:>{width}}" for value, width in zip(values, COLUMNS.values(), strict=True))


COLUMNS = {"keys": 6, "MiB": 6, "files": 6, "threads": 8, "objects": 8, "journal": 8}
COLUMNS |= {"held": 6, "young": 6, "old": 6, "long": 6}
HEADING = "".join(f"{name:>{width}}" for name, width in COLUMNS.items())


def main() -> int:
    """Print the table, and what has grown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--rest", type=float, default=4.5, help="seconds after each hundred keys")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        samples = _soak(Path(folder), options.keys, options.seed, options.rest, (columns, rows))
    _tell_growth(samples[0], samples[-1])
    return 1 if samples[-1].told["gone"] else 0


def walk(seed: int) -> Iterator[bytes]:
    """Yield keys without end, the same for the same seed; each visit begins with nothing over a place."""
    chance = random.Random(seed)
    while True:
        order = list(VISITS)
        chance.shuffle(order)
        for visit in order:
            yield from CLOSED
            yield from visit
            yield from chance.choices(MEANWHILE, k=3)


def _soak(folder: Path, keys: int, seed: int, rest: float, size: tuple[int, int]) -> list[Sample]:
    report = folder / "report.json"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    environ = {**home, "XDG_STATE_HOME": str(folder), "VISUAL": "true", "EDITOR": "true"}
    demo = Demo(folder / "demo", lambda *_, **__: NotImplemented)
    demo.ask_before_everything()
    asyncio.run(_add_pictures(demo.folder))
    command = [sys.executable, str(WATCHED), str(report), "demo", "--data-dir", str(demo.folder)]
    samples: list[Sample] = []
    try:
        with PseudoTerminal(command, columns=size[0], rows=size[1], environ=environ) as terminal:
            terminal.until("12 pictures")
            print(HEADING)
            chosen = walk(seed)
            for count in range(HUNDRED, keys + 1, HUNDRED):
                for _ in range(HUNDRED):
                    terminal.press(next(chosen), QUIET_SECONDS, LONGEST_SECONDS)
                    terminal.written = b""
                terminal.listen(rest, rest)
                samples.append(_sample(terminal, report, demo.folder, count, count in {HUNDRED, keys}))
                print(samples[-1].line(), flush=True)
        assert demo.simulated("ledger") == [], "something was ordered"
    finally:
        demo.kill_simulator()
    return samples


async def _add_pictures(folder: Path) -> None:
    storage = StorageService(folder)
    journal = Journal(storage.journal_path)
    await journal.open()
    try:
        await add_pictures(journal, storage.root, *range(PICTURES))
    finally:
        await journal.close()


def _sample(terminal: PseudoTerminal, report: Path, folder: Path, keys: int, counted: bool) -> Sample:
    memory, process = terminal.memory(), Path(f"/proc/{terminal.process}")
    report.unlink(missing_ok=True)
    os.kill(terminal.process, signal.SIGUSR2 if counted else signal.SIGUSR1)
    told = json.loads(terminal.until_written(report, b"", COUNT_SECONDS))
    threads, files = len(list((process / "task").iterdir())), len(list((process / "fd").iterdir()))
    journal = sum(path.stat().st_size for path in folder.glob("*.sqlite3*"))
    return Sample(keys, memory, files, threads, journal, told)


def _tell_growth(first: Sample, last: Sample) -> None:
    before, after = first.told["kinds"], last.told["kinds"]
    grown = {kind: number - before.get(kind, 0) for kind, number in after.items()}
    print(f"\ngrown from {first.keys} to {last.keys} keys:")
    print(f"{'memory':<34}{last.memory - first.memory:>+9.1f} MiB")
    for name in ("objects_left", "garbage", "screens", "widgets"):
        print(f"{name:<34}{last.told[name] - first.told[name]:>+9} of {last.told[name]}")
    for kind, more in sorted(grown.items(), key=lambda item: -item[1])[:GROWN_SHOWN]:
        if more > 0:
            print(f"  {kind:<32}{more:>+9} of {after[kind]}")
    for kind, number in last.told["gone"].items():
        print(f"gone and still there: {number} {kind}")
    for way in sorted(set(last.told["ways"])):
        print(f"  {way}")
    print(f"what held the loop longest: {last.told['held']}")


if __name__ == "__main__":
    raise SystemExit(main())
