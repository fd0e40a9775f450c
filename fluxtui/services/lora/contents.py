"""What is in a whole safetensors file that is no LoRA, by the names of its layers.

Sources of the names, read 2026-11: comfyanonymous/ComfyUI (`model_detection.py`), kohya-ss/sd-scripts and
diffusers' models.
"""

from __future__ import annotations

import re

from fluxtui.domain.errors import WeightsError
from fluxtui.domain.text import safe_text
from fluxtui.services.lora.layers import change_of, kind_of
from fluxtui.services.lora.other_architectures import BLOCKS
from fluxtui.services.lora.safetensors import Header

_EMBEDDED = frozenset({"clip_l", "clip_g", "t5", "t5xxl", "emb_params", "string_to_param", "*"})
_MOST_EMBEDDED = 4
_BLOCKS = "|".join(sorted(BLOCKS))
# The first that any name in the file shows counts.
_CONTENTS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"^control_model\.|(?:^|\.)controlnet_|input_hint_block|zero_convs\.", "a ControlNet"),
        (r"ip_adapter|^image_proj\.", "an IP-Adapter"),
        (r"^first_stage_model\..*|^cond_stage_model\.", "a whole model with its VAE and text encoder"),
        (r"^model\.diffusion_model\.", "a whole model"),
        (r"^(?:vae\.)?(?:encoder|decoder)\.(?:conv_in|conv_out|conv1|mid|down|up|middle)", "a VAE"),
        (r"vision_model\.|^visual\.", "an image encoder"),
        (
            r"text_model\.(?:encoder|embeddings)|encoder\.block\.\d+\.layer|^shared\.weight"
            r"|^(?:model\.)?(?:language_model\.)?(?:layers\.\d+\.(?:self_attn|mlp)|embed_tokens)",
            "a text encoder",
        ),
        (rf"(?:^|\.)(?:{_BLOCKS}|input_blocks|output_blocks|down_blocks|up_blocks)\.\d+\.", "a whole model"),
        (r"^(?:conv_first|body\.\d|params_ema)|RRDB|^model\.\d+\.", "an upscaler"),
    )
)


def check_is_lora(header: Header, name: str) -> None:
    """See that a file holds the changes of some layers.

    Args:
        header: of the file.
        name: what a message calls the file.

    Raises:
        WeightsError: there is no LoRA in it; what there is instead is told where that can be.
    """
    changes = (change_of(tensor.name) for tensor in header.tensors)
    if kind_of(change for change in changes if change is not None):
        return
    what = content_of(header)
    told = f": it is {what}" if what else ": none of its layers is named like the change of one"
    raise WeightsError(
        f"There is no LoRA in {safe_text(name, limit=120)}{told}.",
        next_step="Choose the file that your training made.",
    )


def content_of(header: Header) -> str:
    """Return what a file is that is no LoRA, such as `a VAE`, or `''` where its names do not tell."""
    names = [tensor.name for tensor in header.tensors]
    if len(names) <= _MOST_EMBEDDED and all(name in _EMBEDDED for name in names):
        return "an embedding (a textual inversion)"
    for pattern, words in _CONTENTS:
        if any(pattern.search(name) for name in names):
            return words
    return ""
