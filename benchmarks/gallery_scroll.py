"""Time from a key to the paint while scrolling the gallery, with few and with many pictures in the journal.

python benchmarks/gallery_scroll.py [--few 1000] [--many 100000] [--keys 60] [--size 120x40]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
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
CHAPTERS = (("from the newest on", HOME), ("from the oldest on, upwards", END))


@dataclass(frozen=True)
class Scrolled:
    """Milliseconds from a key to the first and last byte of its paint, and to rest after a held key."""

    first: float
    last: float
    held: float
    memory: float


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


def scroll(root: Path, keys: int, columns: int, rows: int) -> dict[str, Scrolled]:
    """Open the gallery in a terminal, scroll it in both directions, and return what was measured."""
    command = [sys.executable, "-m", "fluxtui", "demo", "--data-dir", str(root)]
    found = {}
    with PseudoTerminal(command, columns=columns, rows=rows) as terminal:
        terminal.until("FluxTUI", 60)
        terminal.listen(1.0, 10)
        terminal.press(GALLERY, 1.5, 30)
        for name, jump in CHAPTERS:
            terminal.press(jump, 1.0, 10)
            step = DOWN if jump == HOME else b"k"
            single = [terminal.press(step, 0.25) for _ in range(keys)]
            for _ in range(keys):
                terminal.press(step, REPEAT_SECONDS, REPEAT_SECONDS)
            begun = time.perf_counter()
            rest = terminal.press(step, 0.25)
            held = rest.last or (time.perf_counter() - begun) * 1000
            first = statistics.median(output.first for output in single)
            last = statistics.median(output.last for output in single)
            found[name] = Scrolled(first, last, held, terminal.memory())
    return found


def main() -> None:
    """Print the times for few and for many pictures beside each other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="pictures in the small journal")
    parser.add_argument("--many", type=int, default=100_000, help="pictures in the large one")
    parser.add_argument("--keys", type=int, default=60, help="keys in each direction")
    parser.add_argument("--size", default="120x40")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    results = {}
    for count in (options.few, options.many):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            prepare(root, count)
            results[count] = scroll(root, options.keys, columns, rows)
    print(f"{'':<30}{'pictures':>10}{'first byte':>12}{'last byte':>12}{'after held':>12}{'memory':>10}")
    for name, _ in CHAPTERS:
        for count, found in results.items():
            it = found[name]
            times = f"{it.first:>9.1f} ms{it.last:>9.1f} ms{it.held:>9.1f} ms{it.memory:>6.0f} MiB"
            print(f"{name:<30}{count:>10,}{times}")
        few, many = (results[count][name] for count in results)
        print(f"{'':<30}{'ratio':>10}{many.first / few.first:>11.2f}x{many.last / few.last:>11.2f}x")


if __name__ == "__main__":
    main()
