"""Ten thousand finetunes beside ten: computing time for each key of Models, the first visits, and memory.

python benchmarks/scale.py [--many 10000]

The real application without a terminal, a process for each number, on a journal of its own. Milliseconds are
computing time until nothing is under way any more. Pictures and jobs by the hundred thousand: `gallery.py`,
`gallery_scroll.py` and `spending.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fluxtui.app.app import FluxApp
from fluxtui.app.container import Container
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.services.config import ConfigService
from fluxtui.terminal.profile import GraphicsProtocol, TerminalProfile
from tests.piloting.idleness import asked_for_idleness
from tests.piloting.waiting import settled, until

FEW = 10
KEYS = (
    *(("f3", "Models, first time"), ("down", "Down"), ("pagedown", "Page down"), ("G", "the last")),
    *(("g", "the first"), ("slash", "filter"), ("f", "first letter"), ("o", "second letter")),
    *(("x", "third letter"), ("escape", "Escape"), ("s", "order by name"), ("s", "order by state")),
    *(("S", "turned round"), ("f", "star"), ("f2", "Finetune"), ("f3", "Models again")),
    *(("f4", "Generate, first time"), ("f2", "Finetune again")),
)
WORDS = ("amber", "fox", "lantern", "river", "house")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        with asked_for_idleness():
            print(json.dumps(asyncio.run(_measure(options.measure))))
        return
    few, many = (_in_a_process(number) for number in (FEW, options.many))
    print(f"{'ms of computing time':<24}{FEW:>8}{options.many:>10}{'ratio':>8}")
    for name, before in few.items():
        print(f"{name:<24}{before:>8.0f}{many[name]:>10.0f}{many[name] / max(before, 1):>8.1f}")


def _in_a_process(number: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", str(number)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(answer))


async def _measure(number: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        app = _application(Path(folder))
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
            await app.services.journal.finetunes.put_many(_finetunes(number))
            app.refresh_state("finetunes")
            await until(pilot, lambda: len(app.finetunes) == number, 120)
            await settled(pilot)
            found: dict[str, float] = {}
            for key, name in KEYS:
                begin = time.process_time()
                await pilot.press(key)
                await settled(pilot)
                found[name] = (time.process_time() - begin) * 1000
            found["memory, MB"] = int(Path("/proc/self/statm").read_text().split()[1]) * 4 / 1024  # noqa: ASYNC240
            return found


def _application(folder: Path) -> FluxApp:
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


def _finetunes(number: int) -> list[Finetune]:
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


if __name__ == "__main__":
    main()
