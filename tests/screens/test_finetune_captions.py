"""Captions, trigger word and edits in the finetune place: what is said of them before anything is paid."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from fluxtui.app.app import FluxApp
from fluxtui.controllers.navigation import TrainAgain
from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.screens.workbench.bulk_dialog import BulkDialog
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen
from tests.screens.test_finetune import is_open

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZE = (120, 40)


async def chosen(app: FluxApp, pilot: Pilot[int], until: Until, source: Path | str) -> FinetuneScreen:
    """Wait for the place, enter a path there, and wait until it has been looked through."""
    await until(pilot, lambda: is_open(app))
    screen = app.screen
    assert isinstance(screen, FinetuneScreen)
    line = screen.query_one(DatasetPanel).source_input
    line.focus()
    line.value = str(source)
    await pilot.press("enter")
    await until(pilot, lambda: screen.training.order.dataset is not None or screen.training.order.fault)
    return screen


async def named(screen: FinetuneScreen, pilot: Pilot[int], until: Until, name: str) -> None:
    """Give what is needed to train."""
    form = screen.query_one(ParameterForm)
    form.set_value("finetune_comment", name)
    form.set_value("mode", "style")
    form.post_message(ParameterForm.Changed(form, form.values, "mode"))
    await until(pilot, lambda: screen.training.order.values.get("mode") == "style")


async def asked(app: FluxApp, pilot: Pilot[int]) -> str:
    """Ask for the training and return what is to be confirmed."""
    await pilot.press("ctrl+s")
    await until_screen(pilot, ConfirmDialog)
    return " ".join(str(part.render()) for part in app.screen.query("PlainLabel"))


def notice(screen: FinetuneScreen) -> str:
    part = screen.query_one("#notice", PlainStatic)
    return str(part.render()) if part.display else ""


async def test_a_path_is_shown_absolute_and_remembered_so(
    make_app: AppFactory, training_pictures: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(training_pictures.parent)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, f"'{training_pictures.name}' ")
        assert screen.query_one(DatasetPanel).source == str(training_pictures)
        assert screen.training.order.source == str(training_pictures)
        await until(pilot, lambda: not any(worker.group == "keep" for worker in app.workers))
    elsewhere = training_pictures.parent / "elsewhere"
    (elsewhere / training_pictures.name).mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    again = make_app()
    async with again.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: is_open(again))
        assert isinstance(again.screen, FinetuneScreen)
        training = again.screen.training
        await until(pilot, lambda: training.order.dataset is not None)
        assert training.order.source == str(training_pictures)


async def test_a_trigger_word_that_is_in_no_caption_is_told_and_inserted_by_two_keys(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, training_pictures)
        await until(pilot, lambda: "TOK is in 0 of 6 captions · F8 inserts it" in notice(screen))
        await named(screen, pilot, until, "Lantern")
        assert "TOK is in 0 of 6 captions." in await asked(app, pilot)
        await pilot.press("n")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("f8")
        await until(
            pilot, lambda: isinstance(app.screen, WorkbenchScreen) and app.screen.controller.review.dataset
        )
        bench = app.screen
        assert "TOK is in 0 of 6 captions (b inserts it)" in str(
            bench.query_one("#bench-set", PlainStatic).render()
        )
        await pilot.press("b")
        await until_screen(pilot, BulkDialog)
        assert app.screen.query_one("#bulk-text", Input).value == "TOK"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is bench)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen and screen.training.order.dataset is not None)
        assert screen.training.order.dataset is not None
        assert screen.training.order.dataset.pictures[1].caption == "TOK, a lantern, number 1, over a lake"
        await until(pilot, lambda: notice(screen) == "")


async def test_what_changes_after_it_was_shown_is_shown_again_before_it_is_paid(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, training_pictures)
        await named(screen, pilot, until, "Lantern")
        (training_pictures / "lantern-0.txt").write_text("a seventh caption")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.notices and "have changed since" in app.notices[0].text)
        assert app.screen is screen
        await until(pilot, lambda: "7 captions" in screen.training.pictures.status.text)
        assert "7 with 7 captions" in await asked(app, pilot)
        assert simulator.ledger() == []


async def test_a_training_that_is_here_already_is_told_before_it_is_paid_again(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, training_pictures)
        await named(screen, pilot, until, "Lantern")
        assert "Identical" not in await asked(app, pilot)
        await pilot.press("y")
        await until(pilot, lambda: any(job.state is JobState.DONE for job in app.jobs))
        await named(screen, pilot, until, "Lantern again")
        words = await asked(app, pilot)
        assert "Identical to Lantern, trained" in words
        assert "for $4.00: same pictures, captions, values and trainer." in words
        await pilot.press("n")
        (training_pictures / "lantern-2.txt").write_text("another caption")
        screen.query_one(DatasetPanel).action_look()
        await until(pilot, lambda: not screen.training.pictures.is_looking)
        assert "Identical" not in await asked(app, pilot)
        assert len(simulator.ledger()) == 1


async def test_a_training_is_taken_up_with_its_own_samples_and_no_others(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, training_pictures)
        await named(screen, pilot, until, "Lantern")
        await until(pilot, lambda: screen.training.samples.chosen.offer is not None)
        screen.training.wish_samples(("a TOK lantern at sea",))
        await asked(app, pilot)
        await pilot.press("y")
        await until(pilot, lambda: any(job.kind is JobKind.TRAINING for job in app.jobs))
        (first,) = [job for job in app.jobs if job.kind is JobKind.TRAINING]
        again = TrainAgain(
            f"{first.profile}/{first.endpoint}",
            str(training_pictures),
            first.parameters,
            first.dataset.samples if first.dataset is not None else (),
        )
        screen.training.wish_samples(("of another", "and another"))
        await app.go(again)
        await until(pilot, lambda: screen.training.samples.prompts == ("a TOK lantern at sea",))
        screen.training.wish_samples(("of another",))
        await app.go(replace(again, samples=()))
        await until(pilot, lambda: screen.training.samples.prompts == ())
        estimate = screen.training.estimate()
        assert estimate is not None
        assert "sample" not in estimate.basis


async def test_a_name_that_is_taken_is_told(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=SIZE) as pilot:
        screen = await chosen(app, pilot, until, training_pictures)
        await named(screen, pilot, until, "Lantern")
        assert "already" not in await asked(app, pilot)
        await pilot.press("y")
        await until(pilot, lambda: len(app.finetunes) == 1)
        await named(screen, pilot, until, "lantern")
        assert "There is a finetune called lantern already." in await asked(app, pilot)
