"""First visits, dialogs and choosers: computing time for each, beside the push of an empty Textual screen.

python benchmarks/visits.py [--rounds 3]

The real application without a terminal, at 120x40, with pictures, finetunes and jobs; a new process for each
round. Milliseconds are computing time until nothing is under way, the median of the rounds; ratios to what an
empty Textual application takes to push a screen with one line on it, in the same process. Ends with 1 where a
ratio is over `budgets.toml`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gallery import fill
from scale import application, finetunes

from fluxtui.app.places import load_places
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.widgets.dialogs.base import DeliberateDialog
from tests.piloting.idleness import asked_for_idleness
from tests.piloting.waiting import settled, until

PUSHES = 10
"""So often an empty screen is pushed; the median counts."""
VISITS = (
    *(("f3", "Models"), ("f4", "Generate"), ("f5", "Gallery"), ("f6", "Jobs"), ("f7", "Settings")),
    *(("f2", "Finetune again"), ("f4", "Generate again"), ("f5", "Gallery again")),
)
DIALOGS = (
    *(("f1", "help"), ("ctrl+p", "palette"), ("alt+m", "messages")),
    *(("f4 ctrl+@", "finetune chooser"), ("f4 f9", "styles"), ("f4 f11", "batch"), ("f4 ctrl+r", "prompts")),
    *(
        ("f5 f", "filters"),
        ("f5 o", "orders"),
        ("f5 t", "tags"),
        ("f5 x", "export"),
        ("f5 enter", "full view"),
    ),
    *(("f3 d", "deletion"), ("f6 dollar_sign", "spending")),
    *(("f7 n", "new profile"), ("f7 k", "new key"), ("f2 f9", "presets")),
)
PLACES = frozenset(name for _, name in VISITS)
BUDGETS = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())["visits"]


class Empty(App[None]):
    """Nothing but a line."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static("ready to go")


class EmptyScreen(Screen[None]):
    """A screen with a line."""

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static("another screen")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        with asked_for_idleness():
            print(json.dumps(asyncio.run(_measure())))
        return
    rounds = [_in_a_process() for _ in range(options.rounds)]
    push = statistics.median(found.pop("empty screen") for found in rounds)
    print(f"{'ms of computing time':<28}{'median':>8}{'ratio':>8}{'budget':>8}")
    print(f"{'push of an empty screen':<28}{push:>8.1f}{1:>8.1f}")
    over = False
    for name in rounds[0]:
        took = statistics.median(found[name] for found in rounds)
        kind = "visit" if name in PLACES else "dialog"
        over = over or took / push > BUDGETS[kind]
        print(f"{name:<28}{took:>8.0f}{took / push:>8.1f}{BUDGETS[kind]:>8}")
    sys.exit(over)


def _in_a_process() -> dict[str, float]:
    command = [sys.executable, __file__, "--measure"]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


async def _measure() -> dict[str, float]:
    DeliberateDialog.SIGHT_SECONDS = 0.0
    found = {"empty screen": await _empty()}
    with tempfile.TemporaryDirectory(prefix="visits-") as folder:
        data = Path(folder, "data")
        data.mkdir(mode=0o700)  # noqa: ASYNC240
        path = StorageService(data).journal_path
        async with Journal(path) as journal:
            await journal.finetunes.put_many(finetunes(40))
        await asyncio.to_thread(fill, path, 200, datetime.now(UTC))
        app = application(Path(folder))
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
            await until(pilot, lambda: len(app.finetunes) == 40 and bool(app.jobs))
            await settled(pilot)
            # As the program does a second after its start, see `load_places_soon`.
            await asyncio.to_thread(load_places)
            for key, name in VISITS:
                found[name] = await _press(pilot, key)
            for keys, name in DIALOGS:
                await pilot.press(*keys.split()[:-1])
                await settled(pilot)
                before = app.screen
                found[name] = await _press(pilot, keys.split()[-1])
                if app.screen is before:
                    raise LookupError(f"{keys} opens nothing")
                await pilot.press("escape")
                await settled(pilot)
    return found


async def _empty() -> float:
    app = Empty()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        took = []
        for _ in range(PUSHES):
            begin = time.process_time()
            await app.push_screen(EmptyScreen())
            await settled(pilot)
            took.append((time.process_time() - begin) * 1000)
            await app.pop_screen()
            await settled(pilot)
        return statistics.median(took)


async def _press(pilot: Pilot[Any], key: str) -> float:
    gc.collect()
    gc.disable()
    begin = time.process_time()
    await pilot.press(key)
    await settled(pilot)
    return (time.process_time() - begin) * 1000


if __name__ == "__main__":
    main()
