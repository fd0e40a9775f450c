"""The names in a LoRA file taken apart: which layer of the model, and which half of its change.

The forms are those that ostris/ai-toolkit, kohya-ss/sd-scripts and musubi-tuner, OneTrainer, PEFT and
diffusers write (read 2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fluxtui.domain.weights import Layout
from fluxtui.services.lora.architectures import BLOCKS, OUTSIDE, Layer

_END = re.compile(
    r"[._](?:"
    r"(?P<down>lora_A(?:\.[A-Za-z0-9-]+)?\.weight|lora_down\.weight|lora(?:_linear_layer)?\.down\.weight)"
    r"|(?P<up>lora_B(?:\.[A-Za-z0-9-]+)?\.weight|lora_up\.weight|lora(?:_linear_layer)?\.up\.weight)"
    r"|alpha|dora_scale|diff|diff_b|lora_[AB](?:\.[A-Za-z0-9-]+)?\.bias|lora_magnitude_vector(?:\.weight)?"
    r"|(?:lokr|hada|oft)_\w+"
    r")$"
)
_PREFIX = re.compile(
    r"(?:base_model\.model\.|model\.|diffusion_model\.|transformer\.|unet\.|dit\.|pipe\.dit\."
    r"|lora_unet_|lora_transformer_|lycoris_)+"
)
_BLOCK = re.compile(rf"({'|'.join(sorted(BLOCKS))})_([0-9]{{1,4}})_(.+)")
_KOHYA = ("lora_unet_", "lora_transformer_", "lora_te", "lycoris_")
_DIFFUSERS = ("base_model.model.", "transformer.", "unet.", "text_encoder")
_DIFFUSERS_BLOCKS = ("transformer_blocks.", "single_transformer_blocks.")


@dataclass(frozen=True)
class Change:
    """One tensor of a LoRA: its layer, and its side: what goes in (0), what comes out (1), or neither."""

    layer: Layer
    side: int | None
    layout: Layout


def change_of(name: str) -> Change | None:
    """Return what a tensor changes by its name, or None if it is not a part of a LoRA."""
    end = _END.search(name)
    if end is None:
        return None
    module = name[: end.start()]
    prefix = _PREFIX.match(module)
    plain = module[prefix.end() if prefix else 0 :].replace(".", "_").rstrip("_")
    block = _BLOCK.fullmatch(plain)
    layer = Layer(block[1], int(block[2]), block[3]) if block else Layer(OUTSIDE, 0, plain)
    side = 0 if end["down"] else 1 if end["up"] else None
    return Change(layer, side, _layout(module))


def _layout(module: str) -> Layout:
    if module.startswith(_KOHYA):
        return "kohya"
    if module.startswith("diffusion_model."):
        return "comfy"
    if module.startswith((*_DIFFUSERS, *_DIFFUSERS_BLOCKS)):
        return "diffusers"
    return "unknown"
