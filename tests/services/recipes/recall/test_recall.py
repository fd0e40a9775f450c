"""Files of ours and of other programs, and what is understood of them."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fluxtui.domain.errors import PictureError
from fluxtui.services.recipes import Recipe, embed
from fluxtui.services.recipes.recall import LoraUse, Recalled, recall

FORGE = (
    "a fox in <lora:snow_v2:0.8> the snow\nNegative prompt: blurry\nSteps: 25, Sampler: Euler, "
    "Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 42, Size: 896x1152, "
    'Model: flux1-dev, Lora hashes: "snow_v2: 1ba60a4cff60, grain: b75b64b701c4", Version: f2.0.1v1.10.1'
)
FORGE_VALUES = {
    "prompt": "a fox in the snow",
    "negative_prompt": "blurry",
    "seed": 42,
    "steps": 25,
    "guidance": 3.5,
    "width": 896,
    "height": 1152,
}
INVOKE = {
    "app_version": "5.4.2",
    "generation_mode": "flux_txt2img",
    "positive_prompt": "a lighthouse",
    "negative_prompt": "",
    "width": 1024,
    "height": 768,
    "seed": 7,
    "guidance": 4.0,
    "cfg_scale": 1.0,
    "steps": 30,
    "model": {"name": "FLUX Dev", "base": "flux", "type": "main"},
    "loras": [{"model": {"name": "film"}, "weight": 0.6}, {"lora": {"model_name": "older"}, "weight": 1}],
}
OLD_INVOKE = {
    "model_weights": "stable-diffusion-1.5",
    "app_id": "invoke-ai/InvokeAI",
    "app_version": "v2.2.4",
    "image": {
        "prompt": [{"prompt": "a lonely robot [blurry, text]", "weight": 1.0}],
        "steps": 50,
        "cfg_scale": 7.5,
        "height": 512,
        "width": 768,
        "seed": 1618033988,
        "sampler": "k_lms",
        "type": "txt2img",
    },
}
OLD_VALUES = {
    "prompt": "a lonely robot",
    "negative_prompt": "blurry, text",
    "seed": 1618033988,
    "steps": 50,
    "guidance": 7.5,
    "width": 768,
    "height": 512,
}

WritePng = Callable[..., Path]


@pytest.fixture
def png(tmp_path: Path) -> WritePng:
    """Return a function that writes a PNG with texts by their keyword."""

    def write(texts: dict[str, str], *, international: bool = False, packed: bool = False) -> Path:
        info = PngInfo()
        for keyword, text in texts.items():
            add = info.add_itxt if international else info.add_text
            add(keyword, text, zip=packed)
        path = tmp_path / "picture.png"
        Image.new("RGB", (8, 8), "orange").save(path, pnginfo=info)
        return path

    return write


def exif_with(text: str, order: str, encoding: str) -> bytes:
    """Return an EXIF block in a byte order, `<` or `>`, with a user comment in UTF-16."""
    comment = b"UNICODE\0" + text.encode(encoding)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    first = struct.pack(order + "IHHHIII", 8, 1, 0x8769, 4, 1, 26, 0)
    second = struct.pack(order + "HHHIII", 1, 0x9286, 7, len(comment), 44, 0)
    return mark + first + second + comment


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_our_own_recipe_comes_back_whole(tmp_path: Path, kind: str) -> None:
    plain, path = tmp_path / "plain", tmp_path / f"ours.{kind}"
    Image.new("RGB", (8, 8)).save(plain, kind)
    recipe = Recipe(
        job_id="1",
        provider="bfl",
        endpoint="flux-pro-finetuned",
        parameters={"prompt": "a fox", "steps": 28, "finetune_id": "3f2a", "prompt_upsampling": False},
        finetune_id="3f2a",
        finetune_name="Paper lanterns",
        seed=42,
        created_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    embed(plain, path, recipe)
    told = recall(path)
    assert dict(told.values) == {**recipe.parameters, "seed": 42}
    assert (told.provider, told.endpoint) == ("bfl", "flux-pro-finetuned")
    assert (told.finetune_id, told.finetune_name, told.notes) == ("3f2a", "Paper lanterns", ())
    assert told.source.startswith("FluxTUI ")


def test_our_text_tells_the_same_where_the_recipe_was_taken_away(png: WritePng) -> None:
    text = (
        "a fox\nSteps: 28, CFG scale: 3.5, Seed: 42, Size: 512x768, Model: flux-pro-finetuned, "
        "Finetune: Luna, Finetune id: 3f2a, Finetune strength: 1.2, Prompt upsampling: False, Provider: bfl, "
        "Version: FluxTUI 0.4"
    )
    told = recall(png({"parameters": text}))
    assert dict(told.values) == {
        "steps": 28,
        "guidance": 3.5,
        "seed": 42,
        "finetune_strength": 1.2,
        "prompt_upsampling": False,
        "prompt": "a fox",
        "width": 512,
        "height": 768,
    }
    assert (told.endpoint, told.finetune_id, told.finetune_name) == ("flux-pro-finetuned", "3f2a", "Luna")


@pytest.mark.parametrize("international", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_text_of_forge_in_png(png: WritePng, international: bool, packed: bool) -> None:
    told = recall(png({"parameters": FORGE}, international=international, packed=packed))
    assert dict(told.values) == FORGE_VALUES
    assert told.loras == (LoraUse("snow_v2", 0.8), LoraUse("grain"))
    assert told.notes == (
        "It was made with LoRAs that are known here by name only: snow_v2 at 0.8, grain. "
        "Choose a finetune yourself.",
        "Not used, since no service takes it: Sampler Euler, Schedule type Simple, Model flux1-dev.",
    )


@pytest.mark.parametrize(
    ("order", "encoding"),
    [("<", "utf-16-le"), (">", "utf-16-be"), ("<", "utf-16-be"), (">", "utf-16-le")],
)
@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_text_of_forge_in_both_byte_orders(tmp_path: Path, kind: str, order: str, encoding: str) -> None:
    path = tmp_path / f"picture.{kind}"
    mark = b"Exif\0\0" if kind == "jpeg" else b""
    Image.new("RGB", (8, 8)).save(path, kind, exif=mark + exif_with(FORGE, order, encoding))
    assert dict(recall(path).values) == FORGE_VALUES


def test_invokeai_of_today(png: WritePng) -> None:
    told = recall(png({"invokeai_metadata": json.dumps(INVOKE)}))
    assert dict(told.values) == {
        "prompt": "a lighthouse",
        "seed": 7,
        "steps": 30,
        "guidance": 4.0,
        "width": 1024,
        "height": 768,
    }
    assert told.source == "InvokeAI 5.4.2"
    assert told.loras == (LoraUse("film", 0.6), LoraUse("older", 1.0))
    assert told.notes[-1] == "Not used, since no service takes it: generation_mode, model."


@pytest.mark.parametrize(
    ("keyword", "text", "source"),
    [
        ("sd-metadata", json.dumps(OLD_INVOKE), "InvokeAI 2.2.4"),
        (
            "Dream",
            '"a lonely robot [blurry, text]" -s 50 -S 1618033988 -W 768 -H 512 -C 7.5 -A k_lms',
            "InvokeAI's command line",
        ),
        (
            "Dream",
            "a lonely robot [blurry, text] -s50 -S1618033988 -W768 -H512 -C7.5 -Ak_lms",
            "InvokeAI's command line",
        ),
    ],
)
def test_older_invokeai(png: WritePng, keyword: str, text: str, source: str) -> None:
    told = recall(png({keyword: text}))
    assert (told.source, dict(told.values)) == (source, OLD_VALUES)
    assert "k_lms" in told.notes[-1] or "sampler" in told.notes[-1]


def test_swarmui(png: WritePng) -> None:
    told = recall(
        png(
            {
                "parameters": json.dumps(
                    {
                        "sui_image_params": {
                            "prompt": "a headshot",
                            "negativeprompt": "",
                            "seed": 5,
                            "steps": 25,
                            "cfgscale": 1.0,
                            "fluxguidancescale": 3.5,
                            "width": 512,
                            "height": 768,
                            "model": "flux1-dev",
                            "loras": ["film"],
                            "loraweights": ["0.5"],
                            "swarm_version": "0.9.1",
                        }
                    }
                )
            }
        )
    )
    assert told.values["guidance"] == 3.5
    assert (told.source, told.prompt, told.loras) == ("SwarmUI 0.9.1", "a headshot", (LoraUse("film", 0.5),))


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({}, "does not say how it was made"),
        ({"Comment": "holiday"}, "does not say how it was made"),
        ({"workflow": '{"nodes": []}'}, "workflow of ComfyUI"),
        ({"invokeai_metadata": "[1, 2"}, "cannot be understood"),
        ({"parameters": '{"sui_image_params": 5}'}, "cannot be understood"),
    ],
)
def test_what_is_not_understood_is_told(png: WritePng, texts: dict[str, str], message: str) -> None:
    with pytest.raises(PictureError, match=message):
        recall(png(texts))


def test_our_recipe_counts_before_other_texts(png: WritePng) -> None:
    ours = Recipe(
        job_id="1", provider="bfl", endpoint="x", parameters={"prompt": "ours"}, created_at=datetime.now(UTC)
    )
    told: Recalled = recall(png({"parameters": FORGE, "fluxtui": ours.to_json()}))
    assert told.prompt == "ours"


def test_damaged_recipe_lets_the_other_text_count(png: WritePng) -> None:
    told: Any = recall(png({"parameters": FORGE, "fluxtui": '{"job_id": '}))
    assert told.values["seed"] == 42
