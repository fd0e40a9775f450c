"""LoRA files of models and kinds from elsewhere: each is called by its name, and fits only what it can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.weights import FLUX1_FAMILY, Base, may_work
from fluxtui.services.lora.reading import HeaderReading, read
from fluxtui.services.lora.safetensors import read_header

Read = Callable[..., HeaderReading]
Layers = dict[str, tuple[int, int]]
OURS = {Base.FLUX1_DEV, Base.FLUX1_KREA, Base.FLUX1_KONTEXT, Base.FLUX2_DEV, Base.KLEIN_4B, Base.KLEIN_9B}


@pytest.fixture
def reading(make_weights: Callable[..., Path], tmp_path: Path) -> Read:
    def make(tensors: Mapping[str, tuple[int, ...]], *args: Any) -> HeaderReading:
        return read(read_header(make_weights(tmp_path / "a.safetensors", tensors, *args)))

    return make


def blocks(name: str, count: int, **parts: tuple[int, int]) -> Layers:
    return {f"{name}.{index}.{part}": size for index in range(count) for part, size in parts.items()}


def attention(name: str, count: int, width: int, attn: str = "attn") -> Layers:
    return blocks(name, count, **{f"{attn}.to_q": (width, width), f"{attn}.to_out.0": (width, width)})


OTHERS: dict[str, tuple[Layers, str, str, Base]] = {
    "SDXL, kohya": (
        {"input_blocks_4_1_transformer_blocks_0_attn1_to_q": (640, 640)},
        "lora_unet_",
        "down",
        Base.SDXL,
    ),
    "SDXL, diffusers": (
        {"down_blocks.2.attentions.0.transformer_blocks.0.attn2.to_k": (2048, 1280)},
        "unet.",
        "A",
        Base.SDXL,
    ),
    "SDXL, by its depth": (
        {"down_blocks.2.attentions.0.transformer_blocks.9.attn1.to_q": (1280, 1280)},
        "unet.",
        "A",
        Base.SDXL,
    ),
    "SD 1.5, kohya": (
        {"down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_v": (768, 320)},
        "lora_unet_",
        "down",
        Base.SD1,
    ),
    "SD 2, kohya": (
        {"mid_block_attentions_0_transformer_blocks_0_attn2_to_k": (1024, 1280)},
        "lora_unet_",
        "down",
        Base.SD2,
    ),
    "SD 3.5 Medium": (attention("transformer_blocks", 24, 1536), "transformer.", "A", Base.SD3_MEDIUM),
    "SD 3.5 Large": (attention("transformer_blocks", 38, 2432), "transformer.", "A", Base.SD3_LARGE),
    "SD 3, kohya": (
        {
            "joint_blocks_3_x_block_attn_qkv": (1536, 4608),
            "joint_blocks_3_x_block_adaLN_modulation_1": (1536, 9216),
        },
        "lora_unet_",
        "down",
        Base.SD3_MEDIUM,
    ),
    "Qwen-Image": (attention("transformer_blocks", 60, 3072), "transformer.", "A", Base.QWEN_IMAGE),
    "Qwen-Image, one block": (
        {"transformer_blocks.2.img_mlp.net.0.proj": (3072, 12288)},
        "transformer.",
        "A",
        Base.QWEN_IMAGE,
    ),
    "Z-Image": (
        blocks(
            "layers",
            30,
            **{
                "attention.to_q": (3840, 3840),
                "feed_forward.w1": (3840, 10240),
                "attention.qkv": (3840, 11520),
            },
        ),
        "diffusion_model.",
        "A",
        Base.Z_IMAGE,
    ),
    "Lumina 2": ({"layers.25.attention.qkv": (2304, 3840)}, "lora_unet_", "down", Base.LUMINA_2),
    "HunyuanVideo": (
        blocks("double_blocks", 20, img_attn_qkv=(3072, 9216)),
        "diffusion_model.",
        "A",
        Base.HUNYUAN_VIDEO,
    ),
    "HunyuanImage": ({"single_blocks.39.linear1": (3584, 25088)}, "lora_unet_", "A", Base.HUNYUAN_IMAGE),
    "Wan 14B": (
        blocks("blocks", 40, **{"self_attn.q": (5120, 5120), "ffn.0": (5120, 13824)}),
        "diffusion_model.",
        "A",
        Base.WAN,
    ),
    "Wan 1.3B": (blocks("blocks", 30, **{"cross_attn.k": (1536, 1536)}), "lora_unet_", "down", Base.WAN),
    "LTX-Video": (attention("transformer_blocks", 28, 2048, "attn1"), "transformer.", "A", Base.LTX),
    "HiDream": (
        {"single_stream_blocks.31.block.attn1.to_q": (2560, 2560)},
        "transformer.",
        "A",
        Base.HIDREAM,
    ),
    "Chroma, by its own layers": (
        {
            "double_blocks.0.img_attn.qkv": (3072, 9216),
            "distilled_guidance_layer.layers.1.in_layer": (5120, 5120),
        },
        "diffusion_model.",
        "A",
        Base.CHROMA,
    ),
    "FLUX.1 Canny, BFL": (
        {"double_blocks.18.img_attn.qkv": (3072, 9216), "img_in": (128, 3072)},
        "",
        "A",
        Base.FLUX1_CONTROL,
    ),
    "FLUX.1 Fill": (
        {"single_blocks.37.linear1": (3072, 21504), "img_in": (384, 3072)},
        "",
        "A",
        Base.FLUX1_FILL,
    ),
}


@pytest.mark.parametrize("file", sorted(OTHERS))
def test_a_lora_of_another_model_is_called_by_its_name(
    file: str, reading: Read, pairs: Callable[..., Any]
) -> None:
    layers, prefix, ends, base = OTHERS[file]
    plain = {name.replace(".", "_"): size for name, size in layers.items()} if "kohya" in file else layers
    found = reading(pairs(plain, prefix=prefix, ends=ends, rank=8))
    assert (found.base, found.possible, found.kind) == (base, (base,), "lora")
    assert not may_work(found.base, found.possible, OURS)


@pytest.mark.parametrize(
    ("said", "base"),
    [
        ("stable-diffusion-xl-v1-base/lora", Base.SDXL),
        ("sdxl_base_v1-0", Base.SDXL),
        ("stable-diffusion-v1/lora", Base.SD1),
        ("sd_v1", Base.SD1),
        ("stable-diffusion-v2-768-v/lora", Base.SD2),
        ("stable-diffusion-3-m/lora", Base.SD3_MEDIUM),
        ("stable-diffusion-3.5-large/lora", Base.SD3_LARGE),
        ("flux-1-schnell/lora", Base.FLUX1_SCHNELL),
        ("black-forest-labs/FLUX.1-Depth-dev", Base.FLUX1_CONTROL),
        ("chroma/lora", Base.CHROMA),
        ("qwen_image", Base.QWEN_IMAGE),
        ("Tongyi-MAI/Z-Image-Turbo", Base.Z_IMAGE),
        ("lumina-2/lora", Base.LUMINA_2),
        ("hunyuan-image-2.1/lora", Base.HUNYUAN_IMAGE),
        ("HunyuanVideo", Base.HUNYUAN_VIDEO),
        ("wan2.1_14b", Base.WAN),
        ("ltxv", Base.LTX),
        ("black-forest-labs/FLUX.1-Redux-dev", Base.OTHER),
        ("chromatic-dreams", None),
        ("my own thing", None),
    ],
)
def test_a_lora_of_the_text_encoder_alone_is_told_by_its_maker(
    said: str, base: Base | None, reading: Read, pairs: Callable[..., Any]
) -> None:
    tensors = pairs({"lora_te_text_model_encoder_layers_0_mlp_fc1": (768, 3072)}, ends="down")
    assert reading(tensors, {"modelspec.architecture": said}).base is base


def test_flux_1_without_a_word_is_any_of_its_family(reading: Read, pairs: Callable[..., Any]) -> None:
    found = reading(pairs({"single_transformer_blocks.7.proj_mlp": (3072, 12288)}, prefix="transformer."))
    assert found.base is Base.FLUX1
    assert set(found.possible) == FLUX1_FAMILY
    for served in (Base.FLUX1_DEV, Base.FLUX1_KREA, Base.FLUX1_KONTEXT):
        assert may_work(found.base, found.possible, {served})
    assert not may_work(found.base, found.possible, {Base.KLEIN_9B, Base.FLUX2_DEV})


def test_in_doubt_only_what_is_contradicted_is_ruled_out(reading: Read, pairs: Callable[..., Any]) -> None:
    layers = {f"double_blocks.{index}.img_attn.qkv": (3072, 9216) for index in range(5)}
    found = reading(pairs(layers, prefix="diffusion_model."))
    assert found.base is None
    assert set(found.possible) == FLUX1_FAMILY | {Base.KLEIN_4B}
    assert may_work(None, found.possible, {Base.KLEIN_4B})
    assert not may_work(None, found.possible, {Base.KLEIN_9B})


def test_layers_of_no_table_are_of_no_model_that_has_one(reading: Read, pairs: Callable[..., Any]) -> None:
    found = reading(pairs({"single_blocks.0.attn_out": (3072, 3072)}, prefix="diffusion_model."))
    assert found.base is None
    assert not may_work(None, found.possible, OURS)
    assert may_work(None, found.possible, {Base.FLUX3_KLEIN})


def test_a_file_that_says_nothing_may_be_for_anything(reading: Read, pairs: Callable[..., Any]) -> None:
    found = reading(pairs({"something": (64, 64)}))
    assert (found.base, found.possible) == (None, ())
    assert may_work(found.base, found.possible, {Base.KLEIN_9B})


LAYER = "lora_unet_double_blocks_0_img_attn_qkv"


@pytest.mark.parametrize(
    ("tensors", "kind", "rank"),
    [
        ({f"{LAYER}.lora_down.weight": (4, 3072), f"{LAYER}.lora_up.weight": (9216, 4)}, "lora", 4),
        (
            {
                f"{LAYER}.lora_down.weight": (4, 3072),
                f"{LAYER}.lora_up.weight": (9216, 4),
                f"{LAYER}.dora_scale": (9216, 1),
            },
            "dora",
            4,
        ),
        (
            {
                f"{LAYER}.hada_w1_a": (9216, 4),
                f"{LAYER}.hada_w1_b": (4, 3072),
                f"{LAYER}.hada_w2_a": (9216, 4),
                f"{LAYER}.hada_w2_b": (4, 3072),
            },
            "loha",
            4,
        ),
        ({f"{LAYER}.lokr_w1": (4, 4), f"{LAYER}.lokr_w2_a": (2304, 4)}, "lokr", None),
        ({f"{LAYER}.{part}.weight": (4, 4) for part in ("a1", "a2", "b1", "b2")}, "glora", None),
        ({f"{LAYER}.oft_blocks": (4, 64, 64)}, "oft", None),
        ({f"{LAYER}.diff": (9216, 3072)}, "diff", None),
        (
            {
                "double_blocks.0.processor.qkv_lora1.down.weight": (2, 3072),
                "double_blocks.0.processor.qkv_lora1.up.weight": (9216, 2),
            },
            "lora",
            2,
        ),
        ({f"{LAYER}.alpha": (), f"{LAYER}.weight": (9216, 3072)}, "", None),
        ({f"{LAYER}.lora_down.weight": (4, 3072)}, "", 4),
    ],
    ids=["LoRA", "DoRA", "LoHa", "LoKr", "GLoRA", "OFT", "diff", "x-flux", "alpha alone", "one half alone"],
)
def test_the_way_of_writing_is_told(
    tensors: dict[str, tuple[int, ...]], kind: str, rank: int | None, reading: Read
) -> None:
    found = reading(tensors)
    assert (found.kind, found.rank) == (kind, rank)
