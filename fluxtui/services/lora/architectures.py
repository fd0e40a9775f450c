"""The layers that each family of models has, under the names that trainers give them, with their sizes.

Sources, read 2026-11: the model parameters in black-forest-labs/flux, black-forest-labs/flux2 and
krea-ai/krea-2; those of both FLUX.2 [klein] in ostris/ai-toolkit and kohya-ss/musubi-tuner; the names in
diffusers' `transformer_flux.py`, `transformer_flux2.py`, `transformer_krea2.py`, `lora_conversion_utils.py`.

All names are written with `_` for `.`, as kohya's trainers write them, so that one table serves for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fluxtui.domain.weights import FLUX1_FAMILY, Base
from fluxtui.system.dataclass import dataclass

Size = tuple[int, int]
"""Numbers that go into a layer, and that come out of it."""

ANY = 0
"""In place of a size that is not the same in all blocks."""

OUTSIDE = ""
"""The block of layers that are in none."""


@dataclass(frozen=True)
class Layer:
    """A layer as a file names it: the kind of block it is in, which of them, and what it is there."""

    block: str
    index: int
    part: str


@dataclass(frozen=True)
class Architecture:
    """A family of models by its layers.

    Attributes:
        bases: the models that have just these layers.
        counts: how many blocks there are, by their kind.
        sizes: of each layer, by the kind of block and the name in it.
    """

    bases: frozenset[Base]
    counts: Mapping[str, int]
    sizes: Mapping[tuple[str, str], Size]

    def has(self, layer: Layer, side: int, width: int | None) -> bool:
        """Tell whether there is such a layer, with `width` numbers going in (side 0) or coming out (side 1).

        The width is not looked at if it is None.
        """
        size = self.sizes.get((layer.block, layer.part))
        if size is None or layer.index >= self.counts.get(layer.block, 1):
            return False
        return width is None or size[side] in (width, ANY)


def described(
    base: Base | frozenset[Base], blocks: Mapping[str, tuple[int, Mapping[str, Size]]]
) -> Architecture:
    """Put an architecture together from its kinds of blocks: how many there are, and the layers in one."""
    bases = base if isinstance(base, frozenset) else frozenset({base})
    counts = {block: count for block, (count, _) in blocks.items() if block != OUTSIDE}
    sizes = {block: layers for block, (_, layers) in blocks.items()}
    return Architecture(bases, MappingProxyType(counts), _flat(sizes))


def flux1_like(
    base: Base | frozenset[Base], *, channels: int = 64, more: Mapping[str, Size] = MappingProxyType({})
) -> Architecture:
    """Describe FLUX.1, or a model that differs from it in its `channels` or by `more` outer layers."""
    hidden, mlp, time = 3072, 4 * 3072, 256
    square = (hidden, hidden)
    double = {
        **_streams("attn_qkv", (hidden, 3 * hidden)),
        **_streams("attn_proj", square),
        **_streams("mlp_0", (hidden, mlp)),
        **_streams("mlp_2", (mlp, hidden)),
        **_streams("mod_lin", (hidden, 6 * hidden)),
        # The names of XLabs-AI/x-flux.
        **named(("processor_qkv_1", "processor_qkv_2"), (hidden, 3 * hidden)),
        **named(("processor_proj_1", "processor_proj_2"), square),
    }
    single = {
        "processor_qkv": (hidden, 3 * hidden),
        "processor_proj": (hidden + mlp, hidden),
        "linear1": (hidden, 3 * hidden + mlp),
        "linear2": (hidden + mlp, hidden),
        "modulation_lin": (hidden, 3 * hidden),
    }
    joint = {
        **dict.fromkeys(_JOINT_ATTENTION, square),
        **_contexts("ff{}_net_0_proj", (hidden, mlp)),
        **_contexts("ff{}_net_2", (mlp, hidden)),
        **_contexts("norm1{}_linear", (hidden, 6 * hidden)),
    }
    alone = {
        **dict.fromkeys(("attn_to_q", "attn_to_k", "attn_to_v"), square),
        "proj_mlp": (hidden, mlp),
        "proj_out": (hidden + mlp, hidden),
        "norm_linear": (hidden, 3 * hidden),
    }
    outside = {
        **named(("img_in", "x_embedder"), (channels, hidden)),
        **named(("txt_in", "context_embedder"), (4096, hidden)),
        **_embedder("time_in", "time_text_embed_timestep_embedder", time, hidden),
        **_embedder("guidance_in", "time_text_embed_guidance_embedder", time, hidden),
        **_embedder("vector_in", "time_text_embed_text_embedder", 768, hidden),
        **named(("final_layer_linear", "proj_out"), (hidden, 64)),
        **named(("final_layer_adaLN_modulation_1", "norm_out_linear"), (hidden, 2 * hidden)),
        **more,
    }
    bases = base if isinstance(base, frozenset) else frozenset({base})
    return _architecture(bases, (19, double, joint), (38, single, alone), outside)


def _flux2(base: Base, hidden: int, doubles: int, singles: int, context: int) -> Architecture:
    """Build FLUX.2: its inner layers are three times the hidden size, and each has a gate as large."""
    mlp, time = 3 * hidden, 256
    square = (hidden, hidden)
    double = {
        **_streams("attn_qkv", (hidden, 3 * hidden)),
        **_streams("attn_proj", square),
        **_streams("mlp_0", (hidden, 2 * mlp)),
        **_streams("mlp_2", (mlp, hidden)),
    }
    joint = {
        **dict.fromkeys(_JOINT_ATTENTION, square),
        **_contexts("ff{}_linear_in", (hidden, 2 * mlp)),
        **_contexts("ff{}_linear_out", (mlp, hidden)),
    }
    single = {"linear1": (hidden, 3 * hidden + 2 * mlp), "linear2": (hidden + mlp, hidden)}
    alone = {"attn_to_qkv_mlp_proj": single["linear1"], "attn_to_out": single["linear2"]}
    outside = {
        **named(("img_in", "x_embedder"), (128, hidden)),
        **named(("txt_in", "context_embedder"), (context, hidden)),
        **_embedder("time_in", "time_guidance_embed_timestep_embedder", time, hidden),
        **named(("final_layer_linear", "proj_out"), (hidden, 128)),
        **named(("final_layer_adaLN_modulation_1", "norm_out_linear"), (hidden, 2 * hidden)),
    }
    for name, out in (("double_{}_img", 6), ("double_{}_txt", 6), ("single_{}", 3)):
        plain = name.format("stream_modulation")
        outside |= named((f"{plain}_lin", f"{plain}_linear"), (hidden, out * hidden))
    if base is Base.FLUX2_DEV:
        outside |= _embedder("guidance_in", "time_guidance_embed_guidance_embedder", time, hidden)
    return _architecture(frozenset({base}), (doubles, double, joint), (singles, single, alone), outside)


def _krea2() -> Architecture:
    hidden, keys, mlp = 6144, 12 * 128, 16384
    square, narrow, wide, back = (hidden, hidden), (hidden, keys), (hidden, mlp), (mlp, hidden)
    blocks = {
        **named(("attn_wq", "attn_wo", "attn_gate"), square),
        **named(("attn_wk", "attn_wv"), narrow),
        **named(("mlp_gate", "mlp_up"), wide),
        "mlp_down": back,
    }
    joint = {
        **named(("attn_to_q", "attn_to_out_0", "attn_to_gate"), square),
        **named(("attn_to_k", "attn_to_v"), narrow),
        **named(("ff_gate", "ff_up"), wide),
        "ff_down": back,
    }
    outside = {
        **named(("first", "img_in"), (64, hidden)),
        **named(("last_linear", "final_layer_linear"), (hidden, 64)),
        **named(("tmlp_0", "time_embed_linear_1"), (256, hidden)),
        **named(("tmlp_2", "time_embed_linear_2"), square),
        **named(("tproj_1", "time_mod_proj"), (hidden, 6 * hidden)),
        **named(("txtmlp_1", "txt_in_linear_1"), (2560, hidden)),
        **named(("txtmlp_3", "txt_in_linear_2"), square),
    }
    kinds = {"blocks": blocks, "transformer_blocks": joint, OUTSIDE: outside}
    counts = dict.fromkeys(("blocks", "transformer_blocks"), 28)
    return Architecture(frozenset({Base.KREA_2}), MappingProxyType(counts), _flat(kinds))


_JOINT_ATTENTION = (
    *("attn_to_q", "attn_to_k", "attn_to_v", "attn_to_out_0"),
    *("attn_add_q_proj", "attn_add_k_proj", "attn_add_v_proj", "attn_to_add_out"),
)


def _architecture(
    bases: frozenset[Base],
    doubles: tuple[int, dict[str, Size], dict[str, Size]],
    singles: tuple[int, dict[str, Size], dict[str, Size]],
    outside: dict[str, Size],
) -> Architecture:
    """Put one together from its number of blocks and their layers, named by BFL and by diffusers."""
    kinds = {
        "double_blocks": doubles[1],
        "transformer_blocks": doubles[2],
        "single_blocks": singles[1],
        "single_transformer_blocks": singles[2],
        OUTSIDE: outside,
    }
    counts = {
        **dict.fromkeys(("double_blocks", "transformer_blocks"), doubles[0]),
        **dict.fromkeys(("single_blocks", "single_transformer_blocks"), singles[0]),
    }
    return Architecture(bases, MappingProxyType(counts), _flat(kinds))


def _flat(kinds: Mapping[str, Mapping[str, Size]]) -> Mapping[tuple[str, str], Size]:
    return MappingProxyType(
        {(block, part): size for block, sizes in kinds.items() for part, size in sizes.items()}
    )


def _streams(part: str, size: Size) -> dict[str, Size]:
    return named((f"img_{part}", f"txt_{part}"), size)


def _contexts(pattern: str, size: Size) -> dict[str, Size]:
    return named((pattern.format(""), pattern.format("_context")), size)


def _embedder(ours: str, diffusers: str, width: int, hidden: int) -> dict[str, Size]:
    return {
        **named((f"{ours}_in_layer", f"{diffusers}_linear_1"), (width, hidden)),
        **named((f"{ours}_out_layer", f"{diffusers}_linear_2"), (hidden, hidden)),
    }


def named(names: tuple[str, ...], size: Size) -> dict[str, Size]:
    """Return layers of one size by their names."""
    return dict.fromkeys(names, size)


ARCHITECTURES = (
    flux1_like(FLUX1_FAMILY),
    _flux2(Base.FLUX2_DEV, hidden=6144, doubles=8, singles=48, context=15360),
    _flux2(Base.KLEIN_9B, hidden=4096, doubles=8, singles=24, context=12288),
    _flux2(Base.KLEIN_4B, hidden=3072, doubles=5, singles=20, context=7680),
    _krea2(),
)
"""Models that services generate with; other ones are looked at only where none of these fits."""
