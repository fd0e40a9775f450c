"""How the models place looks in each of its states, at both sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.errors import NetworkDown
from fluxtui.domain.finetune import OWN_FILES, Finetune, FinetuneState
from fluxtui.domain.notices import Balance
from fluxtui.domain.weights import Base, Weights
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.models.add_dialog import AddDialog
from fluxtui.screens.models.columns import ModelTable
from fluxtui.screens.models.dashboard_dialogs import DashboardDialog, StepsDialog
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.models.own_dialog import OwnFileDialog
from fluxtui.services.lora import DashboardFile
from fluxtui.services.lora.dashboard import steps_for
from fluxtui.services.models.answers import ProfileAnswer, RefreshResult
from fluxtui.widgets.dialogs import open_dialog
from fluxtui.widgets.path_input import PathInput
from tests.piloting.snapshots import Snap
from tests.piloting.waiting import settled, until, until_screen

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

Prepare = Callable[[FluxApp, ModelsScreen, Pilot[int]], Awaitable[None]]
Compare = Callable[[Prepare], bool]

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "models"


@pytest.fixture
def compare(snap: Snap, make_app: Callable[..., FluxApp]) -> Compare:
    """Return a function that opens the place, prepares it and compares its picture with the one of before."""
    app = make_app()
    app.clock = lambda: NOW

    def compare_at(prepare: Prepare) -> bool:
        async def before(pilot: Pilot[int]) -> None:
            await until(pilot, lambda: app.profile and app.screen.id != "_default")
            await app.go("models")
            assert isinstance(app.screen, ModelsScreen)
            app.balances = {app.profile: Balance(2_000.0, NOW)}
            await settled(pilot)
            await prepare(app, app.screen, pilot)

        return snap(app, before)

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


def test_empty(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        """There is nothing yet."""

    assert compare(prepare)


def test_full(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()

    assert compare(prepare)


def test_details(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()
        screen.query_one(ModelTable).select(some()[2].ref)
        await settled(pilot)
        details = screen.query_one(ModelDetails)
        details.focus()
        details.scroll_end(animate=False)

    assert compare(prepare)


def test_filtered(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()
        screen.query_one(ModelTable).action_filter()
        screen.query_one(ModelTable).filter_line.line.value = "style"

    assert compare(prepare)


def test_asking(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()[:1]
        screen.controller.activity.words = "Asking the service for its finetunes …"
        screen.controller.changed.send()

    assert compare(prepare)


def test_delete(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()
        await until(pilot, lambda: screen.selected is not None and screen.query_one(ModelDetails).display)
        screen.action_delete()
        await until(pilot, lambda: app.screen is not screen and app.screen.focused is not None)

    assert compare(prepare)


def test_add(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = some()[2:3]
        # What lies below a dialog keeps the room that it had when that came.
        await settled(pilot)
        (demo,) = await app.services.models.offers(("demo",))
        open_dialog(app, AddDialog((demo, replace(demo, profile="second"))))

    assert compare(prepare)


SHA256 = "9f3b" * 16


def several() -> tuple[Finetune, ...]:
    """Finetunes of two profiles and a file of the user's own."""
    first, otter, style, *_ = some()
    weights = Weights(
        path="loras/otter-9f3b9f3b.safetensors",
        size=165_800_000,
        sha256=SHA256,
        tensors=608,
        dtype="BF16",
        rank=32,
        base=Base.FLUX2_DEV,
        layout="diffusers",
        metadata={"modelspec.architecture": "flux.2-dev/lora", "ss_output_name": "otter [v2]"},
        source="studio",
    )
    own = weights.model_copy(update={"base": None, "size": 22_400_000, "rank": 16})
    return (
        first.model_copy(update={"base": Base.FLUX1_PRO}),
        otter.model_copy(
            update={
                "profile": "studio",
                "weights": weights,
                "base": Base.FLUX2_DEV,
                "endpoint": "studio/trainer",
                "state": FinetuneState.READY,
            }
        ),
        style.model_copy(update={"base": Base.KLEIN_9B}),
        Finetune(profile=OWN_FILES, id=SHA256[:16], name="From a friend", weights=own, lora_rank=16),
    )


def test_several_profiles(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = several()
        fault = ProfileAnswer("studio", error=NetworkDown("studio.example cannot be reached."))
        screen.controller.tell_faults((ProfileAnswer("demo", RefreshResult(())), fault))

    assert compare(prepare)


def test_details_of_a_file(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        otter = several()[1]
        kept = app.services.storage.inside("loras/otter-9f3b9f3b.safetensors")
        with kept.open("wb") as file:
            file.truncate(165_800_000)
        app.finetunes = several()
        screen.query_one(ModelTable).select(otter.ref)
        details = screen.query_one(ModelDetails)
        details.focus()

    assert compare(prepare)


def test_own_file(
    compare: Compare,
    make_weights: Callable[..., Path],
    pairs: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_weights(tmp_path / "friend.safetensors", pairs({"strange.layer": (8, 8)}, rank=4))
    monkeypatch.chdir(tmp_path)

    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = several()[:1]
        await pilot.press("o")
        await until_screen(pilot, OwnFileDialog)
        app.screen.query_one(PathInput).value = "friend.safetensors"
        await pilot.press("enter")

    assert compare(prepare)


def test_dashboard_question(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = several()[:1]
        open_dialog(app, DashboardDialog("Anna’s Portrait"))

    assert compare(prepare)


def test_dashboard_steps(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = several()[:1]
        path = Path("/home/anna/desk/anna-portrait.safetensors")
        steps = steps_for(path, "anna-portrait", Base.KLEIN_9B)
        open_dialog(app, StepsDialog(DashboardFile(path, "anna-portrait", Base.KLEIN_9B, steps)))

    assert compare(prepare)


def test_delete_own_file(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: ModelsScreen, pilot: Pilot[int]) -> None:
        app.finetunes = several()[3:]
        await until(pilot, lambda: screen.selected is not None and screen.query_one(ModelDetails).display)
        screen.action_delete()
        await until(pilot, lambda: app.screen is not screen and app.screen.focused is not None)

    assert compare(prepare)
