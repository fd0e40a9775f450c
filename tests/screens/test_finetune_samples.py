"""Sample pictures in the finetune place, from the prompts to the pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.samples_dialog import SamplesDialog
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.jobs import JobsScreen
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.plain import PlainLabel
from fluxtui.widgets.table import RowTable
from tests.piloting.waiting import until_screen
from tests.screens.test_finetune import choose, fill, place, train_line

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


class Line(App[None]):
    """A line that is told its words before it is laid out, as happens where the profiles answer at once."""

    def compose(self) -> ComposeResult:
        line = TrainLine()
        line.show_samples("2 samples")
        line.show_price("$4.00", "leaves $96.00")
        yield line


async def test_the_line_can_be_told_its_words_before_it_is_laid_out() -> None:
    app = Line()
    async with app.run_test() as pilot:
        await pilot.pause()
        line = app.query_one(TrainLine)
        words = " ".join(str(part.render()) for part in line.query("PlainLabel, Button") if part.display)
    assert all(told in words for told in ("2 samples", "Train · $4.00", "leaves $96.00"))


async def ask_for(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int], until: Until, *lines: str) -> None:
    """Type prompts into the dialog and keep them."""
    await until(pilot, lambda: screen.training.samples.chosen.offer is not None)
    await pilot.press("f12")
    await until_screen(pilot, SamplesDialog)
    for line in lines:
        await pilot.press(*("space" if letter == " " else letter for letter in line), "enter")
    await pilot.press("ctrl+s")
    await until(pilot, lambda: app.screen is screen)


def shown(app: FluxApp) -> str:
    return " ".join(str(part.render()) for part in app.screen.query(PlainLabel))


@SIZES
async def test_they_are_priced_with_the_training_and_asked_about(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until, size: tuple[int, int]
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=size) as pilot:
        screen = await place(app, pilot, until)
        await choose(screen, pilot, until, training_pictures)
        await fill(screen, pilot, until, finetune_comment="Lantern", mode="style", trigger_word="lntrn")
        await until(pilot, lambda: app.balance is not None)
        await ask_for(app, screen, pilot, until, "lntrn at sea", "", "lntrn in snow", "lntrn")
        assert screen.training.samples.prompts == ("lntrn at sea", "lntrn in snow", "lntrn")
        assert "Train · $4.21" in train_line(screen)
        assert "$4.00 → $4.21, leaves $95.79" in train_line(screen)
        button = screen.query_one(TrainLine).query_one("#samples")
        assert "3 samples F12" in str(button.render())
        assert button.region.right <= size[0]
        assert button.size.width >= len("3 samples F12")
        await pilot.press("ctrl+s")
        await until_screen(pilot, ConfirmDialog)
        assert "$4.21 (training $4.00 + 3 samples $0.21)" in shown(app)
        assert "Samples: 3 when it is done; not paid if it fails" in shown(app)
        assert simulator.ledger() == []


async def test_prompts_are_kept_with_the_draft_and_can_be_taken_back(
    make_app: AppFactory, until: Until
) -> None:
    size = (80, 24)
    app = make_app()
    async with app.run_test(size=size) as pilot:
        screen = await place(app, pilot, until)
        await ask_for(app, screen, pilot, until, "a [/x] fox")
        await until(pilot, lambda: not any(worker.group == "keep" for worker in app.workers))
    again = make_app()
    async with again.run_test(size=size) as pilot:
        screen = await place(again, pilot, until)
        assert screen.training.samples.prompts == ("a [/x] fox",)
        await until(pilot, lambda: "$4.07" in train_line(screen) or screen.training.samples.ordered)
        assert "1 sample" in train_line(screen)
        await pilot.press("f12")
        await until_screen(pilot, SamplesDialog)
        await pilot.press("x", "escape")
        await until(pilot, lambda: again.screen is screen)
        assert screen.training.samples.prompts == ("a [/x] fox",)
        await pilot.press("f12")
        await until_screen(pilot, SamplesDialog)
        await pilot.press("ctrl+u", "ctrl+s")
        await until(pilot, lambda: "Samples F12" in train_line(screen))
        assert not screen.training.samples.prompts


async def test_too_many_are_not_kept(make_app: AppFactory, until: Until) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await place(app, pilot, until)
        await until(pilot, lambda: screen.training.samples.chosen.offer is not None)
        await pilot.press("f12")
        await until_screen(pilot, SamplesDialog)
        for _ in range(9):
            await pilot.press("a", "enter")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "9 lines; 8 samples at most" in shown(app)
        await pilot.press("backspace", "backspace", "ctrl+s")
        await until(pilot, lambda: len(screen.training.samples.prompts) == 8)


@SIZES
async def test_jobs_place_shows_what_waits_and_cancels_it_with_its_training(
    make_app: AppFactory, simulator: Simulator, training_pictures: Path, until: Until, size: tuple[int, int]
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=size) as pilot:
        screen = await place(app, pilot, until)
        await app.services.jobs.pause(app.profile)
        await choose(screen, pilot, until, training_pictures)
        await fill(screen, pilot, until, finetune_comment="Lantern", mode="style")
        await ask_for(app, screen, pilot, until, "at sea", "in snow")
        await pilot.press("ctrl+s")
        await until_screen(pilot, ConfirmDialog)
        await pilot.press("y")
        await until(pilot, lambda: len(app.jobs) == 3)
        await app.go("jobs")
        assert isinstance(app.screen, JobsScreen)
        jobs, table = app.screen, app.screen.query_one(RowTable)
        await until(pilot, lambda: len(table.rows) == 3)
        waiting = [str(row.cells["progress"]) for row in table.rows]
        assert waiting.count("for training") == 2
        sample = next(job for job in app.jobs if job.waits)
        table.select(sample.id)
        assert jobs.check_action("cancel", ())
        assert not jobs.check_action("to_top", ())
        await pilot.press("x")
        await until(pilot, lambda: sum(job.waits for job in app.jobs) == 1)
        training = next(job for job in app.jobs if job.kind is JobKind.TRAINING)
        table.select(training.id)
        await pilot.press("x")
        await until(pilot, lambda: all(job.state is JobState.CANCELLED for job in app.jobs))
        assert simulator.ledger() == []
