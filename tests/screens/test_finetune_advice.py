"""Advice, prices before and after, and presets in the finetune place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.uses import Trainer
from fluxtui.providers.bfl.training import BFLTraining
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.widgets.dialogs import ChoiceDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.parameter_form.row import FieldRow
from fluxtui.widgets.plain import PlainStatic
from tests.fakes.academy import Quick
from tests.piloting.waiting import until_screen
from tests.screens.test_finetune import is_open, train_line

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
TRAINER = Trainer("demo", "bfl", "BFL", BFLTraining)
OTHER = Trainer("school", "academy", "Academy", Quick)


async def place(app: FluxApp, pilot: Pilot[int], until: Until) -> FinetuneScreen:
    """Wait for the place with its form."""
    await until(pilot, lambda: is_open(app))
    assert isinstance(app.screen, FinetuneScreen)
    return app.screen


def help_line(screen: FinetuneScreen) -> str:
    return str(screen.query_one(".form-help", PlainStatic).render())


def done(number: int, seconds: float) -> Job:
    """A training of 300 iterations that took some seconds."""
    values = {
        "id": f"job-{number}",
        "kind": JobKind.TRAINING,
        "state": JobState.DONE,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": "finetune",
        "title": "Fox",
        "parameters": {"iterations": 300},
        "estimate_credits": 400.0,
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
        "finished_at": NOW + timedelta(seconds=seconds),
    }
    return Job.model_validate(values)


@SIZES
async def test_advice_is_under_the_form_and_follows_the_values(
    make_app: AppFactory, training_pictures: Path, until: Until, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        screen = await place(app, pilot, until)
        form = screen.query_one(ParameterForm)
        await until(pilot, lambda: BFLTraining.info.summary[:30] in help_line(screen))
        screen.query_one(DatasetPanel).source_input.value = str(training_pictures)
        screen.query_one(DatasetPanel).action_look()
        await until(pilot, lambda: screen.training.order.dataset is not None)
        form.focus_field("iterations")
        await until(pilot, lambda: "7 pictures: 300 iterations" in help_line(screen))
        assert "by your" not in help_line(screen)
        form.focus_field("mode")
        form.set_value("mode", "character")
        form.post_message(ParameterForm.Changed(form, form.values, "mode"))
        await until(pilot, lambda: "One person in all pictures" in help_line(screen))
        line = screen.query_one(".form-help", PlainStatic)
        row = next(row for row in form.query(FieldRow) if row.is_current)
        assert row.region.bottom <= line.region.y
        assert line.region.bottom <= screen.query_one(TrainLine).region.y


async def test_the_time_comes_from_the_journal(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await place(app, pilot, until)
        form = screen.query_one(ParameterForm)
        form.focus_field("iterations")
        await app.services.journal.jobs.add([done(1, 300), done(2, 600), done(3, 900_000)])
        app.refresh_state("jobs")
        await until(pilot, lambda: "About 10 m 00 s, by your 3 trainings" in help_line(screen))


async def test_a_preset_fills_the_form(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await place(app, pilot, until)
        form = screen.query_one(ParameterForm)
        form.focus_field("finetune_comment")
        await pilot.press(*"Fox")
        await pilot.press("f9")
        await until_screen(pilot, ChoiceDialog)
        await pilot.press("enter")
        await until(pilot, lambda: screen.training.order.values.get("iterations") == 140)
        assert form.values["priority"] == "speed"
        assert form.values["finetune_comment"] == "Fox"
        await until(pilot, lambda: "$4.00 → $2.00" in train_line(screen))
        await until(pilot, lambda: app.notices)
        assert "Preset quick test: Iterations 140" in app.notices[0].text
