"""One more provider, added without a change to any service or screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr
from textual.pilot import Pilot

from fluxtui.app.app import FluxApp
from fluxtui.app.container import Container
from fluxtui.controllers.navigation import GenerateAgain, GenerateWith, ShowFinetune
from fluxtui.domain.errors import InvalidInput, NotAuthenticated
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import Job, JobKind, JobState
from fluxtui.domain.money import credits
from fluxtui.domain.weights import Base
from fluxtui.services.bundle import Services
from fluxtui.services.config import ConfigService
from tests.fakes.atelier.endpoints import PASS_USD, AtelierTraining, Graduate, Mixed, Plain
from tests.fakes.atelier.provider import ID
from tests.fakes.atelier.server import PASS, PICTURE_USD, AtelierServer
from tests.providers.conftest import PROFILE

ASKED = {"prompt": "a teapot", "seed": 7}
COURSE = {"label": "Teapots", "trigger_word": "TEAPOT", "passes": 12}


def has_ended(job: Job) -> bool:
    return not job.is_active


async def when(services: Services, job: Job, condition: Callable[[Job], bool] = has_ended) -> Job:
    """Return a job as soon as it is as wanted."""
    async with asyncio.timeout(60):
        while True:
            current = await services.journal.jobs.get(job.id)
            assert current is not None
            if condition(current):
                return current
            await asyncio.sleep(0.02)


async def train(services: Services, photographs: Path) -> Job:
    dataset = await services.datasets.inspect(photographs, await services.finetuning.rules(PROFILE))
    return await services.finetuning.start(PROFILE, dataset, COURSE)


async def trained(services: Services, photographs: Path) -> Finetune:
    job = await when(services, await train(services, photographs))
    assert job.state is JobState.DONE, job.error
    finetune = await services.models.get(PROFILE, job.finetune_id or "")
    assert finetune is not None
    return finetune


async def test_a_profile_is_made_for_it(
    tmp_path: Path, atelier: AtelierServer, new_config: ConfigService
) -> None:
    container = Container(new_config, tmp_path / "fresh")
    services = await container.open()
    try:
        values = {"provider": ID, "base_url": atelier.base_url}
        with pytest.raises(NotAuthenticated):
            await services.profiles.add("studio", values, SecretStr("nobody"))
        assert "studio" not in new_config.config.profiles

        account = await services.profiles.add("studio", values, SecretStr(PASS))
        assert account is not None
        assert (account.balance, account.name) == (1250.0, "a painter")
        state = await services.profiles.state("studio")
        assert (state.title, state.profile.base_url) == ("Atelier", atelier.base_url)
        assert await services.account.balance("studio") == 1250.0
    finally:
        await container.close()


async def test_a_picture_is_generated_at_the_price_that_the_service_told(services: Services) -> None:
    assert Plain.checked(ASKED).estimate().credits != credits(PICTURE_USD)
    await services.prices.refresh(PROFILE)
    (job,) = await services.inference.generate(PROFILE, Plain.info.id, ASKED)
    done = await when(services, job)
    assert done.state is JobState.DONE, done.error
    assert done.estimate_credits == pytest.approx(credits(PICTURE_USD))
    assert done.cost_credits == pytest.approx(credits(PICTURE_USD))
    assert done.picture is not None
    with Image.open(services.storage.inside(done.picture)) as picture:
        picture.load()
        assert picture.size == (256, 256)
    assert await services.journal.logs.get(job.id) == "stretching the canvas"


async def test_a_finetune_is_trained_and_its_weights_are_collected(
    services: Services, atelier: AtelierServer, photographs: Path
) -> None:
    job = await when(services, await train(services, photographs))
    assert job.state is JobState.DONE, job.error
    assert job.estimate_credits == pytest.approx(credits(12 * PASS_USD))
    finetune = await services.models.get(PROFILE, job.finetune_id or "")
    assert finetune is not None
    assert (finetune.name, finetune.trigger_word, finetune.iterations) == ("Teapots", "TEAPOT", 12)
    assert (finetune.base, finetune.endpoint) == (Base.FLUX2_DEV, AtelierTraining.info.id)
    assert finetune.weights is not None
    assert services.storage.inside(finetune.weights.path).stat().st_size == finetune.weights.size
    assert "label" not in atelier.orders["1"].asked


async def test_its_own_rules_and_ranges_count(services: Services, tmp_path: Path, photographs: Path) -> None:
    (photographs / "1.txt").unlink()
    with pytest.raises(InvalidInput, match="Caption for all is needed"):
        await train(services, photographs)
    dataset = await services.datasets.inspect(photographs, await services.finetuning.rules(PROFILE))
    with pytest.raises(InvalidInput, match="1 to 40 passes"):
        await services.finetuning.start(PROFILE, dataset, {**COURSE, "passes": 41})
    assert await services.journal.jobs.recent() == ()


@pytest.mark.parametrize("endpoint", [Mixed, Graduate])
async def test_what_was_trained_is_generated_with(
    services: Services,
    atelier: AtelierServer,
    photographs: Path,
    endpoint: type[Mixed | Graduate],
) -> None:
    finetune = await trained(services, photographs)
    jobs = await services.inference.generate(PROFILE, endpoint.info.id, ASKED, count=2, finetune=finetune)
    for job in jobs:
        done = await when(services, job)
        assert done.state is JobState.DONE, done.error
    named = [order.asked.get("finetune_id") for order in atelier.orders.values()][1:]
    if endpoint is Graduate:
        assert named == [finetune.id] * 2
    else:
        assert finetune.weights is not None
        assert named == [f"{atelier.base_url}/files/{finetune.weights.sha256}"] * 2
        assert len(atelier.files) == 2, "the archive and the LoRA, each handed in under its own hash"


@pytest.mark.parametrize("kind", list(JobKind))
async def test_a_doubt_is_resolved(
    services: Services, atelier: AtelierServer, photographs: Path, kind: JobKind
) -> None:
    atelier.lost_answers = 1
    if kind is JobKind.TRAINING:
        job = await train(services, photographs)
    else:
        (job,) = await services.inference.generate(PROFILE, Plain.info.id, ASKED)
    done = await when(services, job, lambda current: current.state is JobState.DONE)
    story = [event.state for event in await services.journal.jobs.story(job.id)]
    assert JobState.IN_DOUBT in story
    assert (done.remote_id, list(atelier.orders)) == ("1", ["1"]), "it was ordered once only"


async def test_a_job_is_cancelled_at_the_service(services: Services, atelier: AtelierServer) -> None:
    atelier.seconds = 600
    (job,) = await services.inference.generate(PROFILE, Plain.info.id, ASKED)
    await when(services, job, lambda current: current.state is JobState.RUNNING)
    await services.jobs.cancel(job.id)
    gone = await when(services, job)
    assert atelier.orders["1"].stopped
    assert gone.state is JobState.CANCELLED
    assert gone.cost_credits == pytest.approx(1.0)


async def test_a_finetune_is_deleted_at_the_service(
    services: Services, atelier: AtelierServer, photographs: Path
) -> None:
    finetune = await trained(services, photographs)
    assert await services.models.delete(PROFILE, finetune.id) == "The Atelier has forgotten it."
    assert atelier.forgotten == {finetune.id}


def seen(app: FluxApp) -> str:
    """Return all that stands on the screen."""
    return app.export_screenshot().replace("&#160;", " ")


async def until_seen(app: FluxApp, pilot: Pilot[int], words: str) -> None:
    async with asyncio.timeout(60):
        while words not in seen(app):
            await pilot.pause(0.05)


async def test_it_is_found_in_the_generate_place(studio_app: FluxApp, atelier: AtelierServer) -> None:
    async with studio_app.run_test(size=(120, 40)) as pilot:
        await until_seen(studio_app, pilot, "F1")
        await studio_app.go(GenerateAgain(PROFILE, Plain.info.id, ASKED))
        await until_seen(studio_app, pilot, Plain.info.title)
        studio_app.screen.query_one("#endpoint").focus()
        await pilot.press("enter")
        for endpoint in (Mixed, Graduate, Plain):
            await until_seen(studio_app, pilot, endpoint.info.title)


async def test_a_picture_is_ordered_in_the_generate_place(
    studio_app: FluxApp, atelier: AtelierServer
) -> None:
    async with studio_app.run_test(size=(120, 40)) as pilot:
        await until_seen(studio_app, pilot, "F1")
        await studio_app.go(GenerateAgain(PROFILE, Plain.info.id, ASKED))
        await until_seen(studio_app, pilot, "a teapot")
        await pilot.press("ctrl+s")
        async with asyncio.timeout(60):
            while not atelier.orders:
                await pilot.pause(0.05)
        await until_seen(studio_app, pilot, ".jpg")
    assert [order.asked for order in atelier.orders.values()] == [{"what": "plain", **ASKED}]


async def test_it_is_found_in_the_finetune_place(studio_app: FluxApp, atelier: AtelierServer) -> None:
    async with studio_app.run_test(size=(120, 40)) as pilot:
        await until_seen(studio_app, pilot, "F1")
        await studio_app.go("finetune")
        await until_seen(studio_app, pilot, "Passes")


async def test_its_finetune_is_shown_and_generated_with(
    studio_app: FluxApp, atelier: AtelierServer, photographs: Path
) -> None:
    async with studio_app.run_test(size=(120, 40)) as pilot:
        await until_seen(studio_app, pilot, "F1")
        finetune = await trained(studio_app.services, photographs)
        await studio_app.go(ShowFinetune(finetune.ref))
        await until_seen(studio_app, pilot, "Teapots")
        await studio_app.go(GenerateWith(finetune.ref))
        await until_seen(studio_app, pilot, "Teapots")
        shown = seen(studio_app)
        assert Mixed.info.title in shown or Graduate.info.title in shown


async def test_its_job_is_shown_with_the_others(studio_app: FluxApp, atelier: AtelierServer) -> None:
    async with studio_app.run_test(size=(120, 40)) as pilot:
        await until_seen(studio_app, pilot, "F1")
        await studio_app.services.inference.generate(PROFILE, Plain.info.id, ASKED)
        await studio_app.go("jobs")
        await until_seen(studio_app, pilot, "a teapot")
        await until_seen(studio_app, pilot, "done")
