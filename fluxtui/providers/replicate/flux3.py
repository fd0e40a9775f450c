"""FLUX 3 [klein] with LoRAs, wherever those were trained.

Source: the input schema of two versions of replicate/flux-3-klein-image-lora at replicate.com, read 2026-12:
it takes the addresses of safetensors files with the names of PEFT or ComfyUI, one or several. Seen nowhere
published: what it costs, in what format its picture comes, and whether it runs by its name; so its newest
version is looked up and run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    Group,
    Parameter,
    StackedLora,
)
from fluxtui.domain.loras import USUAL_WEIGHT
from fluxtui.domain.weights import Base
from fluxtui.providers.replicate.generation import ReplicateGeneration
from fluxtui.providers.replicate.parameters import Prompt, Seed
from fluxtui.providers.replicate.prices import klein_price

_LORA_HELP = (
    "LoRAs for FLUX 3 [klein], all of one weight. Replicate fetches the files, from addresses without a key."
)


class KleinLora(StackedLora):
    """A LoRA as Replicate takes it for FLUX 3 [klein]."""

    weight: Annotated[float, Field(ge=0, le=2)] = USUAL_WEIGHT


def _of_one_weight(loras: tuple[KleinLora, ...] | None) -> tuple[KleinLora, ...] | None:
    """Return the LoRAs; the service has one strength for all of them."""
    if loras and len({lora.weight for lora in loras}) > 1:
        raise ValueError("must have one weight: this model has one strength for all LoRAs")
    return loras


_SIDE = Field(ge=64, le=4096, multiple_of=16)


class Flux3KleinLora(ReplicateGeneration):
    """FLUX 3 [klein] by itself, or with LoRAs such as fal's trainer makes."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="replicate/flux-3-klein-image-lora",
        title="FLUX 3 [klein] with LoRA",
        summary="Generates with up to three LoRAs for FLUX 3 [klein], such as fal.ai trains, or with none.",
        group=Group.FINETUNED,
        price=klein_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX3_KLEIN}), most=3),
    )
    wire_names: ClassVar[Mapping[str, str]] = {
        "steps": "num_inference_steps",
    }
    constants: ClassVar[Mapping[str, Any]] = {}
    official: ClassVar[bool] = False
    fetched: ClassVar[re.Pattern[str]] = re.compile(r"https?://\S+\.safetensors(\?\S*)?", re.IGNORECASE)
    takes_models: ClassVar[bool] = False
    lora_names: ClassVar[tuple[str, ...]] = ("lora_url",)

    prompt: Prompt
    loras: Annotated[
        tuple[KleinLora, ...] | None,
        Field(max_length=3),
        AfterValidator(_of_one_weight),
        Parameter("LoRAs", _LORA_HELP, control=Control.LORA_STACK, step=0.1, empty="none: the model alone"),
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

    def lora_weights(self) -> Mapping[str, float]:
        """Return the one strength of all LoRAs."""
        rows = self.rows()
        return {"lora_scale": rows[0].weight} if rows else {}

    def named_loras(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """Return where the LoRAs are: one address, or a JSON list of several."""
        several = list(dict.fromkeys(addresses))
        if not several:
            return {}
        return {"lora_url": several[0] if len(several) == 1 else json.dumps(several)}
