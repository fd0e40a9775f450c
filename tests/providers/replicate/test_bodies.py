"""What is sent, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fluxtui.domain.errors import InvalidInput, NotFound, NotPermitted, PictureError, TrainingDiscontinued
from fluxtui.providers.base import LoraSource, Materials
from fluxtui.providers.replicate.flux1 import OfficialFlux11ProUltra
from fluxtui.providers.replicate.flux2 import OfficialKlein4B
from fluxtui.providers.replicate.flux3 import Flux3KleinLora
from fluxtui.providers.replicate.generation import FluxDevLora, TrainedVersion
from fluxtui.providers.replicate.training import FastFluxTrainer, FluxDevLoraTrainer
from fluxtui.simulator.core.settings import Settings
from fluxtui.simulator.running import Simulator, running_simulator
from tests.providers.replicate.conftest import SMALL, TRAINING, Memory

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.providers.base import RemoteStatus
    from fluxtui.providers.replicate.provider import ReplicateProvider
    from tests.providers.replicate.conftest import MakeProvider, Prepare

HASH = "b" * 64
ADDRESS = "https://huggingface.co/someone/lora/resolve/main/fox.safetensors"


async def test_a_training_sends_what_is_set_and_never_the_name(
    prepare: Prepare, api: APIService, simulator: Simulator
) -> None:
    prepared = await prepare(FluxDevLoraTrainer.checked(TRAINING))
    address = prepared.body["input"]["input_images"]
    assert address.startswith(f"{simulator.replicate.urls['api']}/v1/files/")
    model = prepared.body["destination"]
    assert prepared.body == {
        "destination": model,
        "input": {
            "trigger_word": "SHEET",
            "steps": 100,
            "autocaption": True,
            "learning_rate": 4e-4,
            "lora_rank": 16,
            "batch_size": 1,
            "resolution": "512,768,1024",
            "caption_dropout_rate": 0.05,
            "optimizer": "adamw8bit",
            "cache_latents_to_disk": False,
            "gradient_checkpointing": False,
            "input_images": address,
        },
    }
    made = (await api.get(f"/v1/models/{model}")).data
    assert model.startswith("member-1/red-sheets-")
    assert (made["visibility"], made["description"]) == ("private", "Red sheets (trained with FluxTUI)")
    newest = (await api.get("/v1/models/ostris/flux-dev-lora-trainer")).data["latest_version"]["id"]
    assert list(prepared.details.values()) == [
        f"/v1/models/ostris/flux-dev-lora-trainer/versions/{newest}/trainings"
    ]
    assert address not in repr(prepared)


@pytest.mark.parametrize("steps", ["steps", "training_steps"])
async def test_the_fast_trainer_is_told_the_steps_as_its_schema_calls_them(
    steps: str, make_provider: MakeProvider, archive: Path, memory: Memory
) -> None:
    request = FastFluxTrainer.checked({"name": "fox", "steps": 600, "lora_type": "style"})
    with running_simulator(Settings(fast_trainer_steps=steps)) as other:
        provider = make_provider(base_url=other.replicate.urls["api"])
        prepared = await provider.prepare(request, Materials(uploads=memory, archive=archive))
        accepted = await provider.order(prepared, lambda _done, _total: None)
        assert accepted.remote_id
    sent = {name: value for name, value in prepared.body["input"].items() if name != "input_images"}
    assert sent == {"trigger_word": "TOK", "lora_type": "style", steps: 600}


async def test_preparing_again_makes_and_uploads_nothing_again(
    prepare: Prepare, api: APIService, memory: Memory
) -> None:
    request = FluxDevLoraTrainer.checked(TRAINING)
    first, second = await prepare(request), await prepare(request)
    assert first.body == second.body
    assert len((await api.get("/v1/files")).data["results"]) == 1
    (told,) = memory.kept.values()
    expires = (await api.get(first.body["input"]["input_images"])).data["expires_at"]
    assert told[1].isoformat()[:19] == expires[:19]


async def test_an_upload_that_is_nearly_over_is_not_used_again(
    prepare: Prepare, simulator: Simulator, memory: Memory
) -> None:
    request = FluxDevLoraTrainer.checked(TRAINING)
    first = await prepare(request)
    memory.clock.advance(19 * 3600)
    second = await prepare(request)
    assert first.body["input"]["input_images"] != second.body["input"]["input_images"]
    assert first.body["destination"] == second.body["destination"]


async def test_another_name_is_another_model_and_another_upload(prepare: Prepare) -> None:
    first = await prepare(FluxDevLoraTrainer.checked(TRAINING))
    second = await prepare(FluxDevLoraTrainer.checked({**TRAINING, "name": "Blue sheets"}))
    assert first.body["destination"] != second.body["destination"]
    assert first.body["input"]["input_images"] != second.body["input"]["input_images"]


async def test_a_public_model_of_that_name_is_not_trained_into(
    prepare: Prepare, api: APIService, simulator: Simulator
) -> None:
    request = FluxDevLoraTrainer.checked(TRAINING)
    taken = (await prepare(request)).body["destination"]
    simulator.reset()
    owner, name = taken.split("/")
    body = {"owner": owner, "name": name, "visibility": "public", "hardware": "cpu"}
    await api.post("/v1/models", body, paid=False)
    assert (await prepare(request)).body["destination"] == f"{taken}-2"
    simulator.reset()
    for end in ("", "-2", "-3", "-4", "-5"):
        await api.post("/v1/models", {**body, "name": f"{name}{end}"}, paid=False)
    with pytest.raises(NotPermitted, match="Nothing was trained"):
        await prepare(request)


async def test_a_trainer_that_is_gone_is_told(
    prepare: Prepare, provider: ReplicateProvider, archive: Path, memory: Memory
) -> None:
    class Gone(FluxDevLoraTrainer):
        info = FluxDevLoraTrainer.info.__class__(
            id="ostris/no-trainer",
            title="Gone",
            summary="",
            group=FluxDevLoraTrainer.info.group,
            price=FluxDevLoraTrainer.info.price,
        )

    with pytest.raises(TrainingDiscontinued, match="Nothing was billed"):
        await prepare(Gone.checked(TRAINING))
    with pytest.raises(InvalidInput, match="needs an archive"):
        await provider.prepare(FluxDevLoraTrainer.checked(TRAINING), Materials(uploads=memory))


async def test_a_picture_of_a_version_sends_its_whole_recipe(prepare: Prepare) -> None:
    request = TrainedVersion.checked({"prompt": "p", "finetune_id": f"me/fox:{HASH}", "seed": 0})
    prepared = await prepare(request)
    assert list(prepared.details.values()) == ["/v1/predictions"]
    assert prepared.body == {
        "version": HASH,
        "input": {
            "prompt": "p",
            "lora_scale": 1.0,
            "aspect_ratio": "1:1",
            "seed": 0,
            "model": "dev",
            "num_inference_steps": 28,
            "guidance_scale": 3.0,
            "megapixels": "1",
            "go_fast": False,
            "output_format": "webp",
            "output_quality": 80,
            "disable_safety_checker": False,
            "num_outputs": 1,
        },
    }


async def test_width_and_height_go_with_custom_alone(prepare: Prepare) -> None:
    prepared = await prepare(TrainedVersion.checked({**SMALL, "finetune_id": f"me/fox:{HASH}"}))
    sent = prepared.body["input"]
    assert (sent["aspect_ratio"], sent["width"], sent["height"]) == ("custom", 256, 256)


async def test_pictures_are_uploaded_and_addresses_handed_on(
    prepare: Prepare, picture: Path, simulator: Simulator
) -> None:
    values = {"prompt": "p", "finetune_id": f"me/fox:{HASH}", "mask": "https://example.org/mask.png"}
    sent = (await prepare(TrainedVersion.checked({**values, "image": str(picture)}))).body["input"]
    assert sent["image"].startswith(f"{simulator.replicate.urls['api']}/v1/files/")
    assert (sent["mask"], sent["prompt_strength"]) == ("https://example.org/mask.png", 0.8)
    with pytest.raises(PictureError, match=r"'gone\.png' any more"):
        await prepare(TrainedVersion.checked({**values, "image": str(picture.with_name("gone.png"))}))


async def test_the_newest_version_of_a_model_is_looked_up(
    prepare: Prepare, trained: RemoteStatus, api: APIService
) -> None:
    model, _, version = str(trained.finetune_id).partition(":")
    assert (await prepare(TrainedVersion.checked({**SMALL, "finetune_id": model}))).body["version"] == version
    body = {"owner": "member-1", "name": "empty", "visibility": "private", "hardware": "cpu"}
    await api.post("/v1/models", body, paid=False)
    with pytest.raises(NotFound, match="no version yet"):
        await prepare(TrainedVersion.checked({**SMALL, "finetune_id": "member-1/empty"}))


async def test_a_second_lora_of_a_version_is_named_as_replicate_does(prepare: Prepare) -> None:
    values = {"prompt": "p", "finetune_id": f"me/fox:{HASH}", "extra_lora_scale": 0.5}
    sent = (await prepare(TrainedVersion.checked({**values, "extra_lora": f"me/dog:{HASH}"}))).body["input"]
    assert (sent["extra_lora"], sent["extra_lora_scale"]) == (f"me/dog/{HASH}", 0.5)
    sent = (await prepare(TrainedVersion.checked({**values, "extra_lora": ADDRESS}))).body["input"]
    assert sent["extra_lora"] == ADDRESS


async def test_the_official_model_gets_addresses_of_loras(prepare: Prepare) -> None:
    request = FluxDevLora.checked({"prompt": "p", "finetune_id": "fal/one", "extra_lora": f"r/me/fox:{HASH}"})
    sources = {
        "fal/one": LoraSource("One", url=ADDRESS),
        f"r/me/fox:{HASH}": LoraSource("Fox", path=Path("/data/fox.safetensors")),
    }
    prepared = await prepare(request, sources)
    assert prepared.details == {
        "path": "/v1/models/black-forest-labs/flux-dev-lora/predictions",
        "tokens": {"hf_api_token": "huggingface.co"},
    }
    assert prepared.body == {
        "input": {
            "prompt": "p",
            "lora_scale": 1.0,
            "extra_lora_scale": 1.0,
            "aspect_ratio": "1:1",
            "num_inference_steps": 28,
            "guidance": 3.0,
            "megapixels": "1",
            "go_fast": False,
            "output_format": "webp",
            "output_quality": 80,
            "disable_safety_checker": False,
            "num_outputs": 1,
            "lora_weights": ADDRESS,
            "extra_lora": f"me/fox/{HASH}",
        }
    }


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (LoraSource("Mine", path=Path("/data/mine.safetensors")), "Mine is only here"),
        (LoraSource("Odd", url="https://example.org/lora.zip"), "does not fetch"),
    ],
)
async def test_a_lora_that_replicate_cannot_fetch_is_told_before_it_costs(
    source: LoraSource, reason: str, prepare: Prepare, simulator: Simulator
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        await prepare(FluxDevLora.checked({"prompt": "p", "finetune_id": "files/x"}), {"files/x": source})
    assert simulator.replicate.ledger() == []


async def test_the_archive_is_uploaded_whole(
    prepare: Prepare, archive: Path, api: APIService, simulator: Simulator
) -> None:
    prepared = await prepare(FluxDevLoraTrainer.checked(TRAINING))
    address = prepared.body["input"]["input_images"]
    told = (await api.get(address)).data
    assert (told["name"], told["content_type"]) == ("red-sheets-pictures.zip", "application/zip")
    assert told["size"] == archive.stat().st_size
    assert simulator.replicate.violations() == []


async def test_an_official_model_gets_what_its_schema_has_and_no_more(
    prepare: Prepare, picture: Path, simulator: Simulator
) -> None:
    ultra = await prepare(OfficialFlux11ProUltra.checked({"prompt": "p", "image_prompt_strength": 0.4}))
    assert list(ultra.details.values()) == ["/v1/models/black-forest-labs/flux-1.1-pro-ultra/predictions"]
    assert ultra.body == {
        "input": {
            "prompt": "p",
            "aspect_ratio": "1:1",
            "raw": False,
            "safety_tolerance": 2,
            "output_format": "jpg",
        }
    }
    pictures = [str(picture), "https://example.org/other.png"]
    klein = await prepare(OfficialKlein4B.checked({"prompt": "p", "input_images": pictures, "seed": 3}))
    sent = klein.body["input"]
    assert sent["images"][0].startswith(f"{simulator.replicate.urls['api']}/v1/files/")
    assert sent["images"][1:] == ["https://example.org/other.png"]
    assert sent == {
        "prompt": "p",
        "images": sent["images"],
        "aspect_ratio": "1:1",
        "output_megapixels": "1",
        "seed": 3,
        "go_fast": False,
        "output_format": "jpg",
        "output_quality": 95,
        "disable_safety_checker": False,
    }


FAL_FILE = "https://v3b.fal.media/files/b/koala/lora.safetensors"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, {}),
        ({"finetune_id": "fal/one"}, {"lora_url": FAL_FILE, "lora_scale": 1.0}),
        (
            {"loras": [{"finetune": "fal/one", "weight": 0.5}, {"finetune": ADDRESS, "weight": 0.5}]},
            {"lora_url": f'["{FAL_FILE}", "{ADDRESS}"]', "lora_scale": 0.5},
        ),
        (
            {"loras": [{"finetune": "fal/one"}, {"finetune": "fal/one"}, {"finetune": ADDRESS, "on": False}]},
            {"lora_url": FAL_FILE, "lora_scale": 1.0},
        ),
    ],
)
async def test_flux_3_klein_gets_the_addresses_of_its_loras(
    values: dict[str, Any], told: dict[str, Any], prepare: Prepare, api: APIService
) -> None:
    sources = {"fal/one": LoraSource("One", url=FAL_FILE), ADDRESS: LoraSource("Two", url=ADDRESS)}
    prepared = await prepare(Flux3KleinLora.checked({"prompt": "p", **values}), sources)
    model = (await api.get("/v1/models/replicate/flux-3-klein-image-lora")).data
    assert list(prepared.details.values()) == ["/v1/predictions"]
    assert prepared.body == {
        "version": model["latest_version"]["id"],
        "input": {
            "prompt": "p",
            "width": 1024,
            "height": 1024,
            "distilled": True,
            "num_inference_steps": 0,
            "upsample_prompt": False,
            **told,
        },
    }


@pytest.mark.parametrize(
    "url", ["https://huggingface.co/someone/lora", "https://civitai.com/models/1", "https://a.test/lora.zip"]
)
async def test_flux_3_klein_takes_files_alone(url: str, prepare: Prepare, simulator: Simulator) -> None:
    request = Flux3KleinLora.checked({"prompt": "p", "finetune_id": "files/x"})
    with pytest.raises(InvalidInput, match=r"does not fetch: it takes the addresses of \.safetensors files"):
        await prepare(request, {"files/x": LoraSource("Odd", url=url)})
    assert simulator.replicate.ledger() == []


def test_flux_3_klein_has_one_strength_for_all_loras() -> None:
    loras = [{"finetune": "fal/one", "weight": 0.5}, {"finetune": ADDRESS, "weight": 0.6}]
    with pytest.raises(InvalidInput, match="one strength for all LoRAs"):
        Flux3KleinLora.checked({"prompt": "p", "loras": loras})


async def test_what_earlier_versions_called_the_second_lora_is_read(prepare: Prepare) -> None:
    kept = {
        "prompt": "p",
        "finetune_id": "fal/one",
        "finetune_strength": 0.7,
        "extra_lora": "fal/two",
        "extra_lora_scale": 0.4,
    }
    sources = {name: LoraSource(name, url=ADDRESS) for name in ("fal/one", "fal/two")}
    sent = (await prepare(FluxDevLora.checked(kept), sources)).body["input"]
    assert (sent["lora_scale"], sent["extra_lora_scale"]) == (0.7, 0.4)
    assert sent["lora_weights"] == sent["extra_lora"] == ADDRESS


async def test_the_official_model_runs_without_a_lora(prepare: Prepare) -> None:
    sent = (await prepare(FluxDevLora.checked({"prompt": "p"}))).body["input"]
    assert not {"lora_weights", "lora_scale", "extra_lora", "extra_lora_scale"} & set(sent)


@pytest.mark.parametrize(
    "address",
    [
        "http://huggingface.co/me/lora/resolve/main/fox.safetensors",
        "https://huggingface.co.example/me/fox.safetensors",
        "https://huggingface.co@example.com/fox.safetensors",
        "https://example.com/huggingface.co/fox.safetensors",
    ],
)
async def test_no_token_goes_along_for_a_lora_that_lies_elsewhere(prepare: Prepare, address: str) -> None:
    request = FluxDevLora.checked({"prompt": "p", "finetune_id": "fal/one"})
    prepared = await prepare(request, {"fal/one": LoraSource("One", url=address)})
    assert list(prepared.details) == ["path"]
