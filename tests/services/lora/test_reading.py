"""Which model a LoRA belongs to, from files as the trainers write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fluxtui.domain.weights import Base
from fluxtui.services.lora.reading import HeaderReading, read
from fluxtui.services.lora.safetensors import read_header

Layers = dict[str, tuple[int, int]]
Read = Callable[..., HeaderReading]


@pytest.fixture
def reading(make_weights: Callable[..., Path], tmp_path: Path) -> Read:
    def make(tensors: Mapping[str, tuple[int, ...]], *args: Any, **fields: Any) -> HeaderReading:
        return read(read_header(make_weights(tmp_path / "a.safetensors", tensors, *args, **fields)))

    return make


def bfl_flux2(hidden: int, doubles: int, singles: int) -> Layers:
    layers: Layers = {}
    for index in range(doubles):
        for stream in ("img", "txt"):
            layers[f"double_blocks.{index}.{stream}_attn.qkv"] = (hidden, hidden * 3)
            layers[f"double_blocks.{index}.{stream}_attn.proj"] = (hidden, hidden)
            layers[f"double_blocks.{index}.{stream}_mlp.0"] = (hidden, hidden * 6)
            layers[f"double_blocks.{index}.{stream}_mlp.2"] = (hidden * 3, hidden)
    for index in range(singles):
        layers[f"single_blocks.{index}.linear1"] = (hidden, hidden * 9)
        layers[f"single_blocks.{index}.linear2"] = (hidden * 4, hidden)
    return layers


def diffusers_flux2(hidden: int, doubles: int, singles: int) -> Layers:
    layers: Layers = {}
    for index in range(doubles):
        block = f"transformer_blocks.{index}"
        for part in ("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "to_add_out"):
            layers[f"{block}.attn.{part}"] = (hidden, hidden)
        layers[f"{block}.ff.linear_in"] = (hidden, hidden * 6)
        layers[f"{block}.ff_context.linear_out"] = (hidden * 3, hidden)
    for index in range(singles):
        layers[f"single_transformer_blocks.{index}.attn.to_qkv_mlp_proj"] = (hidden, hidden * 9)
        layers[f"single_transformer_blocks.{index}.attn.to_out"] = (hidden * 4, hidden)
    return layers


def bfl_flux1() -> Layers:
    layers: Layers = {}
    for index in range(19):
        layers[f"double_blocks.{index}.img_attn.qkv"] = (3072, 9216)
        layers[f"double_blocks.{index}.txt_mlp.0"] = (3072, 12288)
        layers[f"double_blocks.{index}.img_mlp.2"] = (12288, 3072)
        layers[f"double_blocks.{index}.img_mod.lin"] = (3072, 18432)
    for index in range(38):
        layers[f"single_blocks.{index}.linear1"] = (3072, 21504)
        layers[f"single_blocks.{index}.linear2"] = (15360, 3072)
        layers[f"single_blocks.{index}.modulation.lin"] = (3072, 9216)
    return layers


def diffusers_flux1() -> Layers:
    layers: Layers = {}
    for index in range(19):
        block = f"transformer_blocks.{index}"
        for part in ("to_q", "to_k", "to_v", "to_out.0", "add_k_proj"):
            layers[f"{block}.attn.{part}"] = (3072, 3072)
        layers[f"{block}.ff.net.0.proj"] = (3072, 12288)
        layers[f"{block}.ff_context.net.2"] = (12288, 3072)
        layers[f"{block}.norm1.linear"] = (3072, 18432)
    for index in range(38):
        layers[f"single_transformer_blocks.{index}.attn.to_q"] = (3072, 3072)
        layers[f"single_transformer_blocks.{index}.proj_mlp"] = (3072, 12288)
        layers[f"single_transformer_blocks.{index}.proj_out"] = (15360, 3072)
    return layers


def krea2(kind: str) -> Layers:
    layers: Layers = {}
    for index in range(28):
        if kind == "own":
            layers[f"blocks.{index}.attn.wq"] = (6144, 6144)
            layers[f"blocks.{index}.attn.wk"] = (6144, 1536)
            layers[f"blocks.{index}.mlp.down"] = (16384, 6144)
        else:
            layers[f"transformer_blocks.{index}.attn.to_q"] = (6144, 6144)
            layers[f"transformer_blocks.{index}.attn.to_k"] = (6144, 1536)
            layers[f"transformer_blocks.{index}.ff.gate"] = (6144, 16384)
    return layers


def underscored(layers: Layers) -> Layers:
    return {name.replace(".", "_"): size for name, size in layers.items()}


DEV, NINE, FOUR = (6144, 8, 48), (4096, 8, 24), (3072, 5, 20)
FILES: dict[str, tuple[Layers, str, str, Base, str]] = {
    "klein 9B, ai-toolkit": (bfl_flux2(*NINE), "diffusion_model.", "A", Base.KLEIN_9B, "comfy"),
    "klein 9B, fal": (bfl_flux2(*NINE), "base_model.model.", "A", Base.KLEIN_9B, "diffusers"),
    "klein 9B, diffusers": (diffusers_flux2(*NINE), "transformer.", "A", Base.KLEIN_9B, "diffusers"),
    "klein 9B, DiffSynth": (diffusers_flux2(*NINE), "", "named", Base.KLEIN_9B, "diffusers"),
    "klein 9B, musubi": (underscored(bfl_flux2(*NINE)), "lora_unet_", "down", Base.KLEIN_9B, "kohya"),
    "klein 9B, no prefix": (bfl_flux2(*NINE), "", "A", Base.KLEIN_9B, "unknown"),
    "klein 4B, ai-toolkit": (bfl_flux2(*FOUR), "diffusion_model.", "A", Base.KLEIN_4B, "comfy"),
    "klein 4B, fal": (bfl_flux2(*FOUR), "base_model.model.", "A", Base.KLEIN_4B, "diffusers"),
    "klein 4B, diffusers": (diffusers_flux2(*FOUR), "transformer.", "A", Base.KLEIN_4B, "diffusers"),
    "klein 4B, musubi": (underscored(bfl_flux2(*FOUR)), "lora_unet_", "down", Base.KLEIN_4B, "kohya"),
    "FLUX.2 dev, ai-toolkit": (bfl_flux2(*DEV), "diffusion_model.", "A", Base.FLUX2_DEV, "comfy"),
    "FLUX.2 dev, diffusers": (diffusers_flux2(*DEV), "transformer.", "A", Base.FLUX2_DEV, "diffusers"),
    "FLUX.1, ai-toolkit": (diffusers_flux1(), "transformer.", "A", Base.FLUX1, "diffusers"),
    "FLUX.1, old diffusers": (diffusers_flux1(), "transformer.", "old", Base.FLUX1, "diffusers"),
    "FLUX.1, kohya": (underscored(bfl_flux1()), "lora_unet_", "down", Base.FLUX1, "kohya"),
    "FLUX.1, OneTrainer": (
        underscored(diffusers_flux1()),
        "lora_transformer_",
        "down",
        Base.FLUX1,
        "kohya",
    ),
    "FLUX.1, ComfyUI": (bfl_flux1(), "diffusion_model.", "down", Base.FLUX1, "comfy"),
    "Krea 2, ai-toolkit": (krea2("own"), "diffusion_model.", "A", Base.KREA_2, "comfy"),
    "Krea 2, diffusers": (krea2("diffusers"), "transformer.", "A", Base.KREA_2, "diffusers"),
    "Krea 2, musubi": (underscored(krea2("own")), "lora_unet_", "down", Base.KREA_2, "kohya"),
}


@pytest.mark.parametrize("file", sorted(FILES))
def test_what_a_trainer_wrote_is_told_by_its_layers(
    file: str, reading: Read, pairs: Callable[..., Any]
) -> None:
    layers, prefix, ends, base, layout = FILES[file]
    found = reading(pairs(layers, prefix=prefix, ends=ends, rank=16))
    assert (found.base, found.layout, found.rank, found.dtype) == (base, layout, 16, "BF16")


@pytest.mark.parametrize(
    ("layers", "base"),
    [
        ({"single_transformer_blocks.7.proj_out": (15360, 3072)}, Base.FLUX1),
        ({"single_transformer_blocks.19.attn.to_qkv_mlp_proj": (3072, 27648)}, Base.KLEIN_4B),
        ({"double_blocks.0.img_mlp.0": (3072, 12288)}, Base.FLUX1),
        ({"double_blocks.0.img_mlp.0": (3072, 18432)}, Base.KLEIN_4B),
        ({"double_blocks.5.img_attn.qkv": (3072, 9216)}, Base.FLUX1),
        ({"double_blocks.4.img_attn.qkv": (3072, 9216), "vector_in.in_layer": (768, 3072)}, Base.FLUX1),
        ({"double_blocks.4.img_attn.qkv": (3072, 9216), "img_in": (128, 3072)}, Base.KLEIN_4B),
        ({"double_blocks.0.img_attn.qkv": (3072, 9216), "context_embedder": (7680, 3072)}, Base.KLEIN_4B),
        ({"double_blocks.7.img_attn.qkv": (4096, 12288)}, Base.KLEIN_9B),
        ({"transformer_blocks.7.attn.to_q": (6144, 6144), "context_embedder": (15360, 6144)}, Base.FLUX2_DEV),
    ],
    ids=str,
)  # fmt: skip
def test_few_layers_are_enough_where_only_one_model_has_them(
    layers: Layers, base: Base, reading: Read, pairs: Callable[..., Any]
) -> None:
    assert reading(pairs(layers, prefix="transformer.")).base is base


@pytest.mark.parametrize(
    "layers",
    [
        # Both FLUX.1 and klein 4B have these.
        {f"double_blocks.{index}.img_attn.qkv": (3072, 9216) for index in range(5)},
        # Both FLUX.2 dev and Krea 2 have this.
        {"transformer_blocks.0.attn.to_q": (6144, 6144)},
        # None has these: a number too high, another size, another layer, another model.
        {"double_blocks.8.img_attn.qkv": (4096, 12288)},
        {"double_blocks.0.img_attn.qkv": (4096, 12289)},
        {"double_blocks.0.img_attn.qkv": (4096, 12288), "double_blocks.0.img_attn.more": (4096, 4096)},
        {"double_blocks.0.img_attn.qkv": (4096, 12288), "single_blocks.0.attn_out": (4096, 4096)},
        {"double_blocks.0.img_attn.qkv": (3072, 9216), "img_in": (385, 3072)},
        {"transformer_blocks.60.attn.to_q": (3072, 3072)},
        {"blocks.0.self_attn.q": (5120, 5121)},
        {"down_blocks.0.attentions.0.proj_in": (320, 320)},
        {"text_model.encoder.layers.0.mlp.fc1": (768, 3072)},
    ],
    ids=lambda layers: next(iter(layers)),
)
def test_what_is_not_beyond_doubt_is_not_told(
    layers: Layers, reading: Read, pairs: Callable[..., Any]
) -> None:
    assert reading(pairs(layers, prefix="diffusion_model.")).base is None


@pytest.mark.parametrize(
    ("metadata", "base"),
    [
        ({}, Base.FLUX1),
        ({"modelspec.architecture": "flux-1-dev/lora", "ss_base_model_version": "flux1"}, Base.FLUX1_DEV),
        ({"ss_base_model_version": "flux.1"}, Base.FLUX1),
        ({"ss_base_model_version": "flux.1_kontext"}, Base.FLUX1_KONTEXT),
        (
            {"modelspec.architecture": "Flux.1-dev/lora", "ss_base_model_version": "flux_kontext"},
            Base.FLUX1_KONTEXT,
        ),
        (
            {"ss_base_model_version": "flux1", "ss_sd_model_name": "flux1-krea-dev.safetensors"},
            Base.FLUX1_KREA,
        ),
        ({"ss_base_model_version": "sd_1.5"}, Base.FLUX1),
        (
            {"modelspec.architecture": "flux-1-schnell/lora", "ss_base_model_version": "flux1"},
            Base.FLUX1_SCHNELL,
        ),
        ({"modelspec.architecture": "chroma/lora"}, Base.CHROMA),
        ({"base_model": "black-forest-labs/FLUX.1-Fill-dev"}, Base.FLUX1_FILL),
        ({"base_model_name_or_path": "black-forest-labs/FLUX.1-Canny-dev"}, Base.FLUX1_CONTROL),
        ({"ss_base_model_version": "sdxl_base_v1-0"}, None),
        ({"ss_base_model_version": "flux2_klein_4b"}, None),
        ({"ss_base_model_version": "flux1", "base_model": "black-forest-labs/FLUX.2-klein-base-9B"}, None),
    ],
    ids=str,
)
def test_models_with_the_same_layers_are_told_by_their_maker(
    metadata: dict[str, str], base: Base | None, reading: Read, pairs: Callable[..., Any]
) -> None:
    layers = {"single_transformer_blocks.7.proj_out": (15360, 3072)}
    assert reading(pairs(layers, prefix="transformer."), metadata).base is base


@pytest.mark.parametrize(
    ("said", "base"),
    [
        ("flux2_klein_4b", Base.KLEIN_4B),
        ("flux_2_klein_4b", Base.KLEIN_4B),
        ("Flux.2-klein-4b/lora", Base.KLEIN_4B),
        ("black-forest-labs/FLUX.2-klein-base-4B", Base.KLEIN_4B),
        ("FLUX.2 [klein]", Base.KLEIN_4B),
        ("flux2", Base.KLEIN_4B),
        ("flux1", Base.FLUX1),
        ("Flux.2-klein-9b/lora", None),
        ("krea2", None),
    ],
)
def test_doubt_is_ended_by_the_maker(
    said: str, base: Base | None, reading: Read, pairs: Callable[..., Any]
) -> None:
    layers = {f"double_blocks.{index}.img_attn.qkv": (3072, 9216) for index in range(5)}
    tensors = pairs(layers, prefix="diffusion_model.")
    assert reading(tensors, {"ss_base_model_version": said}).base is base


def lokr(layers: Layers, *, halves: bool = False) -> dict[str, tuple[int, ...]]:
    """Return the matrices of a LoKr whose first one is small and square."""
    found: dict[str, tuple[int, ...]] = {}
    for name, (goes_in, comes_out) in layers.items():
        module = f"diffusion_model.{name}"
        found[f"{module}.lokr_w1"] = (8, 8)
        if halves:
            found[f"{module}.lokr_w2_a"] = (comes_out // 8, 4)
            found[f"{module}.lokr_w2_b"] = (4, goes_in // 8)
        else:
            found[f"{module}.lokr_w2"] = (comes_out // 8, goes_in // 8)
        found[f"{module}.alpha"] = ()
    return found


@pytest.mark.parametrize("halves", [False, True])
def test_a_lokr_shows_its_sizes_by_both_of_its_matrices(halves: bool, reading: Read) -> None:
    nine, four = {"double_blocks.0.img_mlp.0": (4096, 24576)}, {"double_blocks.0.img_mlp.0": (3072, 18432)}
    found = reading(lokr(nine, halves=halves))
    assert (found.base, found.rank, found.layout, found.kind) == (Base.KLEIN_9B, None, "comfy", "lokr")
    assert reading(lokr(four, halves=halves)).base is Base.KLEIN_4B


def test_a_lokr_without_one_of_its_matrices_shows_no_size(reading: Read) -> None:
    tensors = {"diffusion_model.double_blocks.7.img_attn.qkv.lokr_w1": (8, 8)}
    bare, told = reading(tensors), reading(tensors, {"ss_base_model_version": "flux2_klein_9b"})
    assert (bare.base, told.base) == (None, Base.KLEIN_9B)


def test_flux_3_is_told_by_its_maker_alone(reading: Read, pairs: Callable[..., Any]) -> None:
    layers = {"content_mode_blocks.image.0.q": (3072, 3072), "single_blocks.0.attn_out": (3072, 3072)}
    tensors = pairs(layers, prefix="diffusion_model.")
    assert reading(tensors).base is None
    said = {"base_model": "black-forest-labs/flux-3-image-klein-base"}
    assert reading(tensors, said).base is Base.FLUX3_KLEIN
    other = pairs({"double_blocks.0.img_mlp.0": (3072, 18432)})
    assert reading(other, said).base is None


def test_a_whole_model_is_no_lora(reading: Read) -> None:
    found = reading({"double_blocks.0.img_attn.qkv.weight": (9216, 3072), "img_in.bias": (3072,)})
    assert (found.base, found.rank, found.layout) == (None, None, "unknown")


def test_the_commonest_rank_counts(reading: Read, pairs: Callable[..., Any]) -> None:
    few = pairs({"single_blocks.0.linear1": (4096, 36864)}, rank=4)
    more = pairs({f"single_blocks.{index}.linear2": (16384, 4096) for index in (1, 2)}, rank=8)
    assert reading({**few, **more}).rank == 8


def test_the_kind_of_most_bytes_counts(reading: Read, pairs: Callable[..., Any]) -> None:
    tensors = pairs({"single_blocks_0_linear1": (4096, 36864)}, prefix="lora_unet_", ends="down", rank=4)
    alphas = {f"lora_unet_single_blocks_{index}_linear1.alpha": () for index in range(9)}
    dtypes = dict.fromkeys(alphas, "F32")
    assert reading({**alphas, **tensors}, dtypes=dtypes).dtype == "BF16"


def test_metadata_is_harmless_and_short(reading: Read) -> None:
    metadata = {
        "ti\x1b[31mtle": "a\x1b]0;b\x07\u202ec\nd",
        "\x1b[2J": "nothing is left of its key",
        "long": "x" * 5_000,
        **{f"key {number}": str(number) for number in range(200)},
    }
    found = reading({"a.lora_A.weight": (4, 4)}, metadata).metadata
    assert found["title"] == "ac d"
    assert len(found["long"]) == 500
    assert len(found) == 60
    assert all(key.isprintable() and value.isprintable() for key, value in found.items())


def test_a_rank_that_no_lora_has_is_not_told(reading: Read) -> None:
    tensors = {"a.lora_A.weight": (2**63 - 1, 0), "a.lora_B.weight": (0, 100_001)}
    assert reading(tensors | {"b": (1,)}).rank is None
