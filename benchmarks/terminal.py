"""The start beside an empty Textual application, bytes and time for each key, memory, what is imported.

python benchmarks/terminal.py [--rounds 5] [--size 120x40] [--starts-only]

In turns with the empty application, it measures when the first text is on the terminal, and when the first
place is complete: a letter typed at the first text has arrived in a field. Ratios are those of the medians.
Ends with 1 where those of the program are over `budgets.toml`.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pseudo_terminal import PseudoTerminal

from fluxtui.services.storage import StorageService

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
BUDGETS = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())["ratio"]
FIRST_TEXT = "FluxTUI"
LETTER = "\u00a7"
"""A letter that is nowhere on the screen until it is typed."""
IMPORTED = "import fluxtui.cli.run, fluxtui.cli.opening, fluxtui.app.app, fluxtui.terminal.probe"
"""What is loaded at the first picture."""
COMPLETE = IMPORTED + ", fluxtui.app.container, fluxtui.app.places; fluxtui.app.places.load_place('finetune')"
"""What is loaded at the first place."""
SLOWEST_SHOWN = 25


@dataclass
class Starts:
    """How often a program was started, and what was seen, in milliseconds, bytes and MiB."""

    command: Sequence[str]
    text: str
    environ: Mapping[str, str] = field(default_factory=dict)
    data: Path | None = None
    """The data directory of a program that takes a letter; what was typed there is forgotten each time."""
    first: list[float] = field(default_factory=list)
    complete: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def measure(self, columns: int, rows: int) -> None:
        """Start it once more."""
        if self.data is not None:
            _forget_typed(self.data)
        with PseudoTerminal(self.command, columns=columns, rows=rows, environ=self.environ) as terminal:
            self.first.append(terminal.until(self.text))
            if self.data is not None:
                terminal.type(LETTER)
                self.complete.append(terminal.until(LETTER))
            else:
                self.complete.append(self.first[-1])
            before = len(terminal.written)
            self.size.append(before + terminal.listen(0.6, 5).size)
            self.memory.append(terminal.memory())


def main() -> int:
    """Print the tables; return 1 where the start is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--starts-only", action="store_true", help="measure neither keys nor imports")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        starts = _starts(Path(folder))
        for program in starts.values():  # compiles what was never compiled, paints the sample dataset
            program.measure(columns, rows)
            program.first, program.complete, program.size, program.memory = [], [], [], []
        for _ in range(options.rounds):
            for program in starts.values():
                program.measure(columns, rows)
        _print_starts(starts, options.size)
        if not options.starts_only:
            _print_keys(starts["fluxtui demo"].command, columns, rows)
            _print_files(Path(folder))
            _print_imports("first picture", IMPORTED)
            _print_imports("first place", COMPLETE)
        over = _over_budget(starts["empty"], starts["fluxtui"])
    print("\n".join(over))
    return 1 if over else 0


def _over_budget(empty: Starts, program: Starts) -> list[str]:
    """Return what is over its budget; the demo, which has to start a service as well, has none."""
    base = statistics.median(empty.first)
    found = {"first text": program.first, "complete place": program.complete}
    ratios = {name: statistics.median(times) / base for name, times in found.items()}
    return [
        f"{name}: {ratio:.2f} times, {BUDGETS[name]} allowed"
        for name, ratio in ratios.items()
        if ratio > BUDGETS[name]
    ]


def _forget_typed(data: Path) -> None:
    """Forget the drafts in a data directory, if it is one already."""
    path = StorageService(data).journal_path
    if path.exists():
        with closing(sqlite3.connect(path, isolation_level=None)) as journal:
            journal.execute("DELETE FROM notes WHERE key LIKE 'draft.%'")


def _starts(folder: Path) -> dict[str, Starts]:
    """Return what is started: nothing listens where the program would ask for its balance."""
    program, data, demo = [sys.executable, "-m", "fluxtui"], folder / "data", folder / "demo"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    own = {"BFL_API_KEY": "benchmark", "FLUXTUI_BASE_URL": "http://127.0.0.1:9", **home}
    return {
        "empty": Starts([sys.executable, "-c", EMPTY], "ready to go"),
        "fluxtui": Starts([*program, "--data-dir", str(data)], FIRST_TEXT, own, data),
        "fluxtui demo": Starts([*program, "demo", "--data-dir", str(demo)], FIRST_TEXT, home, demo),
    }


def _print_starts(starts: Mapping[str, Starts], size: str) -> None:
    print(f"start-up at {size}, median of {len(starts['empty'].first)} interleaved rounds")
    print(f"{'':<16}{'first text':>14}{'':>9}{'complete place':>18}{'':>9}{'bytes':>10}{'memory':>10}")
    base = statistics.median(starts["empty"].first)
    for name, program in starts.items():
        first, complete = statistics.median(program.first), statistics.median(program.complete)
        print(
            f"{name:<16}{first:>11.0f} ms{first / base:>8.2f}x{complete:>15.0f} ms{complete / base:>8.2f}x"
            f"{statistics.median(program.size) / 1000:>7.1f} kB{statistics.median(program.memory):>6.0f} MiB"
        )


@dataclass(frozen=True)
class _Import:
    """A module that was imported: its own milliseconds, and with all that it was the first to want."""

    name: str
    own: float
    whole: float
    wanted_by: str


def _print_imports(when: str, statements: str) -> None:
    """Print which modules take longest until then, without the search for garbage, and who wants them."""
    environ = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import gc; gc.disable()\n{statements}"],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
    )
    imports = _imports(result.stderr)
    ours = sum(item.name.startswith("fluxtui") for item in imports)
    total = sum(item.own for item in imports)
    print(f"\nimported at the {when}: {len(imports)} modules, {ours} of them ours, {total:.0f} ms")
    print(f"{'module':<52}{'own':>9}{'whole':>9}  wanted by")
    for item in sorted(imports, key=lambda item: -item.own)[:SLOWEST_SHOWN]:
        print(f"{item.name:<52}{item.own:>6.1f} ms{item.whole:>6.1f} ms  {item.wanted_by}")


def _imports(report: str) -> list[_Import]:
    """Return what `-X importtime` tells; a module stands below all that it was the first to want."""
    rows = re.findall(r"^import time:\s+(\d+) \|\s+(\d+) \|( +)(\S+)$", report, re.MULTILINE)
    found: list[_Import] = []
    above: dict[int, str] = {}
    for own, whole, indent, name in reversed(rows):
        depth = len(indent)
        above[depth] = name
        wanted_by = above.get(depth - 2, "the start")
        found.append(_Import(name, int(own) / 1000, int(whole) / 1000, wanted_by))
    return found


def _print_keys(command: Sequence[str], columns: int, rows: int) -> None:
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
    sys.exit(main())
