"""FLUX 3 [klein] with LoRAs, wherever those were trained.

Source: the input schema of two versions of replicate/flux-3-klein-image-lora at replicate.com, read 2026-12:
it takes the addresses of safetensors files with the names of PEFT or ComfyUI, one or several. Seen nowhere
published: what it costs, in what format its picture comes, and whether it runs by its name; so its newest
version is looked up and run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from fluxtui.domain.endpoint import Control, EndpointInfo, FinetuneBy, FinetuneUse, Group, Parameter
from fluxtui.domain.weights import Base
from fluxtui.providers.replicate.generation import ReplicateGeneration
from fluxtui.providers.replicate.parameters import Prompt, Seed
from fluxtui.providers.replicate.prices import klein_price

_LORA_HELP = (
    "A LoRA for FLUX 3 [klein]. Replicate fetches its file itself, so it must be at an address without a key."
)
_SIDE = Field(ge=64, le=4096, multiple_of=16)


class Flux3KleinLora(ReplicateGeneration):
    """FLUX 3 [klein] by itself, or with LoRAs such as fal's trainer makes."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="replicate/flux-3-klein-image-lora",
        title="FLUX 3 [klein] with LoRA",
        summary="Generates with up to two LoRAs for FLUX 3 [klein], such as fal.ai trains, or with none.",
        group=Group.FINETUNED,
        price=klein_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX3_KLEIN}), most=2),
    )
    wire_names: ClassVar[Mapping[str, str]] = {
        "finetune_id": "lora_url",
        "finetune_strength": "lora_scale",
        "steps": "num_inference_steps",
    }
    constants: ClassVar[Mapping[str, Any]] = {}
    official: ClassVar[bool] = False
    fetched: ClassVar[re.Pattern[str]] = re.compile(r"https?://\S+\.safetensors(\?\S*)?", re.IGNORECASE)
    takes_models: ClassVar[bool] = False

    prompt: Prompt
    finetune_id: Annotated[
        str | None, Parameter("LoRA", _LORA_HELP, control=Control.FINETUNE, empty="none")
    ] = None
    finetune_strength: Annotated[
        float,
        Field(ge=0, le=2),
        Parameter(
            "Finetune strength",
            "How strongly the LoRAs show: 1 is as trained, lower where the picture breaks up.",
            step=0.1,
            needs="finetune_id",
        ),
    ] = 1.0
    second_lora: Annotated[
        str | None,
        Parameter("Second LoRA", _LORA_HELP, control=Control.FINETUNE, advanced=True, empty="none"),
    ] = None
    width: Annotated[int, _SIDE, Parameter("Width", "Width of the picture.", unit="px", step=16)] = 1024
    height: Annotated[int, _SIDE, Parameter("Height", "Height of the picture.", unit="px", step=16)] = 1024
    seed: Seed = None
    distilled: Annotated[
        bool,
        Parameter(
            "Distilled",
            "The quick model in 16 steps; off, the base model in 50, which LoRAs are trained on.",
        ),
    ] = True
    steps: Annotated[
        int,
        Field(ge=0, le=100),
        Parameter(
            "Steps",
            "How many steps the picture is worked out in; 0 for the model's own number.",
            unit="steps",
            advanced=True,
            step=1,
        ),
    ] = 0
    guidance: Annotated[
        float,
        Field(ge=1, le=10),
        Parameter(
            "Guidance",
            "How closely the picture keeps to the prompt; counts for the base model alone.",
            advanced=True,
            step=0.5,
            needs="distilled=False",
        ),
    ] = 3.5
    upsample_prompt: Annotated[
        bool,
        Parameter(
            "Rewrite the prompt",
            "Let the service enrich the prompt first; it may lose the trigger word of a LoRA.",
            advanced=True,
        ),
    ] = False

    @classmethod
    def named_loras(cls, addresses: Mapping[str, str]) -> Mapping[str, str]:
        """Return what the service is told of its LoRAs: one address, or a JSON list of several."""
        if not addresses:
            return {}
        several = list(dict.fromkeys(addresses.values()))
        return {"lora_url": several[0] if len(several) == 1 else json.dumps(several)}
