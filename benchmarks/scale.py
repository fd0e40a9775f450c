"""Many beside ten: computing time for each key, the first visits, and memory.

python benchmarks/scale.py [finetunes|pictures ...] [--many N]

`finetunes` has 10,000 of them in Models; `pictures` 100,000 with their jobs, in the gallery, Jobs, Spending,
Settings. The real application without a terminal, a process for each number, on a journal of its own.
Milliseconds are computing time until nothing is under way. Ends with 1 where a key that has a budget in
`budgets.toml` is over it. The gallery's and the spending's own questions: `gallery.py`, `spending.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gallery import fill as fill_with_pictures

from fluxtui.app.app import FluxApp
from fluxtui.app.container import Container
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.services.config import ConfigService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from tests.piloting.idleness import asked_for_idleness
from tests.piloting.waiting import settled, until

FEW = 10
PATIENCE = 240.0
WORDS = ("amber", "fox", "lantern", "river", "house")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
BUDGETS = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())["scale"]


@dataclass(frozen=True)
class Subject:
    """What there are many of: how many, the keys that are pressed, and how a journal is filled with them."""

    many: int
    keys: tuple[tuple[str, str], ...]
    fill: Callable[[Path, int], Awaitable[None]]
    is_there: Callable[[FluxApp, int], bool]


def main() -> None:
    """Print a table for each subject."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("subjects", nargs="*", default=[*SUBJECTS], choices=[*SUBJECTS])
    parser.add_argument("--many", type=int)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        with asked_for_idleness():
            print(json.dumps(asyncio.run(_measure(SUBJECTS[options.subjects[0]], options.measure))))
        return
    over = [line for name in options.subjects for line in _compare(name, options.many or SUBJECTS[name].many)]
    print(*over, sep="\n")
    sys.exit(bool(over))


def _compare(name: str, many: int) -> list[str]:
    """Print the table of a subject, and return what is over its budget."""
    few, more = (_in_a_process(name, number) for number in (FEW, many))
    print(f"{name + ', ms of computing time':<34}{FEW:>8}{many:>10}{'ratio':>8}{'budget':>8}")
    over = []
    for key, before in few.items():
        ratio, budget = more[key] / max(before, 1), BUDGETS.get(name, {}).get(key)
        print(f"{key:<34}{before:>8.0f}{more[key]:>10.0f}{ratio:>8.1f}{budget or '':>8}")
        if budget is not None and ratio > budget:
            over.append(f"{name}: {key} takes {ratio:.1f} times as long, its budget is {budget}")
    return over


def _in_a_process(name: str, number: int) -> dict[str, float]:
    command = [sys.executable, __file__, name, "--measure", str(number)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(answer))


async def _measure(subject: Subject, number: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        data = Path(folder, "data")
        data.mkdir(mode=0o700)  # noqa: ASYNC240
        await subject.fill(StorageService(data).journal_path, number)
        app = application(Path(folder))
        begin = time.process_time()
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.profile != "" and app.screen.id != "_default", PATIENCE)
            await until(pilot, lambda: subject.is_there(app, number), PATIENCE)
            await settled(pilot)
            found = {"start": (time.process_time() - begin) * 1000}
            for key, name in subject.keys:
                found[name] = await _press(pilot, key)
            found["memory, MB"] = int(Path("/proc/self/statm").read_text().split()[1]) * 4 / 1024  # noqa: ASYNC240
            return found


async def _press(pilot: Pilot[Any], key: str) -> float:
    """Press a key and return the milliseconds of computing time until nothing is under way.

    Garbage is looked for between two keys, as the program does it where nobody types.
    """
    gc.collect()
    gc.disable()
    begin = time.process_time()
    await pilot.press(key)
    await settled(pilot)
    return (time.process_time() - begin) * 1000


async def _with_finetunes(journal_path: Path, number: int) -> None:
    async with Journal(journal_path) as journal:
        await journal.finetunes.put_many(finetunes(number))


async def _with_pictures(journal_path: Path, number: int) -> None:
    async with Journal(journal_path):
        pass
    await asyncio.to_thread(fill_with_pictures, journal_path, number, datetime.now(UTC))


def application(folder: Path) -> FluxApp:
    overrides = {
        "profile": "demo",
        "profiles.demo.provider": "bfl",
        "profiles.demo.base_url": "http://127.0.0.1:9",
        "profiles.demo.api_key": "benchmark",
    }
    config = ConfigService(folder / "config.toml", environ={}, overrides=overrides)
    config.load()
    terminal = TerminalProfile(protocol=GraphicsProtocol.HALFCELL, truecolor=True)
    return FluxApp(Container(config, folder / "data"), terminal)


def finetunes(number: int) -> list[Finetune]:
    chance = random.Random(1)
    return [
        Finetune(
            profile="demo",
            id=f"finetune-{place:05}",
            name=f"{chance.choice(WORDS)} {place}",
            state=FinetuneState.READY,
            created_at=NOW - timedelta(minutes=place),
            refreshed_at=NOW,
            trigger_word="TOK",
            iterations=300,
            raw={"finetune_comment": "some words of mine", "mode": "style"},
        )
        for place in range(number)
    ]


SUBJECTS = {
    "finetunes": Subject(
        10_000,
        (
            *(("f3", "Models, first time"), ("down", "Down"), ("pagedown", "Page down"), ("G", "the last")),
            *(("g", "the first"), ("slash", "filter"), ("f", "first letter"), ("o", "second letter")),
            *(("x", "third letter"), ("escape", "Escape"), ("s", "order by name"), ("s", "order by state")),
            *(("S", "turned round"), ("f", "star"), ("f2", "Finetune"), ("f3", "Models again")),
            *(("f4", "Generate, first time"), ("ctrl+@", "choose a finetune"), ("f", "a letter there")),
            *(("escape", "Escape from it"), ("f2", "Finetune again")),
        ),
        _with_finetunes,
        lambda app, number: len(app.finetunes) == number,
    ),
    "pictures": Subject(
        100_000,
        (
            *(("f5", "Gallery, first time"), ("right", "Right"), ("down", "Down"), ("pagedown", "Page down")),
            *(("end", "the last"), ("home", "the first"), ("s", "star"), ("plus", "rate higher")),
            *(("space", "mark"), ("space", "mark no more"), ("f", "choose a filter"), ("escape", "leave it")),
            *(("slash", "filter"), ("f", "first letter"), ("o", "second letter"), ("x", "third letter")),
            *(("enter", "Enter"), ("escape", "Escape"), ("enter", "full view"), ("right", "next")),
            *(("left", "previous"), ("s", "star there"), ("escape", "back"), ("o", "choose an order")),
            *(("escape", "leave that"), ("f6", "Jobs, first time"), ("down", "Down in Jobs")),
            *(("end", "the last job"), ("slash", "filter of Jobs"), ("f", "letter in it"), ("o", "another")),
            *(("escape", "Escape in Jobs"), ("dollar_sign", "Spending"), ("p", "another period")),
            *(("escape", "back to Jobs"), ("f7", "Settings, first time"), ("down", "Down in Settings")),
            *(("f4", "Generate, first time"), ("ctrl+r", "prompts used before"), ("l", "letter there")),
            *(("escape", "leave them"), ("f5", "Gallery again"), ("f6", "Jobs again")),
        ),
        _with_pictures,
        lambda app, number: len(app.jobs) > 0,
    ),
}

if __name__ == "__main__":
    main()
