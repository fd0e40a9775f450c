"""The layers of models that LoRA files from elsewhere are for, so that each is called by its name.

Sources, read 2026-11: kohya-ss/sd-scripts (`library/*_models.py`) for SD 3, Lumina 2, HunyuanImage and
Chroma; diffusers' transformers for Qwen-Image, Z-Image, HunyuanVideo, LTX-Video, HiDream and Wan of 14B, and
published configurations of Wan of 1.3B. The names of SD 3 and LTX-Video in diffusers, and the sizes of
SD 3.5 Large, of LTX-Video of 13B and of Wan of 5B, are not checked against a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fluxtui.domain.weights import Base
from fluxtui.services.lora.architectures import (
    ANY,
    ARCHITECTURES,
    OUTSIDE,
    Architecture,
    Size,
    described,
    flux1_like,
    named,
)


def _sd3(base: Base, hidden: int, blocks: int) -> Architecture:
    mlp = 4 * hidden
    square = (hidden, hidden)
    own: dict[str, Size] = {}
    for half in ("x_block", "context_block"):
        own |= {
            **named((f"{half}_attn_qkv", f"{half}_attn2_qkv"), (hidden, 3 * hidden)),
            **named((f"{half}_attn_proj", f"{half}_attn2_proj"), square),
            f"{half}_mlp_fc1": (hidden, mlp),
            f"{half}_mlp_fc2": (mlp, hidden),
            f"{half}_adaLN_modulation_1": (hidden, ANY),
        }
    joint = {
        **_attention("attn", square),
        **_attention("attn2", square),
        **_added(square),
        **named(("ff_net_0_proj", "ff_context_net_0_proj"), (hidden, mlp)),
        **named(("ff_net_2", "ff_context_net_2"), (mlp, hidden)),
    }
    return described(base, {"joint_blocks": (blocks, own), "transformer_blocks": (blocks, joint)})


def _qwen_image() -> Architecture:
    hidden, mlp = 3072, 4 * 3072
    block = {
        **_attention("attn", (hidden, hidden)),
        **_added((hidden, hidden)),
        **named(("img_mlp_net_0_proj", "txt_mlp_net_0_proj"), (hidden, mlp)),
        **named(("img_mlp_net_2", "txt_mlp_net_2"), (mlp, hidden)),
        **named(("img_mod_1", "txt_mod_1"), (hidden, 6 * hidden)),
    }
    return described(Base.QWEN_IMAGE, {"transformer_blocks": (60, block)})


def _lumina(base: Base, hidden: int, blocks: int, mlp: int, keys: int) -> Architecture:
    block = {
        **named(("attention_to_q", "attention_to_out_0", "attention_out", "attn_to_q"), (hidden, hidden)),
        **named(("attn_to_out_0",), (hidden, hidden)),
        **named(("attention_to_k", "attention_to_v", "attn_to_k", "attn_to_v"), (hidden, keys)),
        "attention_qkv": (hidden, hidden + 2 * keys),
        **named(("feed_forward_w1", "feed_forward_w3"), (hidden, mlp)),
        **named(("feed_forward_linear_1", "feed_forward_linear_3"), (hidden, mlp)),
        **named(("feed_forward_w2", "feed_forward_linear_2"), (mlp, hidden)),
        **named(("adaLN_modulation_0", "adaLN_modulation_1"), (ANY, 4 * hidden)),
    }
    refiners = dict.fromkeys(("noise_refiner", "context_refiner"), (2, block))
    return described(base, {"layers": (blocks, block), **refiners})


def _hunyuan(base: Base, hidden: int, doubles: int, singles: int) -> Architecture:
    mlp = 4 * hidden
    square = (hidden, hidden)
    double: dict[str, Size] = {}
    for stream in ("img", "txt"):
        double |= {
            f"{stream}_attn_qkv": (hidden, 3 * hidden),
            f"{stream}_attn_proj": square,
            **named((f"{stream}_mlp_fc1", f"{stream}_mlp_0"), (hidden, mlp)),
            **named((f"{stream}_mlp_fc2", f"{stream}_mlp_2"), (mlp, hidden)),
            **named((f"{stream}_mod_linear", f"{stream}_mod_lin"), (hidden, 6 * hidden)),
            **named(tuple(f"{stream}_attn_{one}" for one in "qkv"), square),
        }
    single = {
        "linear1": (hidden, 3 * hidden + mlp),
        "linear2": (hidden + mlp, hidden),
        **named(("modulation_linear", "modulation_lin"), (hidden, 3 * hidden)),
    }
    joint = {
        **_attention("attn", square),
        **_added(square),
        **named(("ff_net_0_proj", "ff_context_net_0_proj"), (hidden, mlp)),
        **named(("ff_net_2", "ff_context_net_2"), (mlp, hidden)),
        **named(("norm1_linear", "norm1_context_linear"), (hidden, 6 * hidden)),
    }
    alone = {
        **_attention("attn", square),
        "proj_mlp": (hidden, mlp),
        "proj_out": (hidden + mlp, hidden),
        "norm_linear": (hidden, 3 * hidden),
    }
    return described(
        base,
        {
            "double_blocks": (doubles, double),
            "transformer_blocks": (doubles, joint),
            "single_blocks": (singles, single),
            "single_transformer_blocks": (singles, alone),
        },
    )


def _wan(hidden: int, blocks: int, mlp: int) -> Architecture:
    square = (hidden, hidden)
    own = {
        f"{attention}_{part}": square
        for attention in ("self_attn", "cross_attn")
        for part in ("q", "k", "v", "o", "k_img", "v_img")
    }
    block = {
        **own,
        **named(("ffn_0", "ffn_net_0_proj"), (hidden, mlp)),
        **named(("ffn_2", "ffn_net_2"), (mlp, hidden)),
        **_attention("attn1", square),
        **_attention("attn2", square),
        **named(("attn2_add_k_proj", "attn2_add_v_proj"), square),
    }
    return described(Base.WAN, {"blocks": (blocks, block)})


def _ltx(hidden: int, blocks: int) -> Architecture:
    square, mlp = (hidden, hidden), 4 * hidden
    block = {
        **_attention("attn1", square),
        **_attention("attn2", square),
        "ff_net_0_proj": (hidden, mlp),
        "ff_net_2": (mlp, hidden),
    }
    return described(Base.LTX, {"transformer_blocks": (blocks, block)})


def _hidream() -> Architecture:
    square = (2560, 2560)
    attention = {
        **_attention("block_attn1", square),
        **named(("block_attn1_to_out", "block_attn1_to_out_t"), square),
        **named(("block_attn1_to_q_t", "block_attn1_to_k_t", "block_attn1_to_v_t"), square),
    }
    return described(
        Base.HIDREAM, {"double_stream_blocks": (16, attention), "single_stream_blocks": (32, attention)}
    )


def _attention(name: str, square: Size) -> dict[str, Size]:
    return named(tuple(f"{name}_to_{part}" for part in ("q", "k", "v", "out_0")), square)


def _added(square: Size) -> dict[str, Size]:
    parts = ("add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")
    return named(tuple(f"attn_{part}" for part in parts), square)


def _chroma() -> Architecture:
    hidden = 5120
    guidance = {
        **named(("distilled_guidance_layer_in_proj",), (64, hidden)),
        **named(("distilled_guidance_layer_out_proj",), (hidden, 3072)),
    }
    for index in range(5):
        name = f"distilled_guidance_layer_layers_{index}"
        sides = ("in_layer", "out_layer", "linear_1", "linear_2")
        guidance |= named(tuple(f"{name}_{side}" for side in sides), (hidden, hidden))
    return flux1_like(Base.CHROMA, more=guidance)


OTHER_ARCHITECTURES = (
    flux1_like(Base.FLUX1_CONTROL, channels=128),
    flux1_like(Base.FLUX1_FILL, channels=384),
    _chroma(),
    _sd3(Base.SD3_MEDIUM, hidden=1536, blocks=24),
    _sd3(Base.SD3_LARGE, hidden=2432, blocks=38),
    _qwen_image(),
    _lumina(Base.Z_IMAGE, hidden=3840, blocks=30, mlp=10240, keys=3840),
    _lumina(Base.LUMINA_2, hidden=2304, blocks=26, mlp=9216, keys=768),
    _hunyuan(Base.HUNYUAN_VIDEO, hidden=3072, doubles=20, singles=40),
    _hunyuan(Base.HUNYUAN_IMAGE, hidden=3584, doubles=20, singles=40),
    _wan(hidden=5120, blocks=40, mlp=13824),
    _wan(hidden=3072, blocks=30, mlp=14336),
    _wan(hidden=1536, blocks=30, mlp=8960),
    _ltx(hidden=2048, blocks=28),
    _ltx(hidden=4096, blocks=48),
    _hidream(),
)
"""Models that none of our endpoints generates with."""

_ALL = (*ARCHITECTURES, *OTHER_ARCHITECTURES)

BLOCKS = frozenset(block for known in _ALL for block, _ in known.sizes) - {OUTSIDE}
"""Kinds of blocks that any of them has."""

OUTER_PARTS = frozenset(part for known in _ALL for block, part in known.sizes if block == OUTSIDE)
"""Layers outside of blocks that any of them has."""

DESCRIBED = frozenset(base for known in _ALL for base in known.bases) | {
    Base.FLUX1,
    Base.SD1,
    Base.SD2,
    Base.SDXL,
}
"""Models of which the layers are known."""


_PLACE = re.compile(
    r"(?P<own>input_blocks_[0-9]+_|middle_block_|output_blocks_[0-9]+_)"
    r"|(?:down_blocks_[0-9]+_|mid_block_|up_blocks_[0-9]+_)"
)
_DEEPER = re.compile(r"transformer_blocks_[1-9]")
_FROM_TEXT = re.compile(r"attn2_to_[kv]$")
_BY_TEXT_WIDTH = {768: Base.SD1, 1024: Base.SD2, 2048: Base.SDXL}
_UNETS = frozenset(_BY_TEXT_WIDTH.values())


def unet_bases(layers: Iterable[tuple[str, int | None]]) -> frozenset[Base] | None:
    """Return the models with a U-Net that have all of some layers, or None where there is none of a U-Net.

    Args:
        layers: the name of each with `_` for `.`, and the numbers that go into it, or None if unknown. The
            keys and values of `attn2` take what comes from the text encoder, which has a width of its own.
    """
    found: frozenset[Base] | None = None
    for name, width in layers:
        place = _PLACE.match(name)
        if place is None:
            continue
        found = _UNETS if found is None else found
        if place["own"] or _DEEPER.search(name):
            found &= {Base.SDXL}
        if width is not None and _FROM_TEXT.search(name):
            base = _BY_TEXT_WIDTH.get(width)
            found &= {base} if base is not None else frozenset()
    return found
