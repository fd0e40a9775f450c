"""The names in a LoRA file taken apart: which layer of the model, which half of its change, in which way.

The forms are those that ostris/ai-toolkit, kohya-ss/sd-scripts and musubi-tuner, OneTrainer, PEFT and
diffusers write, and those of LyCORIS as comfyanonymous/ComfyUI reads them (`comfy/lora.py` and
`comfy/weight_adapter`); all read 2026-11. Those of XLabs-AI/x-flux are not checked against a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fluxtui.domain.weights import Kind, Layout
from fluxtui.services.lora.architectures import OUTSIDE, Layer
from fluxtui.services.lora.other_architectures import BLOCKS
from fluxtui.services.lora.safetensors import Tensor
from fluxtui.system.dataclass import dataclass

_ADAPTER = r"(?:\.[A-Za-z0-9_-]+)?"
_END = re.compile(
    r"[._](?:"
    rf"(?P<down>lora_A{_ADAPTER}\.weight|lora_down\.weight|lora(?:_linear_layer|[12])?\.down\.weight|hada_w[12]_b)"
    rf"|(?P<up>lora_B{_ADAPTER}\.weight|lora_up\.weight|lora(?:_linear_layer|[12])?\.up\.weight|hada_w[12]_a)"
    rf"|(?P<dora>dora_scale|lora_magnitude_vector{_ADAPTER}(?:\.weight)?)"
    r"|(?P<lokr>lokr_w[12](?:_[ab])?|lokr_t2)"
    r"|(?P<glora>[ab][12]\.weight)"
    rf"|(?P<oft>oft_(?:blocks|diag)|oft_[RS]{_ADAPTER}(?:\.weight)?)"
    r"|(?P<diff>diff|w_norm)"
    rf"|(?P<beside>alpha|diff_b|b_norm|hada_t[12]|lora_mid\.weight|lora_[AB]{_ADAPTER}\.bias)"
    r")$"
)
_STREAM = re.compile(r"[._]lora([12])\.")
_PREFIX = re.compile(
    r"(?:base_model\.model\.|model\.|diffusion_model\.|transformer\.|unet\.|dit\.|pipe\.dit\."
    r"|lora_unet_|lora_transformer_|lycoris_)+"
)
_BLOCK = re.compile(rf"({'|'.join(sorted(BLOCKS))})_([0-9]{{1,4}})_(.+)")
_KOHYA = ("lora_unet_", "lora_transformer_", "lora_te", "lycoris_")
_DIFFUSERS = ("base_model.model.", "transformer.", "unet.", "text_encoder")
_DIFFUSERS_BLOCKS = ("transformer_blocks.", "single_transformer_blocks.")


@dataclass(frozen=True)
class LayerChange:
    """One tensor of a LoRA.

    Attributes:
        layer: what it changes.
        module: the same as one name, with `_` for `.`.
        side: what goes in (0), what comes out (1), or None for neither.
        kind: the way of writing that this tensor shows, or `''` for one that several ways have.
        layout: whose names these are.
    """

    layer: Layer
    module: str
    side: int | None
    kind: Kind
    layout: Layout


def change_of(name: str) -> LayerChange | None:
    """Return what a tensor changes by its name, or None if it is not a part of a LoRA."""
    end = _END.search(name)
    if end is None:
        return None
    module = name[: end.start()]
    prefix = _PREFIX.match(module)
    plain = module[prefix.end() if prefix else 0 :].replace(".", "_").rstrip("_")
    if (stream := _STREAM.match(end[0])) is not None:
        plain = f"{plain}_{stream[1]}"
    block = _BLOCK.fullmatch(plain)
    layer = Layer(block[1], int(block[2]), block[3]) if block else Layer(OUTSIDE, 0, plain)
    side = 0 if end["down"] else 1 if end["up"] else None
    return LayerChange(layer, plain, side, _kind(end), _layout(module))


def kind_of(changes: Iterable[LayerChange]) -> Kind:
    """Return how a file writes its changes down, or `''` where what it has makes no change of any layer."""
    sides: dict[Kind, set[int | None]] = {}
    for change in changes:
        sides.setdefault(change.kind, set()).add(change.side)
    is_pair = {kind for kind, found in sides.items() if {0, 1} <= found}
    if "loha" in is_pair:
        return "loha"
    if "lora" in is_pair:
        return "dora" if "dora" in sides else "lora"
    alone: tuple[Kind, ...] = ("lokr", "glora", "oft", "diff")
    return next((kind for kind in alone if kind in sides), "")


def _kind(end: re.Match[str]) -> Kind:
    if end["down"] or end["up"]:
        return "loha" if "hada" in end[0] else "lora"
    ways: tuple[Kind, ...] = ("dora", "lokr", "glora", "oft", "diff")
    return next((way for way in ways if end[way]), "")


def _layout(module: str) -> Layout:
    if module.startswith(_KOHYA):
        return "kohya"
    if module.startswith("diffusion_model."):
        return "comfy"
    if module.startswith((*_DIFFUSERS, *_DIFFUSERS_BLOCKS)):
        return "diffusers"
    return "unknown"


_FACTOR = re.compile(r"lokr_w([12])(?:_([ab]))?$")


def lokr_sizes(changes: Iterable[tuple[Tensor, LayerChange]]) -> dict[Layer, tuple[int, int]]:
    """Return what goes into and comes out of each layer of a LoKr whose two matrices are both there."""
    rows: dict[Layer, dict[str, int]] = {}
    columns: dict[Layer, dict[str, int]] = {}
    for tensor, change in changes:
        factor = _FACTOR.search(tensor.name)
        if factor is None or len(tensor.shape) != 2:
            continue
        if factor[2] != "b":
            rows.setdefault(change.layer, {})[factor[1]] = tensor.shape[0]
        if factor[2] != "a":
            columns.setdefault(change.layer, {})[factor[1]] = tensor.shape[1]
    return {
        layer: (columns[layer]["1"] * columns[layer]["2"], found["1"] * found["2"])
        for layer, found in rows.items()
        if len(found) == len(columns.get(layer, {})) == 2
    }
