"""Choosing among the trainers of several services, and watching and cancelling what they train."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.domain.jobs import JobState
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.monitor import TrainingMonitor
from fluxtui.screens.finetune.training_form import TrainerChooser
from fluxtui.screens.finetune.trainings import TrainingsPanel
from fluxtui.widgets.dialogs import ConfirmDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.table import RowTable
from tests.fakes.academy import CANCEL_ADVICE, CAPTION_ADVICE, PROFILE, Academy, opened_academy
from tests.piloting.waiting import until_screen
from tests.screens.test_finetune import is_open, train_line

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]
Place = tuple[FluxApp, Pilot[int], FinetuneScreen]

CAPTIONED, QUICK = "school/academy/captioned", "school/academy/quick"


@pytest.fixture
def academy() -> Iterator[type[Academy]]:
    """A service that trains, beside the one that the program knows."""
    with opened_academy() as academy:
        yield academy


@pytest.fixture
async def place(make_app: AppFactory, academy: type[Academy], until: Until) -> AsyncIterator[Place]:
    """The open place of a program with profiles at two services that train."""
    app = make_app(more=PROFILE)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: is_open(app))
        screen = app.screen
        assert isinstance(screen, FinetuneScreen)
        chooser = screen.query_one(TrainerChooser)
        await until(pilot, lambda: len(chooser.choices) == 3)
        yield app, pilot, screen


async def choose(place: Place, until: Until, ref: str) -> None:
    """Choose a trainer as the list does."""
    _, pilot, screen = place
    chooser = screen.query_one(TrainerChooser)
    chooser._chosen_in_dialog(ref)
    await until(pilot, lambda: is_open(place[0]) and chosen_ref(screen) == ref)


def chosen_ref(screen: FinetuneScreen) -> str:
    """Return the ref of the trainer that is trained with."""
    trainer = screen.training.order.trainer
    return trainer.ref if trainer is not None else ""


async def look_at(place: Place, until: Until, source: Path) -> None:
    """Enter a path and wait until it has been looked through."""
    _, pilot, screen = place
    panel = screen.query_one(DatasetPanel)
    panel.source_input.value = str(source)
    await pilot.pause()
    panel.action_look()
    await until(pilot, lambda: screen.training.order.dataset is not None)


async def enter(place: Place, until: Until, **values: object) -> None:
    """Fill in the form as a user does."""
    _, pilot, screen = place
    form = screen.query_one(ParameterForm)
    for name, value in values.items():
        form.set_value(name, value)
    form.post_message(ParameterForm.Changed(form, form.values, next(iter(values))))
    await until(pilot, lambda: all(screen.training.order.values.get(name) == values[name] for name in values))


def field_names(screen: FinetuneScreen) -> list[str]:
    return [item.name for item in screen.query_one(ParameterForm).fields]


def asked(app: FluxApp) -> str:
    return "\n".join(str(part.render()) for part in app.screen.query("PlainLabel"))


async def test_a_default_caption_is_asked_for_only_where_captions_are_missing(
    place: Place, training_pictures: Path, until: Until
) -> None:
    app, pilot, screen = place
    assert "default_caption" not in field_names(screen)
    await look_at(place, until, training_pictures)
    await until(pilot, lambda: "default_caption" in field_names(screen))
    rows = [str(row.cells["text"]) for row in screen.query_one("#contents", RowTable).rows]
    assert any(CAPTION_ADVICE in text for text in rows)
    await enter(place, until, name="Lantern")
    await pilot.press("ctrl+s")
    await until(pilot, lambda: any("Default caption is needed" in notice.text for notice in app.notices))
    await enter(place, until, default_caption="a lantern")
    await pilot.press("ctrl+s")
    await until_screen(pilot, ConfirmDialog)
    assert "Default caption: a lantern" in asked(app)
    await pilot.press("n")
    (training_pictures / "lantern-0.txt").write_text("a lantern of its own")
    screen.query_one(DatasetPanel).action_look()
    await until(pilot, lambda: "default_caption" not in field_names(screen))
    assert "default_caption" not in screen.training.order.given()


async def test_names_and_words_go_along_and_numbers_stay_with_their_trainer(
    place: Place, until: Until
) -> None:
    _, pilot, screen = place
    await enter(place, until, name="Lantern", trigger_word="lntrn", steps=700)
    await choose(place, until, QUICK)
    assert (screen.training.order.values["name"], screen.training.order.values["trigger_word"]) == (
        "Lantern",
        "lntrn",
    )
    assert screen.training.order.values["steps"] == 100
    await choose(place, until, "demo/finetune")
    assert screen.training.order.values["finetune_comment"] == "Lantern"
    await choose(place, until, CAPTIONED)
    assert screen.training.order.values["steps"] == 700
    await pilot.pause()
    assert screen.query_one(ParameterForm).values["steps"] == 700


async def test_a_training_is_paid_at_the_service_it_was_confirmed_for_and_cancelled_there(
    place: Place, training_pictures: Path, until: Until, academy: type[Academy]
) -> None:
    app, pilot, screen = place
    await choose(place, until, QUICK)
    for number in (4, 5, 6):
        (training_pictures / f"lantern-{number}.png").unlink()
    await look_at(place, until, training_pictures)
    await until(pilot, lambda: "the service tells no balance" in train_line(screen))
    await enter(place, until, name="Lantern", steps=40)
    await until(pilot, lambda: "$2.00" in train_line(screen))
    await pilot.press("ctrl+s")
    await until_screen(pilot, ConfirmDialog)
    for words in (
        "FLUX.2 quick LoRA at Academy, profile school",
        "in beta",
        "told by the service on 2026-11-23",
        "The service tells no balance.",
        CANCEL_ADVICE,
        "$2.00 (by the step)",
    ):
        assert words in asked(app)
    assert academy.ordered == []
    await pilot.press("y")
    await until(pilot, lambda: any(job.state is JobState.RUNNING for job in app.jobs))
    assert academy.ordered == [{"steps": 40, "endpoint": "academy/quick"}]
    panel, monitor = screen.query_one(TrainingsPanel), screen.query_one(TrainingMonitor)
    await until(pilot, lambda: bool(monitor.display) and monitor.size.height > 5)
    shown = str(monitor.render())
    assert shown.splitlines()[0].startswith("Lantern · academy/quick · school")
    assert "41%" in shown
    assert shown.endswith("loading the model\nstep 40 of 100 [/x]\nstep 41 of 100")
    assert "41%" in str(panel.rows[0].cells["state"])
    panel.focus()
    await pilot.press("x")
    await until_screen(pilot, ConfirmDialog)
    assert CANCEL_ADVICE in asked(app)
    await pilot.press("y")
    await until(pilot, lambda: app.jobs[0].state is JobState.CANCELLED)
    assert app.jobs[0].cost_credits == 41.0
    await until(pilot, lambda: "cancelled" in str(panel.rows[0].cells["state"]))
    await until(pilot, lambda: panel.check_action("cancel", ()) is False)
