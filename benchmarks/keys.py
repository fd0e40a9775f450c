"""Bytes for each key, beside what tmux sends to its own terminal for the same keys, held to budgets.

python benchmarks/keys.py [--size 120x40] [--beside posting,harlequin]

The demo, with twelve pictures, runs in a plain terminal and in a tmux: "bytes" is what it sends to that,
"in tmux" what it sends to tmux, "tmux" what that, which compares cells, passes on to its own plain terminal,
and "ratio" the former by the latter. Ends with 1 where a budget of `budgets.toml` is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pseudo_terminal import PseudoTerminal

from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from tests.fakes.gallery import add_pictures

BUDGETS = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())
PICTURES = 12
QUIET_SECONDS = 0.8
START_SECONDS = 5.0
KEYS: Sequence[tuple[str, bytes]] = (
    ("Models", b"\x1bOR"),
    ("Down", b"\x1b[B"),
    ("Generate", b"\x1bOS"),
    ("letter in the prompt", b"a"),
    ("letter in the prompt", b"b"),
    ("Space in the prompt", b" "),
    ("Tab", b"\t"),
    ("Tab", b"\t"),
    ("Escape to the prompt", b"\x1b"),
    ("Gallery", b"\x1b[15~"),
    ("Right in the gallery", b"\x1b[C"),
    ("filter", b"/"),
    ("letter in the filter", b"o"),
    ("Escape from the filter", b"\x1b"),
    ("Jobs", b"\x1b[17~"),
    ("Down", b"\x1b[B"),
    ("Settings", b"\x1b[18~"),
    ("Finetune", b"\x1bOQ"),
    ("help", b"\x1bOP"),
    ("Escape from help", b"\x1b"),
    ("palette", b"\x10"),
    ("Escape from the palette", b"\x1b"),
    ("Models again", b"\x1bOR"),
    ("Jobs again", b"\x1b[17~"),
    ("Settings again", b"\x1b[18~"),
    ("Finetune again", b"\x1bOQ"),
    ("workbench", b"\x1b[19~"),
    ("Down in the workbench", b"\x1b[B"),
    ("Escape from the workbench", b"\x1b"),
)
OTHERS: Sequence[tuple[str, bytes]] = (
    ("Tab", b"\t"),
    ("letter", b"a"),
    ("palette", b"\x10"),
    ("Escape from the palette", b"\x1b"),
)
"""What other applications of Textual know as well."""


def main() -> int:
    """Print the table; return 1 where a budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--beside", default="posting,harlequin", help="other programs, where installed")
    options = parser.parse_args()
    columns, rows = (int(part) for part in options.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="keys-") as folder:
        direct = _direct(Path(folder) / "direct", columns, rows)
        if shutil.which("tmux") is None:
            print("there is no tmux here to compare with")
            sent, passed_on = direct, direct
        else:
            sent, passed_on = _in_tmux(Path(folder) / "tmux", columns, rows)
    _print(direct, sent, passed_on)
    for name in options.beside.split(","):
        if shutil.which(name):
            _print_other(name, columns, rows)
    over = _over_budget(direct, sent, passed_on)
    print("\n".join(over) or "\nall within budgets.toml")
    return 1 if over else 0


def demo(folder: Path) -> list[str]:
    """Return the command of a demo whose journal has pictures."""
    storage = StorageService(folder / "data")

    async def fill() -> None:
        journal = Journal(storage.journal_path)
        await journal.open()
        try:
            await add_pictures(journal, storage.root, *range(PICTURES))
        finally:
            await journal.close()

    folder.mkdir(parents=True)
    storage.root.mkdir(mode=0o700)
    asyncio.run(fill())
    return [sys.executable, "-m", "fluxtui", "demo", "--data-dir", str(folder / "data")]


def home(folder: Path) -> Mapping[str, str]:
    return {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_STATE_HOME": str(folder)}


def _direct(folder: Path, columns: int, rows: int) -> list[int]:
    command = demo(folder)
    with PseudoTerminal(command, columns=columns, rows=rows, environ=home(folder)) as terminal:
        return _walk(terminal, lambda: 0)[0]


def _in_tmux(folder: Path, columns: int, rows: int) -> tuple[list[int], list[int]]:
    """Return what the program sent in a tmux, and what tmux sent on, for the start and each key."""
    command, log = demo(folder), folder / "sent"
    config, server = folder / "tmux.conf", f"fluxtui-{os.getpid()}"
    config.write_text(
        "set -g status off\nset -g escape-time 10\nset -g default-terminal tmux-256color\n"
        "set -ga terminal-overrides ',xterm-256color:Tc'\n"
    )
    log.touch()
    piped = f"tmux -L {server} pipe-pane 'cat > {log}'; exec {' '.join(command)}"
    tmux = [shutil.which("tmux") or "tmux", "-L", server, "-f", str(config), "new-session", piped]
    environ = {**home(folder), "TMUX": "", "TMUX_PANE": ""}
    try:
        with PseudoTerminal(tmux, columns=columns, rows=rows, environ=environ) as terminal:
            passed_on, sent = _walk(terminal, lambda: log.stat().st_size)
            return sent, passed_on
    finally:
        subprocess.run([tmux[0], "-L", server, "kill-server"], capture_output=True, check=False)


def _walk(terminal: PseudoTerminal, sent: Callable[[], int]) -> tuple[list[int], list[int]]:
    """Return the bytes of the start and of each key: what arrived, and what somebody else counts."""
    end = time.monotonic() + START_SECONDS
    terminal.until("FluxTUI")
    terminal.listen(QUIET_SECONDS, max(QUIET_SECONDS, end - time.monotonic()))
    arrived, counted = [len(terminal.written)], [sent()]
    for _, key in KEYS:
        before = sent()
        arrived.append(terminal.press(key, QUIET_SECONDS, 5.0).size)
        counted.append(sent() - before)
    return arrived, counted


def _names() -> list[str]:
    return ["start", *(name for name, _ in KEYS)]


def _print(direct: Sequence[int], sent: Sequence[int], passed_on: Sequence[int]) -> None:
    print(f"{'key':<28}{'bytes':>9}{'budget':>9}{'in tmux':>11}{'tmux':>9}{'ratio':>8}")
    rows = zip(_names(), direct, sent, passed_on, strict=True)
    for name, ours, inner, outer in (*rows, ("all", sum(direct), sum(sent), sum(passed_on))):
        budget = BUDGETS["bytes"]["demo"].get(name, "")
        print(f"{name:<28}{ours:>9}{budget:>9}{inner:>11}{outer:>9}{inner / max(1, outer):>8.2f}")


def _over_budget(direct: Sequence[int], sent: Sequence[int], passed_on: Sequence[int]) -> list[str]:
    most, small = BUDGETS["ratio"]["sent by tmux"], BUDGETS["ratio"]["bytes that no ratio is taken of"]
    over = [
        f"{name}: {ours} bytes, {BUDGETS['bytes']['demo'][name]} allowed"
        for name, ours in zip(_names(), direct, strict=True)
        if ours > BUDGETS["bytes"]["demo"][name]
    ]
    return over + [
        f"{name}: {inner} bytes, of which tmux sends {outer}, more than {most} times as much"
        for name, inner, outer in zip(_names(), sent, passed_on, strict=True)
        if inner > max(small, most * outer)
    ]


def _print_other(name: str, columns: int, rows: int) -> None:
    print(f"\n{name}")
    with (
        tempfile.TemporaryDirectory(prefix="keys-") as folder,
        PseudoTerminal([name], columns=columns, rows=rows, environ=home(Path(folder))) as terminal,
    ):
        terminal.listen(2.0, 15.0)
        print(f"{'start':<28}{len(terminal.written):>9}")
        for key_name, key in OTHERS:
            print(f"{key_name:<28}{terminal.press(key, QUIET_SECONDS, 5.0).size:>9}")


if __name__ == "__main__":
    sys.exit(main())
