"""How the finetune place looks in each of its states, at both sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.training.pictures import TrainingPictures
from fluxtui.controllers.training.samples import SamplesQuestion
from fluxtui.domain.dataset import Dataset
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.notices import Balance
from fluxtui.screens.finetune import FinetuneScreen
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.training_form import TrainerChooser
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.services.journal.logs import LogStore
from fluxtui.widgets.dialogs import ChoiceDialog, dialog_of
from fluxtui.widgets.key_line import KeyLine
from fluxtui.widgets.parameter_form import ParameterForm
from tests.fakes.academy import LOG, PROFILE, opened_academy
from tests.piloting.snapshots import BOTH, Size, Snap
from tests.piloting.waiting import until, until_screen
from tests.screens.test_finetune import is_open

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ENDED = (
    "This service no longer trains new finetunes: BFL ended that on 2025-10-31. Nothing was billed. "
    "For a new one, train a LoRA for FLUX.2 [klein] elsewhere and upload it in BFL's dashboard."
)

TRAINERS_LEFT = 3
"""On offer at both services, without the one that is gone."""

Prepare = Callable[[FluxApp, FinetuneScreen, Pilot[int]], Awaitable[None]]
Compare = Callable[..., bool]

pytestmark = pytest.mark.usefixtures("still_state")


@pytest.fixture
def compare(
    snap: Snap, make_app: Callable[..., FluxApp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Compare:
    """Return a function that opens the place, prepares it and compares its picture with the one of before."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(TrainingPictures, "_spelled", as_typed)
    app = make_app()
    app.clock = lambda: NOW

    def compare_at(prepare: Prepare) -> bool:
        async def before(pilot: Pilot[int]) -> None:
            screen = await opened(app, pilot)
            app.balances = {app.profile: Balance(2_000.0, NOW)}
            await prepare(app, screen, pilot)

        return snap(app, before)

    return compare_at


async def opened(app: FluxApp, pilot: Pilot[int]) -> FinetuneScreen:
    """Wait until the place has found a trainer and where its result works, and return it."""
    screen = await until_screen(pilot, FinetuneScreen)
    await until(pilot, lambda: is_open(app))
    await until(pilot, lambda: knows_uses(screen))
    return screen


def knows_uses(screen: FinetuneScreen) -> bool:
    """Tell whether it is known where the result of the trainer works, if there is a trainer."""
    said = screen.training.advice().get("", "")
    return screen.training.order.trainer is None or "Its result works" in said


async def as_typed(pictures: TrainingPictures, source: str) -> str:
    """Leave a path as it is typed: the absolute one is another for each run of the tests."""
    return source


async def look_at(screen: FinetuneScreen, pilot: Pilot[int], source: str) -> None:
    """Choose a folder beside the test and wait until it has been looked through and weighed."""
    panel = screen.query_one(DatasetPanel)
    panel.source_input.value = source
    await pilot.pause()
    panel.action_look()
    await until(pilot, lambda: screen.training.order.fault or _is_weighed(screen.training.order.dataset))


def _is_weighed(dataset: Dataset | None) -> bool:
    return dataset is not None and bool(dataset.archive or dataset.blocking)


def without_keys(screen: FinetuneScreen) -> None:
    """Hide the footer, which may be made anew before or after a dialog lies over it."""
    screen.query_one(KeyLine).display = False


def training(number: int, state: JobState, **changes: Any) -> Job:
    began = NOW - timedelta(minutes=10 * number, seconds=42)
    values = {
        "id": f"job-{number}",
        "kind": JobKind.TRAINING,
        "state": state,
        "profile": "demo",
        "provider": "bfl",
        "endpoint": "finetune",
        "title": f"Lantern {number}",
        "parameters": {},
        "estimate_credits": 400.0,
        "created_at": began,
        "updated_at": began + timedelta(minutes=4),
        "submitted_at": began,
        **changes,
    }
    return Job.model_validate(values)


def test_empty(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        """Nothing has been done yet."""

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_pictures(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        form = screen.query_one(ParameterForm)
        form.set_value("finetune_comment", "Lantern")
        form.set_value("mode", "style")
        form.focus_field("mode")

    assert compare(prepare)


def test_problems(compare: Compare, training_pictures: Path) -> None:
    (training_pictures / "a [red] cat.jpg").write_bytes(b"\xff\xd8 broken")
    (training_pictures / ".DS_Store").write_bytes(b"x")
    for picture in training_pictures.glob("*.png"):
        picture.unlink()

    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        screen.query_one(ParameterForm).check()

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_running(compare: Compare) -> None:
    preparing = ExitStack()

    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        app.jobs = (
            training(1, JobState.RUNNING, progress=0.42),
            training(2, JobState.WAITING),
            training(3, JobState.DONE, finished_at=NOW - timedelta(minutes=26)),
            training(4, JobState.IN_DOUBT),
            training(5, JobState.FAILED, error_title="Failed at the service"),
        )
        preparing.enter_context(screen.training.starting.preparing("Preparing picture 3 of 7 · Esc stops"))

    assert compare(prepare)


def test_discontinued(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        title = "Training is no longer offered here"
        app.jobs = (training(1, JobState.REFUSED, error_title=title, error=ENDED),)

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_question(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        form = screen.query_one(ParameterForm)
        form.set_value("finetune_comment", "Lantern [/x]")
        form.set_value("mode", "style")
        form.post_message(ParameterForm.Changed(form, form.values, "mode"))
        await pilot.pause()
        screen.action_train()
        await until(pilot, lambda: app.screen is not screen)

    assert compare(prepare)


async def wish_for(screen: FinetuneScreen, pilot: Pilot[int], *prompts: str) -> None:
    """Ask for sample pictures, once it is known what they are made with."""
    await until(pilot, lambda: screen.training.samples.chosen.offer is not None)
    screen.training.sampling.choose_prompts(prompts)


def test_samples(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        prompts = ("lntrn over a lake [/x]", "lntrn in a market, seen from above, in the rain")
        await wish_for(screen, pilot, *prompts)
        question = SamplesQuestion(prompts, screen.training.samples.chosen, trigger_word="lntrn")
        await app.push_screen(dialog_of(question))

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_question_with_samples(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        await wish_for(screen, pilot, "one", "two", "three")
        form = screen.query_one(ParameterForm)
        form.set_value("finetune_comment", "Lantern")
        form.set_value("mode", "style")
        form.post_message(ParameterForm.Changed(form, form.values, "mode"))
        await pilot.pause()
        screen.action_train()
        await until(pilot, lambda: app.screen is not screen)

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_samples_and_the_time_left(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        screen.query_one(ParameterForm).set_value("mode", "style")
        await wish_for(screen, pilot, "one", "two", "three")
        began = {"parameters": {"iterations": 300}, "running_at": NOW - timedelta(minutes=9)}
        app.jobs = (
            training(1, JobState.RUNNING, progress=0.42, **began),
            training(2, JobState.RUNNING, **began),
            training(
                4, JobState.DONE, finished_at=NOW - timedelta(minutes=8), parameters={"iterations": 300}
            ),
        )

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_advice(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        earlier = training(1, JobState.DONE, parameters={"iterations": 300}, finished_at=NOW)
        await app.services.journal.jobs.add([earlier])
        await look_at(screen, pilot, "lanterns")
        app.jobs = (earlier,)
        form = screen.query_one(ParameterForm)
        form.focus_field("iterations")
        await pilot.pause()
        await pilot.press("pageup")
        await pilot.pause()

    assert compare(prepare)


@pytest.mark.usefixtures("training_pictures")
def test_presets(compare: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        trainer = screen.training.order.trainer
        assert trainer is not None
        await app.services.presets.save(trainer, "Long [/x]", {"iterations": 700, "finetune_type": "lora"})
        without_keys(screen)
        screen.action_presets()
        await until_screen(pilot, ChoiceDialog)

    assert compare(prepare)


@pytest.fixture
def compare_shared(
    snap: Snap, make_app: Callable[..., FluxApp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Compare]:
    """The same as `compare`, with a second profile at a service that has trainers of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(TrainingPictures, "_spelled", as_typed)

    async def log(_: LogStore, job_id: str) -> str:
        return LOG if job_id == "job-1" else ""

    monkeypatch.setattr(LogStore, "get", log)
    with opened_academy():
        app = make_app(more=PROFILE)
        app.clock = lambda: NOW

        def compare_at(prepare: Prepare, sizes: tuple[Size, ...] = BOTH) -> bool:
            async def before(pilot: Pilot[int]) -> None:
                screen = await opened(app, pilot)
                await until(pilot, lambda: len(screen.query_one(TrainerChooser).choices) == TRAINERS_LEFT)
                await until(pilot, lambda: knows_uses(screen))
                app.balances = {"demo": Balance(2_000.0, NOW)}
                app.silent_profiles = frozenset({"school"})
                await prepare(app, screen, pilot)

            return snap(app, before, sizes=sizes)

        yield compare_at


@pytest.mark.usefixtures("training_pictures")
def test_default_caption(compare_shared: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        await look_at(screen, pilot, "lanterns")
        form = screen.query_one(ParameterForm)
        await until(pilot, lambda: any(item.name == "default_caption" for item in form.fields))
        form.focus_field("default_caption")

    assert compare_shared(prepare)


def test_trainers(compare_shared: Compare) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        without_keys(screen)
        screen.query_one(TrainerChooser).action_open()
        await until_screen(pilot, ChoiceDialog)

    assert compare_shared(prepare)


# The log has as many lines as there was room for when it was read.
@pytest.mark.parametrize("size", BOTH, ids=["80x24", "120x40"])
def test_trainings_of_two_profiles(compare_shared: Compare, size: Size) -> None:
    async def prepare(app: FluxApp, screen: FinetuneScreen, pilot: Pilot[int]) -> None:
        school = {"profile": "school", "provider": "academy", "endpoint": "academy/quick"}
        app.jobs = (
            training(1, JobState.RUNNING, progress=0.41, **school),
            training(2, JobState.WAITING, remote_status="queued, 3 jobs before it", **school),
            training(3, JobState.DRAFT, remote_status="uploading, 45 %", **school),
            training(4, JobState.RUNNING, cancel_asked_at=NOW, **school),
            training(5, JobState.DONE, finished_at=NOW - timedelta(minutes=26)),
        )
        await until(pilot, lambda: screen.query_one("#training-monitor").display)

    assert compare_shared(prepare, (size,))


def test_no_key(snap: Snap, make_app: Callable[..., FluxApp]) -> None:
    app = make_app(key=None)

    async def before(pilot: Pilot[int]) -> None:
        await until_screen(pilot, WelcomeScreen)
        await app.go("finetune")
        screen = app.screen_stack[0]
        assert isinstance(screen, FinetuneScreen)
        await until(pilot, lambda: screen.training.fault is not None)

    assert snap(app, before)
