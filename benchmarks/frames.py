"""Counts the frames that the demo draws after each key, in an empty data directory of its own.

python benchmarks/frames.py [--columns 120] [--rows 40]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from pseudo_terminal import PseudoTerminal

ESCAPE = b"\x1b"
KEYS = {
    "F3 models": b"\x1bOR",
    "F4 generate": b"\x1bOS",
    "F5 gallery": b"\x1b[15~",
    "F6 jobs": b"\x1b[17~",
    "F7 settings": b"\x1b[18~",
    "F2 finetune": b"\x1bOQ",
    "F3 again": b"\x1bOR",
    "F4 again": b"\x1bOS",
    "F1 help": b"\x1bOP",
    "Esc help": ESCAPE,
    "Ctrl+P palette": b"\x10",
    "Esc palette": ESCAPE,
    "F2 again": b"\x1bOQ",
    "F8 workbench": b"\x1b[19~",
    "Esc workbench": ESCAPE,
}
"""The walk: what is pressed, and what a terminal sends for it."""


def run(log: Path, arguments: list[str]) -> None:
    """Be the program, and write a line for each frame into `log`: how it is drawn, and its cells."""
    from textual._compositor import ChopsUpdate, LayoutUpdate
    from textual.app import App

    from fluxtui.cli.parser import main

    display = App._display

    def counted(app: App[object], screen: object, renderable: object) -> None:
        cells = 0
        if isinstance(renderable, LayoutUpdate):
            cells = renderable.region.area
        elif isinstance(renderable, ChopsUpdate):
            cells = sum(end - begin for _, begin, end in renderable.spans)
        if cells and not app._batch_count:
            with log.open("a") as lines:
                lines.write(f"{type(renderable).__name__} {cells}\n")
        display(app, screen, renderable)  # type: ignore[arg-type]

    App._display = counted  # type: ignore[method-assign, assignment]
    sys.argv = ["fluxtui", *arguments]
    sys.exit(main())


def seconds_used(process: int) -> float:
    """Return the processor time of a process (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Walk, and print a row for each key."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory, "frames")
        log.touch()
        command = [sys.executable, __file__, "--run", str(log), "demo", "--data-dir", directory + "/data"]
        with PseudoTerminal(command, columns=options.columns, rows=options.rows) as terminal:
            terminal.until("FluxTUI", 60)
            terminal.listen(2.5, 15)
            print("| key | frames | full | cells | bytes | CPU ms |\n| --- | --- | --- | --- | --- | --- |")
            for name, keys in KEYS.items():
                seen, used = len(log.read_text().splitlines()), seconds_used(terminal.process)
                output = terminal.press(keys, 0.7, 5)
                frames = [line.split() for line in log.read_text().splitlines()[seen:]]
                cells = [int(count) for _, count in frames]
                full = sum(count >= options.columns * options.rows for count in cells)
                spent = (seconds_used(terminal.process) - used) * 1000
                print(
                    f"| {name} | {len(frames)} | {full} | {sum(cells)} | {output.size} | {spent:.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
