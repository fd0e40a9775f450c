"""Exactly what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from fluxtui.domain.errors import InvalidInput, PictureError
from fluxtui.providers.base import LoraSource
from fluxtui.providers.fal import generation, training
from tests.providers.fal.conftest import LORA, SMALL, Prepare

ADDRESS = "https://huggingface.co/someone/lora/resolve/main/fox.safetensors"
LORAS: Mapping[str, LoraSource] = {
    LORA: LoraSource(name="Red", url=ADDRESS),
    "files/two": LoraSource(name="Two", url=f"{ADDRESS}?2"),
}


async def test_klein_with_two_loras(prepare: Prepare) -> None:
    values = {**SMALL, "finetune_id": LORA, "finetune_id_3": "files/two", "finetune_strength_3": 0.5}
    prepared = await prepare(generation.Klein9BBaseLora.checked(values), LORAS)
    assert prepared.body == {
        "prompt": "a red SHEET",
        "negative_prompt": "",
        "image_size": {"width": 512, "height": 512},
        "seed": 7,
        "num_inference_steps": 28,
        "guidance_scale": 5.0,
        "acceleration": "regular",
        "output_format": "png",
        "enable_safety_checker": True,
        "num_images": 1,
        "sync_mode": False,
        "loras": [{"path": ADDRESS, "scale": 1.0}, {"path": f"{ADDRESS}?2", "scale": 0.5}],
    }
    assert ADDRESS not in repr(prepared)


async def test_named_size_of_flux_1(prepare: Prepare) -> None:
    request = generation.Flux1Lora.checked({"prompt": "p", "finetune_id": LORA, "finetune_strength": 1.3})
    assert (await prepare(request, LORAS)).body == {
        "prompt": "p",
        "image_size": "landscape_4_3",
        "num_inference_steps": 28,
        "guidance_scale": 3.5,
        "acceleration": "none",
        "output_format": "jpeg",
        "enable_safety_checker": True,
        "num_images": 1,
        "sync_mode": False,
        "loras": [{"path": ADDRESS, "scale": 1.3}],
    }


async def test_edit_sends_addresses_of_pictures_in_order_and_no_size(prepare: Prepare, picture: Path) -> None:
    values = {"prompt": "p", "finetune_id": LORA, "input_image": "https://example.org/a.png"}
    request = generation.Flux2EditLora.checked({**values, "input_image_3": str(picture)})
    body = (await prepare(request, LORAS)).body
    first, second = body["image_urls"]
    assert first == "https://example.org/a.png"
    assert second.endswith(".png")
    assert "picture" not in second
    assert body.keys().isdisjoint({"image_size", "width", "height", "input_image"})


async def test_kontext_takes_one_picture(prepare: Prepare) -> None:
    values = {"prompt": "p", "finetune_id": LORA, "input_image": "https://example.org/a.png"}
    body = (await prepare(generation.KontextLora.checked(values), LORAS)).body
    assert body["image_url"] == "https://example.org/a.png"


async def test_flux_2_training(prepare: Prepare) -> None:
    values = {"name": "Red", "trigger_word": "SHEET", "default_caption": "a SHEET", "steps": 200}
    body = dict((await prepare(training.Klein9BTrainer.checked(values))).body)
    assert body.pop("image_data_url").endswith(".zip")
    assert body == {
        "default_caption": "a SHEET",
        "steps": 200,
        "learning_rate": 5e-5,
        "output_lora_format": "fal",
    }


async def test_trainers_of_flux_1_have_their_own_names(prepare: Prepare) -> None:
    fast = (await prepare(training.FastTrainer.checked({"name": "Red", "trigger_word": "SHEET"}))).body
    turbo = (await prepare(training.TurboTrainer.checked({"name": "Red"}))).body
    assert (fast["trigger_word"], fast["steps"], "trigger_phrase" in fast) == ("SHEET", 1000, False)
    assert (turbo["trigger_phrase"], turbo["training_style"], "name" in turbo) == ("ohwx", "subject", False)
    assert fast["images_data_url"] == turbo["images_data_url"]


async def test_resolution_is_a_number(prepare: Prepare) -> None:
    request = training.Flux3KleinTrainer.checked({"name": "Red", "resolution": "768"})
    assert (await prepare(request)).body["resolution"] == 768


async def test_lora_that_is_nowhere_is_told(prepare: Prepare) -> None:
    request = generation.Klein9BLora.checked({**SMALL, "finetune_id": LORA})
    with pytest.raises(InvalidInput, match="Red is neither here"):
        await prepare(request, {LORA: LoraSource(name="Red")})


async def test_picture_that_is_gone_is_told(prepare: Prepare, tmp_path: Path) -> None:
    values = {"prompt": "p", "finetune_id": LORA, "input_image": str(tmp_path / "gone.png")}
    with pytest.raises(PictureError, match=r"gone\.png"):
        await prepare(generation.KontextLora.checked(values), LORAS)
