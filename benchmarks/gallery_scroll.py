"""Time from a key to the paint while scrolling the gallery, with few and with many pictures in the journal.

python benchmarks/gallery_scroll.py [--few 1000] [--many 100000] [--keys 30] [--rounds 3] [--size 120x40]

Both journals are opened in turns, so that what else the machine does meanwhile strikes both.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gallery import fill
from PIL import Image
from pseudo_terminal import PseudoTerminal

from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService

GALLERY, DOWN, END, HOME = b"\x1b[15~", b"j", b"G", b"g"
REPEAT_SECONDS = 1 / 30
"""Between two keys of a keyboard that repeats."""
FILES = 3_000
"""How many of the newest pictures have files; the others are never scrolled to."""
CHAPTERS = (
    ("the newest, along a row", HOME, b"l"),
    ("the newest, down a row", HOME, b"j"),
    ("the oldest, up a row", END, b"k"),
)
ROW_IS_PAINTED = 0.06
"""Seconds of silence after which the paint of a key is over; what is shown large comes only later."""


@dataclass
class Scrolled:
    """Milliseconds from each key to the first and last byte of its paint; to rest after many keys; MiB."""

    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    burst: list[float] = field(default_factory=list)
    memory: float = 0.0


def prepare(root: Path, count: int) -> None:
    """Make a data directory with so many pictures, the newest and the oldest of them with files."""
    storage = StorageService(root)
    storage.prepare()

    async def make_journal() -> None:
        async with Journal(storage.journal_path):
            pass

    asyncio.run(make_journal())
    now = datetime(2026, 11, 26, tzinfo=UTC)
    fill(storage.journal_path, count, now)
    samples = root / "samples"
    samples.mkdir()
    for number in range(40):
        photograph(number).save(samples / f"{number}.jpg", "JPEG", quality=90)
    for number in {*range(min(FILES, count)), *range(max(count - FILES, 0), count)}:
        day = (now - timedelta(days=365) * (1 - number / count)).date()
        path = root / f"pictures/{day}/picture-{number}.png"
        path.parent.mkdir(exist_ok=True)
        os.link(samples / f"{number % 40}.jpg", path)


def photograph(seed: int) -> Image.Image:
    """Return 1024x1024 pixels with about as much detail as a photograph."""
    chance = random.Random(seed)
    coarse = Image.frombytes("RGB", (16, 16), chance.randbytes(16 * 16 * 3)).resize((1024, 1024))
    fine = Image.frombytes("RGB", (256, 256), chance.randbytes(256 * 256 * 3)).resize((1024, 1024))
    return Image.blend(coarse, fine, 0.2)


def scroll(root: Path, keys: int, columns: int, rows: int, found: dict[str, Scrolled]) -> None:
    """Open the gallery in a terminal, scroll it in both directions, and add what was measured."""
    command = [sys.executable, "-m", "fluxtui", "demo", "--data-dir", str(root)]
    with PseudoTerminal(command, columns=columns, rows=rows) as terminal:
        terminal.until("FluxTUI", 60)
        terminal.listen(1.0, 10)
        terminal.press(GALLERY, 1.5, 30)
        for name, jump, step in CHAPTERS:
            terminal.press(jump, 1.0, 10)
            it = found.setdefault(name, Scrolled())
            for _ in range(keys):
                output = terminal.press(step, ROW_IS_PAINTED, 2.0)
                if output.size:
                    it.first.append(output.first)
                    it.last.append(output.last)
                terminal.listen(0.3, 3.0)
            for _ in range(keys):
                terminal.press(step, REPEAT_SECONDS, REPEAT_SECONDS)
            it.held.append(until_rest(terminal, step))
            it.burst.append(until_rest(terminal, step * keys))
            it.memory = terminal.memory()


def until_rest(terminal: PseudoTerminal, keys: bytes) -> float:
    """Return the milliseconds until everything is painted after these keys, the large picture as well."""
    return terminal.press(keys, 0.4, 10).last


def main() -> None:
    """Print the times for few and for many pictures beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="pictures in the small journal")
    parser.add_argument("--many", type=int, default=100_000, help="pictures in the large one")
    parser.add_argument("--keys", type=int, default=30, help="keys in each direction")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are opened")
    parser.add_argument("--size", default="120x40")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    counts = (options.few, options.many)
    results: dict[int, dict[str, Scrolled]] = {count: {} for count in counts}
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            (Path(folder) / str(count)).mkdir()
            prepare(Path(folder) / str(count), count)
        for _ in range(options.rounds):
            for count in counts:
                scroll(Path(folder) / str(count), options.keys, columns, rows, results[count])
    show(results)


def show(results: dict[int, dict[str, Scrolled]]) -> None:
    """Print the medians for few and for many pictures beside each other, and the least time of all keys."""
    heads = ("pictures", "first byte", "least", "painted", "held: rest", "burst: rest", "memory")
    print(f"{'ms':<26}" + "".join(f"{head:>13}" for head in heads))
    median = statistics.median
    for name, *_ in CHAPTERS:
        for count, found in results.items():
            it = found[name]
            times = (median(it.first), min(it.first), median(it.last), median(it.held), median(it.burst))
            print(f"{name:<26}{count:>13,}" + "".join(f"{time:>13.1f}" for time in (*times, it.memory)))
        few, many = (found[name] for found in results.values())
        ratio = median(many.first) / median(few.first)
        print(f"{'':<26}{'ratio':>13}{ratio:>12.2f}x")


if __name__ == "__main__":
    main()
