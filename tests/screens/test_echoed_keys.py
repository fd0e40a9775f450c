"""Services that repeat the key in every way: it is neither on a screen nor in what is exported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fluxtui.app.app import FluxApp
from fluxtui.domain.gallery import GalleryFilter
from fluxtui.domain.jobs import ACTIVE_STATES, JobState
from fluxtui.domain.spending import SpendingView
from fluxtui.screens.jobs import JobsScreen
from fluxtui.simulator.core.echoes import ECHO_KINDS, ECHO_REFUSALS
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.replicate.keys import VALID_KEY as REPLICATE_KEY
from fluxtui.simulator.running import Simulator
from fluxtui.widgets.plain import PlainStatic
from fluxtui.widgets.table import RowTable
from tests.fakes.written_keys import traces_of

AppFactory = Callable[..., FluxApp]
Until = Callable[..., Awaitable[None]]
TRAINERS = {"fal": "fal-ai/flux-2-klein-9b-base-trainer", "replicate": "ostris/flux-dev-lora-trainer"}
KEYS = (VALID_KEY, FAL_KEY, REPLICATE_KEY)
TRACES = {trace for key in KEYS for trace in traces_of(key)}


def found_in(text: str) -> set[str]:
    small = text.lower()
    return {trace for trace in TRACES if trace in small}


def on_screen(app: FluxApp) -> str:
    return "\n".join("".join(part.text for part in line) for line in app.screen._compositor.render_strips())


@pytest.fixture
def first_place() -> str:
    """The place that these tests are about."""
    return "jobs"


async def ordered(app: FluxApp, pictures: Path) -> None:
    """Order a training at two services, and a picture at the third."""
    services = app.services
    values = {"prompt": "a fox", "width": 256, "height": 256, "seed": 1}
    await services.inference.generate("demo", "flux-pro-1.1", values)
    for profile, trainer in TRAINERS.items():
        dataset = await services.datasets.inspect(pictures, await services.finetuning.rules(profile, trainer))
        given = {"name": "Fox", "trigger_word": "FOXX", "default_caption": "a FOXX", "steps": 200}
        if profile == "replicate":
            del given["default_caption"]
        await services.finetuning.start(profile, dataset, given, endpoint_id=trainer)


@pytest.mark.parametrize("refused", [False, True], ids=["answers", "refusals"])
async def test_no_screen_and_no_export_has_it(
    make_app: AppFactory,
    until: Until,
    simulator: Simulator,
    training_pictures: Path,
    tmp_path: Path,
    refused: bool,
) -> None:
    fal, replicate = simulator.fal.urls, simulator.replicate.urls
    app = make_app(
        simulator.base_url,
        more={
            "profiles.fal.provider": "fal",
            "profiles.fal.base_url": fal["queue"],
            "profiles.fal.rest_url": fal["rest"],
            "profiles.fal.platform_url": fal["platform"],
            "profiles.fal.api_key": FAL_KEY,
            "profiles.replicate.provider": "replicate",
            "profiles.replicate.base_url": replicate["api"],
            "profiles.replicate.api_key": REPLICATE_KEY,
        },
    )
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.profile != "" and app.screen.id != "_default")
        for kind in ECHO_REFUSALS if refused else ECHO_KINDS:
            simulator.faults(kind, rate=0.3, where="submit" if refused else "poll")
        for kind in ECHO_KINDS:
            simulator.faults(kind, rate=0.1)
        await ordered(app, training_pictures)
        await app.go("jobs")
        screen = app.screen
        assert isinstance(screen, JobsScreen)
        jobs = app.services.journal.jobs
        seen: set[str] = set()

        def look() -> bool:
            seen.update(found_in(on_screen(app)))
            return len(app.jobs) >= 3 and not any(job.state in ACTIVE_STATES for job in app.jobs)

        await until(pilot, look, 40)
        states = {job.state for job in await jobs.recent(20)}
        assert (JobState.REFUSED if refused else JobState.DONE) in states
        table, story = screen.query_one(RowTable), screen.query_one("#jobs-story", PlainStatic)
        told = []
        for job in await jobs.recent(20):
            table.select(job.id)
            await until(pilot, lambda title=job.title: title in str(story.render()))
            told.append(str(story.render()))
            look()
        told += [str(exchange) for exchange in app.services.trace.exchanges]
        told += [notice.text for notice in app.notices]
        await pilot.press("f9")
        look()
        numbers = await app.services.gallery.numbers(GalleryFilter())
        for name in ("all.csv", "all.jsonl"):
            await app.services.gallery.export_table(numbers, tmp_path / name)
            told.append((tmp_path / name).read_text())
        spent = await app.services.spending.export(SpendingView.ENDPOINT, 30)
        told.append(spent.read_text())
        assert not seen | found_in("\n".join(told))
    files = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    written = b"\n".join(
        file.read_bytes() for file in files if file.suffix in ("", ".sqlite3", ".sqlite3-wal")
    )
    assert not found_in(written.decode("latin-1"))
    assert b"(key)" in written
