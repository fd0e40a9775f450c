"""What was trained on, in Jobs and Models: told, shown, exported, and trained on again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.navigation import PlaceName
from fluxtui.domain.jobs import JobState
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.jobs import JobsScreen
from fluxtui.screens.models import ModelsScreen
from fluxtui.screens.models.details import ModelDetails
from fluxtui.screens.workbench import WorkbenchScreen
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.dialogs.path import PathDialog
from fluxtui.widgets.parameter_form import ParameterForm
from fluxtui.widgets.path_input import PathInput
from fluxtui.widgets.plain import PlainStatic
from tests.piloting.waiting import until_screen

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]

VALUES = {
    "finetune_comment": "Lantern",
    "mode": "style",
    "trigger_word": "lntrn",
    "finetune_type": "lora",
    "iterations": 120,
    "learning_rate": 2e-4,
}
PLACES = pytest.mark.parametrize("place", ["jobs", "models"])


async def trained(app: FluxApp, pilot: Pilot[int], until: Until, pictures: Path) -> None:
    """Wait until a training of some pictures is done."""
    await until(pilot, lambda: isinstance(app.screen, FinetuneScreen) and app.screen.training.order.endpoint)
    services = app.services
    dataset = await services.datasets.inspect(pictures, await services.finetuning.rules("demo"))
    await services.finetuning.start("demo", dataset, VALUES)
    app.refresh_state("jobs")
    await until(pilot, lambda: any(job.state is JobState.DONE for job in app.jobs))
    app.refresh_state("finetunes")
    await until(pilot, lambda: len(app.finetunes) == 1)


async def go(app: FluxApp, pilot: Pilot[int], until: Until, place: PlaceName) -> JobsScreen | ModelsScreen:
    """Go to a place with the training under the cursor."""
    await app.go(place)
    screen = app.screen
    assert isinstance(screen, JobsScreen | ModelsScreen)
    await until(pilot, lambda: "datasets/" in details(screen))
    return screen


async def export_to(app: FluxApp, pilot: Pilot[int], until: Until, target: Path) -> None:
    """Type a path into the dialog that asks for it."""
    await pilot.press("e")
    await until(pilot, lambda: isinstance(app.screen, PathDialog) and isinstance(app.focused, PathInput))
    app.screen.query_one(PathInput).show(str(target))
    await pilot.press("enter")


def details(screen: JobsScreen | ModelsScreen) -> str:
    if isinstance(screen, JobsScreen):
        return str(screen.query_one("#jobs-story", PlainStatic).render())
    facts = screen.query_one(ModelDetails)._facts
    return "\n".join(f"{fact.title} {fact.text}" for fact in facts)


@PLACES
async def test_a_training_is_taken_up_with_everything_and_sent_again(
    make_app: AppFactory,
    simulator: Simulator,
    training_pictures: Path,
    until: Until,
    place: PlaceName,
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=(80, 24)) as pilot:
        await trained(app, pilot, until, training_pictures)
        screen = await go(app, pilot, until, place)
        for words in (str(training_pictures), "7 pictures with 6 captions", " · here"):
            assert words in details(screen)
        await pilot.press("u")
        await until_screen(pilot, FinetuneScreen)
        again = app.screen
        assert isinstance(again, FinetuneScreen)
        await until(pilot, lambda: again.training.order.dataset is not None)
        assert again.training.order.source == str(training_pictures)
        await until(pilot, lambda: VALUES.items() <= again.training.order.values.items())
        form = again.query_one(ParameterForm)
        assert form.values["learning_rate"] == 2e-4
        assert form._focused_name() == "finetune_comment"
        await until(pilot, lambda: "As Lantern was trained" in app.notices[0].text)


@PLACES
async def test_the_pictures_that_were_sent_are_shown_and_exported(
    make_app: AppFactory,
    simulator: Simulator,
    training_pictures: Path,
    tmp_path: Path,
    until: Until,
    place: PlaceName,
) -> None:
    app = make_app(simulator.base_url)
    async with app.run_test(size=(120, 40)) as pilot:
        await trained(app, pilot, until, training_pictures)
        screen = await go(app, pilot, until, place)
        kept = await app.services.training_sets.archive_of(app.jobs[0].dataset)
        assert kept is not None
        await pilot.press("i")
        await until_screen(pilot, WorkbenchScreen)
        bench = app.screen
        assert isinstance(bench, WorkbenchScreen)
        await until(pilot, lambda: len(bench.controller.review.captions()) == 7)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        target = tmp_path / "sent [x].zip"
        await export_to(app, pilot, until, target)
        await until(pilot, lambda: app.notices and "Exported to" in app.notices[0].text)
        assert target.read_bytes() == kept.path.read_bytes()
        await export_to(app, pilot, until, target)
        await until(pilot, lambda: "there already" in app.notices[0].text)
