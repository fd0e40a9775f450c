"""How the models place looks in each of its states, at both sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from fluxtui.app import FluxApp
from fluxtui.domain.finetune import Finetune, FinetuneState
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.models.add_dialog import AddDialog
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.models.table import ModelTable
from fluxtui.state import Balance
from fluxtui.widgets.dialogs import open_dialog
from fluxtui.widgets.filter_line import FilterLine
from fluxtui.widgets.line_input import LineInput

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Prepare = Callable[[FluxApp, ModelsScreen, Pilot[int]], Awaitable[None]]
Compare = Callable[[tuple[int, int], Prepare], bool]

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def compare(snap_compare: Any, make_app: Callable[..., FluxApp]) -> Compare:
    """Return a function that opens the place, prepares it and compares its picture with the one of before."""
    app = make_app()
    app.clock = lambda: NOW

    def compare_at(size: tuple[int, int], prepare: Prepare) -> bool:
        async def before(pilot: Pilot[int]) -> None:
            while not app.profile or app.screen.id == "_default":
                await pilot.pause(0.02)
            await app.go("models")
            assert isinstance(app.screen, ModelsScreen)
            app.balances = {app.profile: Balance(2_000.0, NOW)}
            await pilot.pause(0.05)
            await prepare(app, app.screen, pilot)
            for _ in range(3):
                await pilot.pause(0.1)

        return bool(snap_compare(app, terminal_size=size, run_before=before))

    return compare_at


def some() -> tuple[Finetune, ...]:
    names = ("Lantern", "Otter of the canal", "House style [2026]", "Grandmother’s teapot", "Fog", "Try 2")
    modes = ("style", "character", "style", "product", "general", "general")
    states = (FinetuneState.READY, FinetuneState.TRAINING, FinetuneState.MISSING)
    return tuple(
        Finetune(
            profile="demo",
            id=f"4f2c0a{number}e-7b1d-4c55-9e0a-2d6f1c8a9b0{number}",
            name=name,
            state=states[number] if number in {1, 2} else FinetuneState.READY,
            trigger_word=("LNTRN", "OTTR", "HSTYL", None, "FOG", "TOK")[number],
            mode=modes[number],
            finetune_type="lora" if number % 2 else "full",
            lora_rank=32 if number % 2 else 16,
            iterations=100 + 150 * number,
            learning_rate=1e-4 if number % 2 else 1e-5,
            priority=("quality", "speed", "high_res_only")[number % 3],
            captioning=True,
            created_at=NOW - timedelta(days=3 * number, hours=5),
            refreshed_at=NOW - timedelta(minutes=12),
            favourite=number == 4,
            dataset={"source": "lanterns", "sha256": "9f" * 32, "pictures": 12, "captioned": 10},
            raw={"finetune_comment": name, "cluster": "eu2"},
        )
        for number, name in enumerate(names)
    )


@SIZES
def test_empty(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        """There is nothing yet."""

    assert compare(size, prepare)


@SIZES
def test_full(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()

    assert compare(size, prepare)


@SIZES
def test_details(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()
        screen.query_one(ModelTable).select(some()[2].ref)
        await pilot.pause(0.1)
        details = screen.query_one(ModelDetails)
        details.focus()
        details.scroll_end(animate=False)

    assert compare(size, prepare)


@SIZES
def test_filtered(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()
        screen.query_one(ModelTable).action_filter()
        screen.query_one(FilterLine).query_one(LineInput).value = "style"

    assert compare(size, prepare)


@SIZES
def test_asking(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()[:1]
        screen.doing = "Asking the service for its finetunes …"

    assert compare(size, prepare)


@SIZES
def test_delete(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()
        while screen.selected is None or not screen.query_one(ModelDetails).display:
            await pilot.pause(0.02)
        screen.action_delete()
        while app.screen is screen or app.screen.focused is None:
            await pilot.pause(0.02)

    assert compare(size, prepare)


@SIZES
def test_add(compare: Compare, size: tuple[int, int]) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()[:1]
        open_dialog(app, AddDialog())

    assert compare(size, prepare)
