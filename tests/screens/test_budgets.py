"""What each key sends stays within the budgets, which `benchmarks/keys.py` holds in a real terminal."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from fluxtui.app.app import FluxApp
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from tests.fakes.drawn import Terminals
from tests.fakes.gallery import NOON, add_pictures
from tests.piloting.waiting import settled, until, until_screen

BUDGETS = tomllib.loads(
    (Path(__file__).parent.parent.parent / "benchmarks" / "budgets.toml").read_text(encoding="utf-8")
)["bytes"]["test"]
PICTURES = 12
WALK = (
    *(("f3", "Models"), ("f4", "Generate"), ("a", "letter in the prompt"), ("b", "letter in the prompt")),
    *(("space", "Space in the prompt"), ("tab", "Tab"), ("tab", "Tab"), ("escape", "Escape to the prompt")),
    *(
        ("f5", "Gallery"),
        ("right", "Right in the gallery"),
        ("slash", "filter"),
        ("o", "letter in the filter"),
    ),
    *(("escape", "Escape from the filter"), ("f6", "Jobs"), ("down", "Down"), ("f7", "Settings")),
    *(("f2", "Finetune"), ("f1", "help"), ("escape", "Escape from help"), ("ctrl+p", "palette")),
    *(("escape", "Escape from the palette"), ("f3", "Models again"), ("f6", "Jobs again")),
    *(("f7", "Settings again"), ("f2", "Finetune again"), ("f8", "workbench")),
    *(("down", "Down in the workbench"), ("escape", "Escape from the workbench")),
)


@pytest.fixture
def first_place() -> str:
    return "finetune"


@pytest.mark.usefixtures("still_state")
async def test_no_key_sends_more_than_its_budget(
    make_app: Callable[..., FluxApp], training_pictures: Path, terminals: Terminals
) -> None:
    app = make_app()
    sent: dict[str, int] = {}
    async with app.run_test(size=(120, 40)) as pilot:
        await until_screen(pilot, FinetuneScreen)
        await add_pictures(app.services.journal, app.services.storage.root, *range(PICTURES))
        app.clock = lambda: NOON
        screen = await until_screen(pilot, FinetuneScreen)
        source = screen.query_one(DatasetPanel).source_input
        source.focus()
        source.value = str(training_pictures)
        await pilot.press("enter")
        await until(pilot, lambda: screen.training.order.dataset)
        await settled(pilot)
        for key, name in WALK:
            before = terminals.bytes
            await pilot.press(key)
            await settled(pilot)
            sent[name] = max(terminals.bytes - before, sent.get(name, 0))
    assert {name: size for name, size in sent.items() if size > BUDGETS[name]} == {}
    # What became much cheaper gets a smaller budget, or the next rise would not be noticed.
    assert {name: size for name, size in sent.items() if size < BUDGETS[name] / 2 - 50} == {}
