"""How the generate place looks in each of its states, at both sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.domain.axes import TypedAxis
from fluxtui.domain.batches import BatchSetup
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.notices import Balance
from fluxtui.domain.prices import Prices
from fluxtui.domain.prompts import Templates
from fluxtui.domain.weights import Base
from fluxtui.screens.generate import GenerateScreen
from fluxtui.screens.generate.choosers import EndpointChooser, FinetuneChooser
from fluxtui.screens.generate.preview_dialog import PreviewDialog
from fluxtui.screens.welcome import WelcomeScreen
from fluxtui.widgets.flash import Flash
from tests.piloting.snapshots import BOTH, SMALL, Size, Snap
from tests.piloting.waiting import until, until_screen
from tests.screens.generate.conftest import show_form

ULTRA = "flux-pro-1.1-ultra-finetuned"
PROMPT = "a paper lamp over a quiet harbour at dusk, soft fog, long exposure"
PICTURE = f"pictures/2026-11-23/{'lumi-a-paper-lamp-over-a-quiet-harbour-at-dusk'}-1834772911.png"

pytestmark = pytest.mark.usefixtures("still_state")

Prepare = Callable[[FluxApp, GenerateScreen], Awaitable[None]]


@pytest.fixture
def compare(
    snap: Snap, make_app: Callable[..., FluxApp], make_job: Callable[..., Job]
) -> Callable[..., bool]:
    """Return a function that opens the place, prepares it and compares its picture with the one of before.

    It takes what to prepare, `more` of the configuration, and the sizes of the terminal.
    """
    now = make_job().created_at + timedelta(seconds=30)

    def compare_at(
        prepare: Prepare, more: Mapping[str, object] | None = None, sizes: tuple[Size, ...] = BOTH
    ) -> bool:
        app = make_app(more=more)
        app.clock = lambda: now

        async def before(pilot: Pilot[int]) -> None:
            await opened(app, pilot)
            screen = app.screen
            assert isinstance(screen, GenerateScreen)
            app.balances = {app.profile: Balance(9_789.0, now)}
            await prepare(app, screen)

        return snap(app, before, sizes=sizes)

    return compare_at


async def opened(app: FluxApp, pilot: Pilot[int]) -> None:
    await until(pilot, lambda: app.profile and app.screen.id != "_default")
    await app.go("generate")
    screen = app.screen
    assert isinstance(screen, GenerateScreen)
    await until(pilot, lambda: screen.generation.form.endpoint_id)


def test_empty(compare: Any) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        """Nothing has been done yet."""

    assert compare(prepare)


def test_filled(compare: Any, make_finetune: Callable[..., Finetune]) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        app.finetunes = (make_finetune(name="Lumi the lamp"),)
        form = GenerateForm("demo", ULTRA, "demo/ft-1", PROMPT, {"finetune_strength": 1.3, "seed": 42}, 4)
        await show_form(screen, form)

    assert compare(prepare)


def test_problems(compare: Any) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, GenerateForm("demo", "flux-dev", None, "", {"width": 100}, 1))
        problems = (
            Problem("prompt", "Prompt is needed", whole=True),
            Problem("width", "Width must be 256 to 1440 px, multiples of 32", whole=True),
        )
        screen.generation.submission.refuse(InvalidInput("Nothing was sent.", problems))

    assert compare(prepare)


def queue(make_job: Callable[..., Job]) -> tuple[Job, ...]:
    start = make_job().created_at

    def job(number: int, state: JobState, **changes: Any) -> Job:
        values = {"title": f"LUMI, {PROMPT}", "seed": 1834772910 + number, "finetune_name": "Lumi the lamp"}
        sent = None if state is JobState.DRAFT else start + timedelta(seconds=number)
        at = start + timedelta(seconds=number)
        return make_job(
            f"job-{number}", state, **{"created_at": at, "submitted_at": sent, **values, **changes}
        )

    return (
        job(6, JobState.DRAFT),
        job(5, JobState.SUBMITTING),
        job(4, JobState.WAITING),
        job(3, JobState.RUNNING, progress=0.6),
        job(2, JobState.MODERATED, finished_at=start + timedelta(seconds=9), error_title="Moderated"),
    )


def test_busy(
    compare: Any,
    make_job: Callable[..., Job],
    make_finetune: Callable[..., Finetune],
) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        app.finetunes = (make_finetune(name="Lumi the lamp"),)
        await show_form(screen, GenerateForm("demo", ULTRA, "demo/ft-1", PROMPT, {}, 4))
        app.jobs = queue(make_job)
        screen.generation.submission._set_busy(True)

    assert compare(prepare)


def test_done(compare: Any, make_job: Callable[..., Job], tmp_path: Path) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        path = tmp_path / "data" / PICTURE
        path.parent.mkdir(parents=True)
        draw_lamp(path)
        active = queue(make_job)
        at = active[-1].created_at
        done = make_job(
            "job-1",
            JobState.DONE,
            title=f"LUMI, {PROMPT}",
            seed=1834772911,
            picture=PICTURE,
            submitted_at=at,
            finished_at=at + timedelta(seconds=4),
            finetune_name="Lumi the lamp",
            cost_credits=7.0,
        )
        await show_form(screen, GenerateForm("demo", "flux-dev", None, PROMPT))
        app.jobs = (*active[-2:], done)
        screen.action_focus_queue()

    assert compare(prepare)


def draw_lamp(path: Path) -> None:
    """Paint something whose shape and colours can be recognised in half cells."""
    picture = Image.new("RGB", (320, 180), (24, 28, 60))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 130, 320, 180), fill=(40, 52, 92))
    brush.ellipse((110, 20, 210, 120), fill=(250, 190, 80))
    brush.ellipse((145, 130, 175, 160), fill=(150, 120, 80))
    picture.save(path)


def test_error(compare: Any, make_job: Callable[..., Job]) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        failed = make_job(
            "job-1",
            JobState.REFUSED,
            title=PROMPT,
            error_title="Out of credits",
            error="The account has too few credits for this picture. Nothing was billed.",
        )
        await show_form(screen, GenerateForm("demo", "flux-dev", None, PROMPT))
        app.jobs = (failed,)
        screen.query_one(Flash).show("The picture was refused: too few credits.", "error")

    assert compare(prepare)


def test_no_key(snap: Snap, make_app: Callable[..., FluxApp]) -> None:
    app = make_app(key=None)

    async def before(pilot: Pilot[int]) -> None:
        await until_screen(pilot, WelcomeScreen)
        await app.go("generate")
        screen = app.screen
        assert isinstance(screen, GenerateScreen)
        await until(pilot, lambda: screen.results.fault)

    assert snap(app, before)


MIX = "atelier/mix"


@pytest.fixture
def shown_to_several(
    compare: Callable[..., bool],
    atelier: object,
    shared_profiles: Mapping[str, object],
    make_finetune: Callable[..., Finetune],
) -> Callable[[Prepare], bool]:
    """Compare the place with three profiles, a finetune of one and two LoRAs that are files."""
    files = {"profile": OWN_FILES, "base": Base.FLUX2_DEV, "weights_url": "https://example.org/a.safetensors"}

    def compare_at(prepare: Prepare) -> bool:
        async def before(app: FluxApp, screen: GenerateScreen) -> None:
            while not screen.generation.catalogue.is_complete:
                await asyncio.sleep(0.02)
            app.finetunes = (
                make_finetune(name="Lumi the lamp", base=Base.FLUX1_PRO),
                make_finetune("fox", name="Fox", trigger_word="FOX", **files),
                make_finetune("owl", name="An owl with quite a long name", trigger_word="OWL", **files),
            )
            told = UnitPrice(0.05, "images", "2026-11-23", live=True)
            app.prices = Prices().with_told("atelier", {MIX: told})
            await prepare(app, screen)

        return compare(before, shared_profiles)

    return compare_at


def test_several_profiles(shown_to_several: Any, make_job: Callable[..., Job]) -> None:
    """Two LoRAs, a price that was told, a balance that never is, and jobs of two profiles."""

    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        values = {"finetune_strength": 0.8, "extra_lora": "files/owl", "seed": 42}
        await show_form(screen, GenerateForm("studio", MIX, "files/fox", PROMPT, values, 2))
        waiting = {"profile": "studio", "cancel_asked_at": app.clock(), "cancel_answer": "asked"}
        jobs = queue(make_job)
        app.jobs = (jobs[2].model_copy(update=waiting), *jobs[3:])

    assert shown_to_several(prepare)


def test_a_finetune_that_does_not_fit(shown_to_several: Any) -> None:
    """An endpoint was chosen that the finetune does not go with: why not, and what does."""

    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, GenerateForm("demo", ULTRA, "demo/ft-1", PROMPT))
        mix = screen.generation.catalogue.stock.offer("studio", MIX)
        assert mix is not None
        await screen.generation.choose_offer(mix.ref)
        while screen.order.is_behind:
            await asyncio.sleep(0.01)
        screen.query_one(FinetuneChooser).focus()

    assert shown_to_several(prepare)


@pytest.mark.parametrize("chooser", [EndpointChooser, FinetuneChooser], ids=["endpoints", "finetunes"])
def test_lists(shown_to_several: Any, chooser: type[Any]) -> None:
    """What there is to choose from, by profile, and what goes with what."""

    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, GenerateForm("studio", MIX, "files/fox", PROMPT))
        screen.query_one(chooser).action_open()

    assert shown_to_several(prepare)


GRID = BatchSetup(
    axes=(
        TypedAxis(parameter="steps", values="20, 30"),
        TypedAxis(parameter="guidance", values="2..4 step 1"),
    )
)


def test_grid(compare: Any) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, GenerateForm("demo", "flux-dev", None, PROMPT, {"seed": 42}, setup=GRID))

    assert compare(prepare)


def test_batch_dialog(compare: Any) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, GenerateForm("demo", "flux-dev", None, PROMPT, {"seed": 42}, setup=GRID))
        screen.action_set_up_batch()

    assert compare(prepare, sizes=SMALL)


TEMPLATE = GenerateForm(
    "demo",
    "flux-dev",
    prompt="a {red|grey} fox at {dusk|dawn}",
    templates=Templates.ALL,
    style="A drawing of {prompt} in black ink",
    style_name="Ink drawing",
)


def test_template(compare: Any) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, TEMPLATE)
        while not screen.generation.prompts.prompts[1:]:
            await asyncio.sleep(0.02)

    assert compare(prepare, sizes=SMALL)


def test_preview(compare: Any) -> None:
    async def prepare(app: FluxApp, screen: GenerateScreen) -> None:
        await show_form(screen, TEMPLATE)
        screen.action_preview()
        while not (isinstance(app.screen, PreviewDialog) and app.screen._draft.shown.prompts):
            await asyncio.sleep(0.02)

    assert compare(prepare, sizes=SMALL)
