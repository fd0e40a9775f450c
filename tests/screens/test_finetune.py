"""The finetune place on the real services and a real simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.finetune import FinetuneState
from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.domain.workspace import History
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.services.datasets import DatasetService
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.path_picker import PathPicker
from fluxtui.widgets.plain import PlainLabel, PlainStatic
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZE = (80, 24)


def is_open(app: FluxApp) -> bool:
    """Whether the place is there with the form of a trainer."""
    if not isinstance(app.screen, FinetuneScreen) or app.screen.training.order.endpoint is None:
        return False
    return app.screen.query_one(ParameterForm).fields == app.screen.training.order.fields()


async def place(app: FluxApp, pilot: Pilot[int], until: Until) -> FinetuneScreen:
    """Wait for the place with its form."""
    await until(pilot, lambda: is_open(app))
    assert isinstance(app.screen, FinetuneScreen)
    return app.screen


async def choose(screen: FinetuneScreen, pilot: Pilot[int], until: Until, source: Path | str) -> None:
    """Enter a path and wait until it has been looked through."""
    panel = screen.query_one(DatasetPanel)
    panel.source_input.focus()
    panel.source_input.value = str(source)
    await pilot.press("enter")
    await until(pilot, lambda: screen.training.order.dataset is not None or screen.training.order.fault)


async def fill(screen: FinetuneScreen, pilot: Pilot[int], until: Until, **values: object) -> None:
    """Fill in the form as a user does."""
    form = screen.query_one(ParameterForm)
    for name, value in values.items():
        form.set_value(name, value)
    form.post_message(ParameterForm.Changed(form, form.values, next(iter(values))))
    await until(pilot, lambda: screen.training.order.values == form.values)


def summary(screen: FinetuneScreen) -> str:
    return str(screen.query_one("#summary", PlainStatic).render())


def train_line(screen: FinetuneScreen) -> str:
    line = screen.query_one(TrainLine)
    return " ".join(str(part.render()) for part in line.query("PlainLabel, Button") if part.display)


async def test_a_path_that_is_typed_at_the_start_is_looked_at_when_it_is_entered(
    make_app: AppFactory, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fluxtui.screens.finetune.screen.FIRST_SIGHT_SECONDS", 3600.0)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await pilot.press("x")
        await until(pilot, lambda: screen.training.pictures.state.source == "x")
        screen._go_on("")
        await until(pilot, lambda: screen.training.samples.chosen.offer is not None)
        assert not screen.training.pictures.is_looked_at
        await pilot.press("enter")
        await until(pilot, lambda: screen.training.pictures.is_looked_at)


async def test_it_trains_from_the_folder_to_the_finetune(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await choose(screen, pilot, until, training_pictures)
        assert "7 pictures · 6 captions" in summary(screen)
        await fill(screen, pilot, until, finetune_comment="Lantern", mode="style", trigger_word="lntrn")
        await until(pilot, lambda: app.balance is not None)
        assert "$4.00" in train_line(screen)
        assert "$100.00, $96.00 afterwards" in train_line(screen)
        await pilot.press("ctrl+s")
        await until_screen(pilot, ConfirmDialog)
        asked = " ".join(str(part.render()) for part in app.screen.query("PlainLabel"))
        for words in (
            "7 with 6 captions",
            "Lantern",
            "lntrn",
            "full",
            "300",
            "$96.00 afterwards",
            "cancelled",
        ):
            assert words in asked
        assert simulator.ledger() == []
        await pilot.press("y")
        await until(pilot, lambda: any(job.state is JobState.DONE for job in app.jobs))
        await until(pilot, lambda: len(app.finetunes) == 1)
        assert app.finetunes[0].name == "Lantern"
        assert app.finetunes[0].state is FinetuneState.READY
        assert app.finetunes[0].trigger_word == "lntrn"
        assert len(simulator.ledger()) == 1
        row = screen.query_one(TrainingsPanel).rows[0]
        assert "F4 generates with it" in str(row.cells["state"])


async def test_what_is_missing_is_said_at_the_fields_and_nothing_is_sent(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.notices)
        assert "Choose the pictures" in app.notices[0].text
        await choose(screen, pilot, until, training_pictures)
        await fill(screen, pilot, until, iterations=5)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Name is needed" in app.notices[0].text)
        notes = " ".join(str(note.render()) for note in screen.query(".field-note"))
        assert "Name is needed" in notes
        assert "100 to 1000" in notes
        assert isinstance(app.screen, FinetuneScreen)
        assert "$" not in train_line(screen).split("balance")[0]
        assert app.jobs == ()
        assert simulator.ledger() == []


async def test_the_learning_rate_follows_the_type_until_it_is_edited(
    make_app: AppFactory, until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        assert screen.training.order.values["learning_rate"] == 1e-5
        await fill(screen, pilot, until, finetune_type="lora")
        assert screen.training.order.values["learning_rate"] == 1e-4
        await fill(screen, pilot, until, learning_rate=2e-4)
        await fill(screen, pilot, until, finetune_type="full")
        assert screen.training.order.values["learning_rate"] == 2e-4


async def test_the_draft_is_there_again_and_the_pictures_are_looked_at_anew(
    make_app: AppFactory, training_pictures: Path, until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await choose(screen, pilot, until, training_pictures)
        await fill(
            screen, pilot, until, finetune_comment="Half [/x] typed", iterations=450, learning_rate=3e-5
        )
        await until(pilot, lambda: not any(worker.group == "keep" for worker in app.workers))
    (training_pictures / "lantern-0.png").unlink()
    again = make_app()
    async with again.run_test(size=SIZE) as pilot:
        screen = await place(again, pilot, until)
        await until(pilot, lambda: screen.training.order.dataset is not None)
        assert "6 pictures · 6 captions" in summary(screen)
        assert screen.training.order.values["finetune_comment"] == "Half [/x] typed"
        assert screen.training.order.values["iterations"] == 450
        await fill(screen, pilot, until, finetune_type="lora")
        assert screen.training.order.values["learning_rate"] == 3e-5


async def test_a_path_that_is_only_typed_is_looked_through_before_the_question(
    make_app: AppFactory, training_pictures: Path, until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await fill(screen, pilot, until, finetune_comment="Typed", mode="style")
        panel = screen.query_one(DatasetPanel)
        panel.source_input.focus()
        panel.source_input.value = str(training_pictures)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog) and "Pictures: 7 " in words(app))


async def test_training_waits_for_the_look_at_the_pictures_and_stops_with_it(
    make_app: AppFactory, training_pictures: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def endless(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(DatasetService, "scan", endless)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        screen.query_one(DatasetPanel).source_input.value = str(training_pictures)
        await pilot.press("enter")
        await begun.wait()
        await pilot.press("ctrl+s")
        assert app.screen is screen
        assert [notice.text for notice in app.notices] == []
        await pilot.press("escape")
        await until(pilot, lambda: any("not been looked at" in notice.text for notice in app.notices))


async def test_the_picker_chooses_the_pictures(
    make_app: AppFactory, training_pictures: Path, until: Until
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        screen.query_one(DatasetPanel).source_input.value = str(training_pictures.parent)
        await pilot.press("ctrl+l")
        await until_screen(pilot, PathPicker)
        app.screen.dismiss(training_pictures)
        await until(pilot, lambda: screen.training.order.source == str(training_pictures))
        await until(pilot, lambda: "7 pictures" in summary(screen))
        assert screen.query_one(DatasetPanel).source == str(training_pictures)


async def test_enter_on_a_training_goes_where_it_leads(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await choose(screen, pilot, until, training_pictures)
        assert screen.training.order.dataset is not None
        values = {"finetune_comment": "Lantern", "mode": "style"}
        await app.services.finetuning.start("demo", screen.training.order.dataset, values)
        await until(pilot, lambda: any(job.is_active for job in app.jobs))
        panel = screen.query_one(TrainingsPanel)
        await until(pilot, lambda: len(app.finetunes) == 1 and "ready" in str(panel.rows[0].cells["state"]))
        assert app.jobs[0].kind is JobKind.TRAINING
        panel.focus()
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "generate")


async def test_the_form_comes_with_the_key(make_app: AppFactory, simulator: Simulator, until: Until) -> None:
    app = make_app(simulator.base_url, key=None)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: type(app.screen) is WelcomeScreen)
        await app.go("finetune")
        screen = app.screen_stack[0]
        assert isinstance(screen, FinetuneScreen)
        await until(pilot, lambda: screen.training.fault is not None)
        assert "no key" in str(screen.query_one("#notice", PlainStatic).render())
        app.services.config.save({"profiles.demo.api_key": VALID_KEY})
        app.follow_config()
        await pilot.press("f3", "f2")
        await until(pilot, lambda: is_open(app))
        assert screen.training.fault is None
        assert not screen.query_one("#notice").display


async def test_edits_of_the_workbench_count_in_the_training(
    make_app: AppFactory, training_pictures: Path, until: Until
) -> None:
    from fluxtui.screens.workbench import WorkbenchScreen

    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await choose(screen, pilot, until, training_pictures)
        await pilot.press("f8")
        await until(
            pilot, lambda: isinstance(app.screen, WorkbenchScreen) and app.screen.controller.review.dataset
        )
        await pilot.pause()
        await pilot.press("x", "escape")
        await until(pilot, lambda: app.screen is screen and "1 left out" in summary(screen))
        assert screen.training.order.dataset is not None
        assert len(screen.training.order.dataset.pictures) == 6
        assert sorted(path.name for path in training_pictures.glob("*.png"))[0] == "lantern-0.png"


def words(app: FluxApp) -> str:
    return " ".join(str(label.render()) for label in app.screen.query(PlainLabel))


async def test_what_was_left_out_a_moment_ago_is_not_paid_for(
    make_app: AppFactory, training_pictures: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fluxtui.screens.workbench import WorkbenchScreen

    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await place(app, pilot, until)
        await choose(screen, pilot, until, training_pictures)
        await fill(screen, pilot, until, finetune_comment="Fewer", mode="style")
        await pilot.press("f8")
        await until(
            pilot,
            lambda: isinstance(app.screen, WorkbenchScreen) and bool(app.screen.controller.review.captions()),
        )
        await until(pilot, lambda: app.screen.focused is not None)
        load = app.services.workspaces.load

        begun, going_on = asyncio.Event(), asyncio.Event()

        async def slow_load(source: Path) -> History:
            begun.set()
            await going_on.wait()
            return await load(source)

        monkeypatch.setattr(app.services.workspaces, "load", slow_load)
        await pilot.press("x", "escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("ctrl+s")
        await until(pilot, begun.is_set)
        going_on.set()
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog) and "Pictures: " in words(app))
        assert "Pictures: 6 " in words(app)
