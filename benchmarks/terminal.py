"""Start-up to the first paint beside an empty Textual application, bytes and time for each key, memory.

python benchmarks/terminal.py [--rounds 5] [--size 120x40]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from pseudo_terminal import Output, PseudoTerminal

EMPTY = """
from textual.app import App
from textual.widgets import Footer, Header, Static

class Empty(App):
    def compose(self):
        yield Header()
        yield Static("ready to go")
        yield Footer()

Empty().run()
"""
KEYS = {
    "F3 Models": b"\x1bOR",
    "F4 Generate": b"\x1bOS",
    "a letter in the prompt": b"x",
    "Tab": b"\t",
    "F6 Jobs": b"\x1b[17~",
    "F2 Finetune": b"\x1bOQ",
    "F1 Help": b"\x1bOP",
    "Escape": b"\x1b",
    "Ctrl+P palette": b"\x10",
    "Escape ": b"\x1b",
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", default="120x40")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        demo = [sys.executable, "-m", "fluxtui", "demo", "--data-dir", folder]
        empty = [sys.executable, "-c", EMPTY]
        _start(demo, columns, rows, "FluxTUI")
        starts: dict[str, list[tuple[float, Output, float]]] = {"empty": [], "fluxtui demo": []}
        for _ in range(options.rounds):
            starts["empty"].append(_start(empty, columns, rows, "ready to go"))
            starts["fluxtui demo"].append(_start(demo, columns, rows, "FluxTUI"))
        _print_starts(starts, options.size)
        _print_keys(demo, columns, rows)
        _print_files(Path(folder))


def _start(command: list[str], columns: int, rows: int, text: str) -> tuple[float, Output, float]:
    with PseudoTerminal(command, columns=columns, rows=rows) as terminal:
        first = terminal.until(text)
        before = len(terminal.written)
        rest = terminal.listen(0.6, 5)
        return first, Output(before + rest.size, first, rest.last), terminal.memory()


def _print_starts(starts: dict[str, list[tuple[float, Output, float]]], size: str) -> None:
    print(f"start-up at {size}, median of {len(starts['empty'])} interleaved rounds")
    print(f"{'':<16}{'first paint':>14}{'beside empty':>14}{'bytes':>10}{'memory':>12}")
    base = statistics.median(first for first, _, _ in starts["empty"])
    for name, rounds in starts.items():
        first = statistics.median(item[0] for item in rounds)
        size_ = statistics.median(item[1].size for item in rounds)
        memory = statistics.median(item[2] for item in rounds)
        print(f"{name:<16}{first:>11.0f} ms{first / base:>13.2f}x{size_ / 1000:>7.1f} kB{memory:>8.0f} MiB")


def _print_keys(command: list[str], columns: int, rows: int) -> None:
    print(f"\n{'key':<26}{'bytes':>10}{'first byte':>13}{'last byte':>13}")
    with PseudoTerminal(command, columns=columns, rows=rows) as terminal:
        terminal.until("FluxTUI")
        terminal.listen(0.8, 5)
        for name, key in KEYS.items():
            output = terminal.press(key)
            print(f"{name:<26}{output.size / 1000:>7.1f} kB{output.first:>10.0f} ms{output.last:>10.0f} ms")
        idle = terminal.listen(4, 4)
        print(f"{'idle for 4 s':<26}{idle.size / 1000:>7.1f} kB")
        print(f"{'memory afterwards':<26}{terminal.memory():>6.0f} MiB")


def _print_files(folder: Path) -> None:
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{'data directory':<26}{total / 1e6:>7.1f} MB")


if __name__ == "__main__":
    main()
