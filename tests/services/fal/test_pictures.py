"""Pictures at fal: with a list of LoRAs, with none, with a mask, made larger; and jobs of before the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.weights import Base
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import Gateway, JobService
from fluxtui.services.journal import Journal
from fluxtui.services.storage import StorageService
from fluxtui.simulator.core.weights import KLEIN_9B, lora_file
from fluxtui.simulator.running import Simulator
from tests.services.fal.conftest import GENERATOR, PROFILE, SMALL

Running = Callable[[JobService], AbstractAsyncContextManager[None]]
Ended = Callable[..., Awaitable[tuple[Job, ...]]]
Own = Callable[[str], Awaitable[Finetune]]


@pytest.fixture
def own(open_journal: Journal, data_directory: StorageService) -> Own:
    """Keeps a LoRA of the user's own, with a file that fits FLUX.2 [klein] 9B."""

    async def keep(name: str) -> Finetune:
        content = lora_file(KLEIN_9B, name, rank=1)
        path = data_directory.inside(f"loras/{name}.safetensors")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        weights = {
            "path": f"loras/{name}.safetensors",
            "sha256": name * 8,
            "size": len(content),
            "base": Base.KLEIN_9B,
            "tensors": 2,
            "dtype": "BF16",
            "source": "file",
        }
        made = Finetune.model_validate(
            {"profile": OWN_FILES, "id": name, "name": name, "base": Base.KLEIN_9B, "weights": weights}
        )
        (kept,) = await open_journal.finetunes.put_many((made,))
        return kept

    return keep


async def sent(gateway: Gateway, job: Job) -> Any:
    """Return the body that fal was sent for a job, as its own list of past requests has it."""
    api: Any = await gateway.api(PROFILE)
    query = f"endpoint_id={job.endpoint}&expand=payloads&request_id={job.remote_id}"
    answer = await api.get(f"/v1/models/requests/by-endpoint?{query}", base="platform")
    (row,) = answer.data["items"]
    return row["json_input"]


async def test_all_loras_of_the_list_go_out_with_their_weights(
    own: Own,
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    gateway: Gateway,
    simulator: Simulator,
) -> None:
    fox, owl = await own("foxx"), await own("owll")
    rows = [{"finetune": fox.ref, "weight": 0.8}, {"finetune": owl.ref, "weight": 0.5, "on": True}]
    off = {"finetune": "files/nobody", "weight": 2.0, "on": False}
    async with running(jobs):
        batch = await inference.generate(PROFILE, GENERATOR, {**SMALL, "loras": [*rows, off]}, finetune=fox)
        (done,) = await ended(jobs, batch)
    assert (done.state, done.error, done.finetune_ref) == (JobState.DONE, None, fox.ref)
    assert done.parameters["loras"] == [
        {"finetune": row["finetune"], "weight": row["weight"]} for row in rows
    ]
    body = await sent(gateway, done)
    assert [lora["scale"] for lora in body["loras"]] == [0.8, 0.5]
    assert len({lora["path"] for lora in body["loras"]}) == 2
    assert simulator.fal.violations() == []


async def test_a_queued_job_of_before_there_was_a_list_is_sent_as_it_was_meant(
    own: Own,
    jobs: JobService,
    running: Running,
    ended: Ended,
    gateway: Gateway,
) -> None:
    fox, owl = await own("foxx"), await own("owll")
    now = datetime.now(UTC)
    old = {
        "finetune_id": fox.ref,
        "finetune_strength": 0.7,
        "finetune_id_3": owl.ref,
        "finetune_strength_3": 0.4,
    }
    job = Job(
        id="a" * 32,
        state=JobState.DRAFT,
        profile=PROFILE,
        provider="fal",
        endpoint=GENERATOR,
        title="old",
        parameters={**SMALL, **old, "finetune_strength_2": 1.0, "seed": 3},
        estimate_credits=2,
        work=GenerationWork(finetune_id=fox.id, finetune_name=fox.name, finetune_profile=OWN_FILES, seed=3),
        created_at=now,
        updated_at=now,
    )
    async with running(jobs):
        await jobs.submit((job,))
        (done,) = await ended(jobs, (job,))
    assert (done.state, done.error) == (JobState.DONE, None)
    assert [lora["scale"] for lora in (await sent(gateway, done))["loras"]] == [0.7, 0.4]


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("fal-ai/flux-2/klein/9b", SMALL),
        (GENERATOR, SMALL),
        ("fal-ai/flux/schnell", SMALL),
        ("fal-ai/flux-2-pro", SMALL),
        ("blackforestlabs/flux-3/klein/text-to-image/lora", {"prompt": "a hill"}),
    ],
)
async def test_the_model_alone_makes_pictures(
    endpoint: str,
    values: dict[str, Any],
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    gateway: Gateway,
) -> None:
    async with running(jobs):
        (done,) = await ended(jobs, await inference.generate(PROFILE, endpoint, values))
    assert (done.state, done.error, done.finetune_id) == (JobState.DONE, None, None)
    assert (await sent(gateway, done)).get("loras", []) == []


async def test_a_lora_of_another_model_is_refused_before_anything_is_sent(
    own: Own, inference: InferenceService, simulator: Simulator
) -> None:
    fox = await own("foxx")
    with pytest.raises(InvalidInput, match=r"was trained on FLUX.2 \[klein\] 9B") as caught:
        await inference.generate(PROFILE, "fal-ai/flux-lora", SMALL, finetune=fox)
    assert [problem.field for problem in caught.value.problems] == ["loras"]
    assert simulator.fal.ledger() == []


async def test_what_a_mask_covers_is_painted_and_what_is_larger_is_larger(
    inference: InferenceService,
    jobs: JobService,
    running: Running,
    ended: Ended,
    gateway: Gateway,
    data_directory: StorageService,
    tmp_path: Path,
    simulator: Simulator,
) -> None:
    source, mask = tmp_path / "source.png", tmp_path / "mask.png"
    Image.new("RGB", (256, 192), (200, 60, 40)).save(source)
    white = Image.new("L", (256, 192))
    white.paste(255, (64, 64, 128, 128))
    white.save(mask)
    filled = {"prompt": "a hat", "image": str(source), "mask": str(mask), "image_size": "square"}
    async with running(jobs):
        asked = [
            *await inference.generate(PROFILE, "fal-ai/flux-lora/inpainting", filled),
            *await inference.generate(PROFILE, "fal-ai/seedvr/upscale/image", {"image": str(source)}),
        ]
        painted, larger = await ended(jobs, asked)
    assert (painted.error, larger.error) == (None, None)
    body = await sent(gateway, painted)
    assert body["image_url"] != body["mask_url"]
    assert body["strength"] == 0.85
    with Image.open(data_directory.inside(str(larger.picture))) as opened:
        assert (opened.format, opened.size) == ("JPEG", (512, 384))
    assert (await sent(gateway, larger))["upscale_mode"] == "factor"
    assert simulator.fal.violations() == []


async def test_a_mask_that_is_black_all_over_is_not_paid(
    inference: InferenceService, tmp_path: Path, simulator: Simulator
) -> None:
    for name in ("source", "mask"):
        Image.new("RGB", (256, 192)).save(tmp_path / f"{name}.png")
    values = {"image": str(tmp_path / "source.png"), "mask": str(tmp_path / "mask.png")}
    with pytest.raises(InvalidInput, match="black all over"):
        await inference.generate(PROFILE, "fal-ai/flux-lora-fill", values)
    assert simulator.fal.ledger() == []
