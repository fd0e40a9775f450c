"""Pictures with what was trained at Replicate, down to the disk."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from PIL import Image

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import Job, JobState
from fluxtui.domain.weights import Base
from fluxtui.providers.base import CancelAnswer
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.fal.keys import VALID_KEY as FAL_KEY
from fluxtui.simulator.replicate.keys import VALID_KEY
from fluxtui.simulator.running import Simulator, running_simulator
from tests.services.replicate.conftest import HUGGINGFACE_TOKEN, OFFICIAL, PROFILE, SMALL, Trained

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]

VERSION, WEIGHTS = "trained-version", "black-forest-labs/flux-dev-lora"
FLUX_3, FAL_TRAINER = "replicate/flux-3-klein-image-lora", "blackforestlabs/flux-3/klein/base/trainer"
ELSEWHERE = "https://huggingface.co/someone/lora/resolve/main/fox.safetensors"


async def test_pictures_with_the_trained_version(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    simulator.faults("cookies")  # None is sent back, or it would be a violation.
    async with running(jobs):
        finetune = await trained()
        batch = await inference.generate(PROFILE, VERSION, {**SMALL, "seed": 5}, count=2, finetune=finetune)
        pictures = await ended(jobs, batch)
    for number, job in enumerate(pictures):
        assert (job.state, job.seed, job.finetune_id) == (JobState.DONE, 5 + number, finetune.id)
        path = data_directory.inside(str(job.picture))
        assert "fox" in path.name or "fox" in str(path.parent)
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", (256, 256))
    costs = {entry["id"]: entry["cost"] for entry in simulator.replicate.ledger()}
    assert [job.cost_credits for job in pictures] == pytest.approx(
        [costs[str(job.remote_id)] for job in pictures], abs=0.001
    )
    assert simulator.replicate.violations() == []


async def test_pictures_with_weights_at_the_official_model(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
    picture_file: Path,
) -> None:
    foreign = Finetune(profile="fal", id="lora-1", name="Foreign", base=Base.FLUX1_DEV, weights_url=ELSEWHERE)
    await open_journal.finetunes.put(foreign)
    async with running(jobs):
        finetune = await trained()
        values = {**OFFICIAL, "extra_lora": foreign.ref, "image": str(picture_file)}
        (done,) = await ended(jobs, await inference.generate(PROFILE, WEIGHTS, values, finetune=finetune))
        (other,) = await ended(jobs, await inference.generate(PROFILE, WEIGHTS, OFFICIAL, finetune=foreign))
    assert [(job.state, job.error) for job in (done, other)] == [(JobState.DONE, None)] * 2
    named = [(row["finetune"], row["weight"]) for row in done.parameters["loras"]]
    assert named == [(finetune.ref, 1.0), (foreign.ref, 1.0)]
    assert done.cost_credits == pytest.approx(3.2)
    assert (other.finetune_id, other.finetune_profile) == ("lora-1", "fal")
    for job in (done, other):
        with Image.open(data_directory.inside(str(job.picture))) as picture:
            picture.load()
    assert [entry["endpoint"] for entry in simulator.replicate.ledger()][1:] == [WEIGHTS, WEIGHTS]
    assert simulator.replicate.violations() == []


async def test_a_token_for_the_lora_is_in_the_order_and_nowhere_else(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
) -> None:
    foreign = Finetune(profile="fal", id="lora-1", name="Foreign", base=Base.FLUX1_DEV, weights_url=ELSEWHERE)
    await open_journal.finetunes.put(foreign)
    async with running(jobs):
        (job,) = await ended(jobs, await inference.generate(PROFILE, WEIGHTS, OFFICIAL, finetune=foreign))
    address = f"{simulator.replicate.urls['api']}/v1/predictions/{job.remote_id}"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {VALID_KEY}"}) as client:
        shown = (await client.get(address)).json()["input"]
    assert shown["hf_api_token"] == "[REDACTED]"
    assert "civitai_api_token" not in shown
    kept = [path for path in data_directory.inside("").rglob("*") if path.is_file()]
    assert len(kept) > 1
    assert [path for path in kept if HUGGINGFACE_TOKEN.encode() in path.read_bytes()] == []


async def test_a_file_that_is_only_here_is_refused_before_anything_is_sent(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        finetune = await trained()
        own = finetune.model_copy(update={"profile": OWN_FILES, "id": "mine", "name": "Mine"})
        await open_journal.finetunes.put(own)
        (job,) = await ended(jobs, await inference.generate(PROFILE, WEIGHTS, OFFICIAL, finetune=own))
    assert job.state is JobState.REFUSED
    assert "Mine is only here" in str(job.error)
    assert len(simulator.replicate.ledger()) == 1


async def test_a_finetune_of_another_profile_is_no_version_here(
    inference: InferenceService, open_journal: Journal
) -> None:
    foreign = Finetune(profile="fal", id="lora-1", name="Foreign", base=Base.FLUX1_DEV)
    await open_journal.finetunes.put(foreign)
    with pytest.raises(InvalidInput, match="belongs to the profile fal"):
        await inference.generate(PROFILE, VERSION, SMALL, finetune=foreign)


async def test_a_lost_picture_is_found_and_never_sent_again(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        finetune = await trained()
        simulator.replicate.faults("drop-after", count=2, where="submit")
        batch = await inference.generate(PROFILE, VERSION, SMALL, count=2, finetune=finetune)
        done = await ended(jobs, batch, lambda job: job.state is JobState.DONE)
    for job in done:
        states = [event.state for event in await open_journal.jobs.story(job.id)]
        assert JobState.IN_DOUBT in states
        assert job.picture is not None
        assert not job.maybe_billed
    assert len({job.remote_id for job in done}) == 2
    assert len(simulator.replicate.ledger()) == 3


async def test_a_picture_that_never_arrived_stays_in_doubt(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        finetune = await trained()
        simulator.replicate.faults("503", count=1, where="submit")
        batch = await inference.generate(PROFILE, VERSION, SMALL, finetune=finetune)
        (doubtful,) = await ended(jobs, batch, lambda job: job.state is JobState.IN_DOUBT)
        assert (await jobs.look_again(doubtful.id)).state is JobState.IN_DOUBT
    assert len(simulator.replicate.ledger()) == 1


async def test_what_the_safety_check_holds_back_is_moderated_and_paid(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    trained: Trained,
    simulator: Simulator,
) -> None:
    async with running(jobs):
        finetune = await trained()
        values = {**SMALL, "prompt": "moderateme"}
        (job,) = await ended(jobs, await inference.generate(PROFILE, VERSION, values, finetune=finetune))
    assert job.state is JobState.MODERATED
    assert job.cost_credits == pytest.approx(simulator.replicate.ledger()[-1]["cost"], abs=0.001)


async def test_pictures_are_cancelled_at_the_service(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    move_to: Callable[[Simulator], None],
) -> None:
    foreign = Finetune(profile="fal", id="lora-1", name="Foreign", weights_url=ELSEWHERE)
    await open_journal.finetunes.put(foreign)
    with running_simulator(Settings(seconds_per_image=30)) as slow:
        move_to(slow)
        async with running(jobs):
            batch = await inference.generate(PROFILE, WEIGHTS, OFFICIAL, finetune=foreign)
            await ended(jobs, batch, lambda job: job.state is JobState.WAITING)
            await jobs.cancel(batch[0].id)
            (job,) = await ended(jobs, batch)
    assert (job.state, job.cancel_answer) == (JobState.CANCELLED, CancelAnswer.GONE.value)
    assert not job.maybe_billed


async def test_little_credit_sends_one_after_the_other(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    simulator: Simulator,
) -> None:
    foreign = Finetune(profile="fal", id="lora-1", name="Foreign", weights_url=ELSEWHERE)
    await open_journal.finetunes.put(foreign)
    async with running(jobs):
        batch = await inference.generate("throttled", WEIGHTS, OFFICIAL, count=2, finetune=foreign)
        await ended(
            jobs,
            batch,
            lambda job: job.state is JobState.DONE or "trying again" in str(job.remote_status),
        )
        current = [await open_journal.jobs.get(job.id) for job in batch]
    states = sorted(job.state.value for job in current if job is not None)
    assert states == ["done", "draft"]
    assert len(simulator.replicate.ledger()) == 1


@pytest.fixture
def picture_file(tmp_path: Path) -> Path:
    """A picture of the user."""
    path = tmp_path / "mine.png"
    Image.new("RGB", (256, 256), "orange").save(path)
    return path


@pytest.fixture
def fal_weights(simulator: Simulator, picture_file: Path) -> str:
    """The address of a LoRA for FLUX 3 [klein] that fal's trainer has made of one picture."""
    zipped, headers = io.BytesIO(), {"authorization": f"Key {FAL_KEY}"}
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(picture_file, "000.png")
        archive.writestr("000.txt", "a FOXX")
    with httpx.Client(headers=headers, timeout=20) as web:
        initiate = f"{simulator.fal.urls['rest']}/storage/upload/initiate?storage_type=fal-cdn-v3"
        place = web.post(initiate, json={"file_name": "set.zip", "content_type": "application/zip"}).json()
        # The address is authorised by itself and refuses a key.
        assert httpx.put(place["upload_url"], content=zipped.getvalue()).is_success
        job = web.post(
            f"{simulator.fal.urls['queue']}/{FAL_TRAINER}",
            json={"images_data_url": place["file_url"], "steps": 100, "trigger_phrase": "FOXX"},
        ).json()
        while web.get(job["status_url"]).json()["status"] != "COMPLETED":
            time.sleep(0.01)
        done = web.get(job["response_url"])
    assert done.is_success, done.text
    return str(done.json()["lora_file"]["url"])


async def test_a_lora_that_fal_trained_for_flux_3_is_used_at_replicate(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    open_journal: Journal,
    data_directory: StorageService,
    simulator: Simulator,
    fal_weights: str,
) -> None:
    finetune = Finetune(
        profile="fal", id="klein-1", name="Fox", base=Base.FLUX3_KLEIN, weights_url=fal_weights
    )
    await open_journal.finetunes.put(finetune)
    small = {"prompt": "a FOXX in snow", "width": 256, "height": 192, "seed": 4}
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate(PROFILE, FLUX_3, small, finetune=finetune))
        (plain,) = await ended(jobs, await inference.generate(PROFILE, FLUX_3, small))
        (wrong,) = await ended(
            jobs, await inference.generate(PROFILE, WEIGHTS, {**OFFICIAL, "finetune_id": fal_weights})
        )
    assert [(job.state, job.error) for job in (done, plain)] == [(JobState.DONE, None)] * 2
    assert (done.finetune_id, done.finetune_profile, plain.finetune_id) == ("klein-1", "fal", None)
    for job in (done, plain):
        with Image.open(data_directory.inside(str(job.picture))) as made:
            assert made.size == (256, 192)
    assert wrong.state is JobState.FAILED
    assert "does not match" in str(wrong.error)
    assert simulator.replicate.violations() == []
