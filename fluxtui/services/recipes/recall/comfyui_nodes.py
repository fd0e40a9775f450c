"""The order in which ComfyUI's editor saves the values of its own nodes, which have no names there.

Source: ComfyUI, `nodes.py` and `comfy_extras` (read 2026-11). A node that is not known here tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SKIPPED = ""
"""A value that the editor keeps for itself, such as what becomes of the seed after a run."""

_SAMPLER = ("steps", "cfg", "sampler_name", "scheduler")
_SIZE = ("width", "height", "batch_size")
_ORDER: Mapping[str, tuple[str, ...]] = {
    "KSampler": ("seed", _SKIPPED, *_SAMPLER, "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", _SKIPPED, *_SAMPLER),
    "SamplerCustom": ("add_noise", "noise_seed", _SKIPPED, "cfg"),
    "RandomNoise": ("noise_seed", _SKIPPED),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "Flux2Scheduler": ("steps", "width", "height"),
    "CFGGuider": ("cfg",),
    "FluxGuidance": ("guidance",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "EmptyLatentImage": _SIZE,
    "EmptySD3LatentImage": _SIZE,
    "EmptyFlux2LatentImage": _SIZE,
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "UNETLoader": ("unet_name",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "StringConcatenate": ("string_a", "string_b", "delimiter"),
    "PrimitiveNode": ("value",),
    "PrimitiveInt": ("value",),
    "PrimitiveFloat": ("value",),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
}


def named_widgets(kind: str, values: object) -> dict[str, Any]:
    """Return the values of a node by their names: those that have names, or as the order of its kind is."""
    if isinstance(values, Mapping):
        return {str(name): value for name, value in values.items()}
    if not isinstance(values, list):
        return {}
    # A value that is a list would look like a link to another node.
    named = zip(_ORDER.get(kind, ()), values, strict=False)
    return {name: value for name, value in named if name and not isinstance(value, list)}
