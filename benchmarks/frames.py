"""Counts the frames that the demo draws after each key, in a data directory of its own with twelve pictures.

python benchmarks/frames.py [--size 120x40] [--trace FILE]

"painted" are the cells of all frames as Textual draws them, "changed" those that a terminal (pyte) shows
otherwise than before the key, "bytes" what was sent for it, "empty" the frames that sent nothing, "CPU" the
processor time of the program until it was quiet. What first visits and dialogs take beside the push of an
empty screen is told by `visits.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from keys import demo, home
from pseudo_terminal import PseudoTerminal

ESCAPE = b"\x1b"
F1, F2, F3, F4 = (b"\x1bO" + letter for letter in (b"P", b"Q", b"R", b"S"))
F5, F6, F7, F8, F9, F10, F11 = (b"\x1b[%d~" % number for number in (15, 17, 18, 19, 20, 21, 23))
RIGHT, DOWN = b"\x1b[C", b"\x1b[B"
QUIET_SECONDS = 0.8
KEYS: Sequence[tuple[str, bytes]] = (
    *(("Models, first", F3), ("its down", DOWN), ("its filter", b"/"), ("letter", b"a"), ("Escape", ESCAPE)),
    *(("order", b"s"), ("star", b"f"), ("deletion", b"d"), ("Escape", ESCAPE)),
    *(("Generate, first", F4), ("letter", b"a"), ("space", b" "), ("Tab", b"\t"), ("Escape", ESCAPE)),
    *(("chooser of finetunes", b"\x00"), ("its down", DOWN), ("letter", b"a"), ("Escape", ESCAPE)),
    *(("styles", F9), ("Escape", ESCAPE), ("preview", F10), ("Escape", ESCAPE)),
    *(("batch", F11), ("its Tab", b"\t"), ("Escape", ESCAPE), ("recall of prompts", b"\x12")),
    *(("letter", b"a"), ("Escape", ESCAPE), ("queue", b"\x0c"), ("its down", DOWN)),
    *(("Gallery, first", F5), ("right", RIGHT), ("down", DOWN), ("its filter", b"/"), ("letter", b"o")),
    *(("Escape", ESCAPE), ("filters", b"f"), ("Escape", ESCAPE), ("orders", b"o"), ("Escape", ESCAPE)),
    *(("export", b"x"), ("Escape", ESCAPE), ("full view", b"\r"), ("next", b"n"), ("larger", b"+")),
    *(("facts", b"i"), ("Escape", ESCAPE)),
    *(("Jobs, first", F6), ("down", DOWN), ("spending", b"$"), ("Escape", ESCAPE)),
    *(("Settings, first", F7), ("down", DOWN), ("new key", b"k"), ("Escape", ESCAPE)),
    *(("new profile", b"n"), ("Escape", ESCAPE)),
    *(("Finetune again", F2), ("presets", F9), ("Escape", ESCAPE), ("help", F1), ("Escape", ESCAPE)),
    *(("palette", b"\x10"), ("letter", b"g"), ("Escape", ESCAPE), ("messages", b"\x1bm"), ("Escape", ESCAPE)),
    *(("Models again", F3), ("Generate again", F4), ("Gallery again", F5), ("Jobs again", F6)),
    *(("Settings again", F7), ("Finetune again", F2), ("workbench", F8), ("down", DOWN), ("as a grid", b"v")),
    *(("right", RIGHT), ("as a list", b"v"), ("mark", b" "), ("for many", b"b"), ("Escape", ESCAPE)),
    ("Escape from it", ESCAPE),
)
"""The walk: what is pressed, and what a terminal sends for it."""


def run(log: Path, arguments: list[str], *, is_traced: bool) -> None:
    """Be the program, and write into `log` of each frame whether it is whole, its cells, its bytes."""
    from textual._compositor import LayoutUpdate
    from textual.screen import Screen

    from fluxtui.app.frames import Frames
    from fluxtui.cli.parser import main

    sequence, refresh = Frames.sequence, Screen.refresh

    def counted(frames: Frames, update: Any, *rest: Any) -> str:
        text = sequence(frames, update, *rest)
        is_whole = isinstance(update, LayoutUpdate)
        cells = update.region.area if is_whole else sum(end - begin for _, begin, end in update.spans)
        _note(log, whole=is_whole, cells=cells, bytes=len(text))
        return text

    def told(screen: Screen[Any], *regions: Any, **options: Any) -> Screen[Any]:
        if not regions:
            _note(log, screen=type(screen).__name__, **options, by=traceback.format_stack(limit=7)[:-1])
        return refresh(screen, *regions, **options)

    Frames.sequence = counted  # type: ignore[method-assign, assignment]
    if is_traced:
        Screen.refresh = told  # type: ignore[method-assign, assignment]
    sys.argv = ["fluxtui", *arguments]
    sys.exit(main())


def _note(log: Path, **facts: Any) -> None:
    with log.open("a") as lines:
        lines.write(json.dumps(facts) + "\n")


def seconds_used(process: int) -> float:
    """Return the processor time of a process (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Shown:
    """What a terminal shows, as pyte has it; without that, nothing is known of it."""

    def __init__(self, columns: int, rows: int) -> None:
        try:
            import pyte
        except ImportError:
            self._screen = None
        else:
            self._screen = pyte.Screen(columns, rows)
            self._stream = pyte.ByteStream(self._screen)
        self._cells: list[Any] = []

    def changed(self, written: bytes) -> str:
        """Take what was written, and return how many cells are other ones than before."""
        if self._screen is None:
            return "?"
        self._stream.feed(written)
        screen, before = self._screen, self._cells
        self._cells = [
            screen.buffer[row][column] for row in range(screen.lines) for column in range(screen.columns)
        ]
        return str(sum(old != new for old, new in zip(before, self._cells, strict=False)))


def main() -> None:
    """Walk, and print a row for each key."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--trace", type=Path, help="write each frame, and who asked for a whole one, here")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="frames-") as directory:
        log = options.trace or Path(directory, "frames")
        log.write_text("")
        program = demo(Path(directory, "home"))[3:]
        how = "--run-traced" if options.trace else "--run"
        command = [sys.executable, __file__, how, str(log), *program]
        with PseudoTerminal(command, columns=columns, rows=rows, environ=home(Path(directory))) as terminal:
            _walk(terminal, log, Shown(columns, rows))


def _walk(terminal: PseudoTerminal, log: Path, shown: Shown) -> None:
    terminal.until("FluxTUI", 60)
    terminal.listen(2.5, 15)
    shown.changed(terminal.written)
    print(f"{'key':<24}{'frames':>7}{'full':>6}{'empty':>6}", end="")
    print(f"{'painted':>9}{'changed':>9}{'bytes':>8}{'CPU ms':>8}")
    for name, keys in KEYS:
        written, used = len(terminal.written), seconds_used(terminal.process)
        seen = len(log.read_text().splitlines())
        _note(log, key=name)
        terminal.press(keys, QUIET_SECONDS, 5)
        spent = (seconds_used(terminal.process) - used) * 1000
        facts = [json.loads(line) for line in log.read_text().splitlines()[seen:]]
        frames = [fact for fact in facts if "cells" in fact]
        sent = terminal.written[written:]
        counts = (
            len(frames),
            sum(frame["whole"] for frame in frames),
            sum(frame["bytes"] == 0 for frame in frames),
        )
        print(f"{name:<24}{counts[0]:>7}{counts[1]:>6}{counts[2]:>6}", end="")
        print(f"{sum(frame['cells'] for frame in frames):>9}{shown.changed(sent):>9}", end="")
        print(f"{len(sent):>8}{spent:>8.0f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["--run"], ["--run-traced"]):
        run(Path(sys.argv[2]), sys.argv[3:], is_traced=sys.argv[1] == "--run-traced")
    else:
        main()
