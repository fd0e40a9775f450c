"""FLUX.2 [klein]: base models, and those with an uploaded LoRA. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import ClassVar

from fluxtui.domain.endpoint import Availability, EndpointInfo, FinetuneBy, FinetuneUse, Group
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.flux2 import FreeHeight, FreeSizeEndpoint, FreeWidth
from fluxtui.providers.bfl.parameters import (
    Flux2Input1,
    Flux2Input2,
    Flux2Input3,
    Flux2Input4,
    KleinFinetuneId,
    KleinFinetuneStrength,
    OutputFormat,
    Prompt,
    Safety5,
    Seed,
)
from fluxtui.providers.bfl.prices import megapixel_price


def _base(size: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=f"flux-2-klein-{size}", title=title, summary=summary, group=Group.BASE, price=megapixel_price
    )


def _finetuned(size: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=f"flux-2-klein-{size}-finetuned",
        title=f"{title} with a LoRA",
        summary=summary,
        group=Group.FINETUNED,
        finetunes=FinetuneUse(FinetuneBy.ID, frozenset({Base.KLEIN_4B if "4b" in size else Base.KLEIN_9B})),
        price=megapixel_price,
        availability=Availability.BETA,
    )


class Klein4B(FreeSizeEndpoint):
    """FLUX.2 [klein] 4B."""

    info: ClassVar[EndpointInfo] = _base(
        "4b", "FLUX.2 [klein] 4B", "The fastest and cheapest model, for trying ideas out."
    )

    prompt: Prompt
    width: FreeWidth = None
    height: FreeHeight = None
    input_image: Flux2Input1 = None
    input_image_2: Flux2Input2 = None
    input_image_3: Flux2Input3 = None
    input_image_4: Flux2Input4 = None
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "jpeg"


class Klein9B(Klein4B):
    """FLUX.2 [klein] 9B."""

    info: ClassVar[EndpointInfo] = _base(
        "9b", "FLUX.2 [klein] 9B", "Fast and cheap, with more detail than the 4B model."
    )


class Klein9BPreview(Klein4B):
    """The coming version of FLUX.2 [klein] 9B."""

    info: ClassVar[EndpointInfo] = _base(
        "9b-preview",
        "FLUX.2 [klein] 9B preview",
        "The newest state of the 9B model; its pictures may change.",
    )


class Klein4BFinetuned(FreeSizeEndpoint):
    """FLUX.2 [klein] 4B with a LoRA uploaded in the service's dashboard."""

    info: ClassVar[EndpointInfo] = _finetuned(
        "4b", "FLUX.2 [klein] 4B", "The fast 4B model with a LoRA uploaded in BFL's dashboard."
    )

    prompt: Prompt
    finetune_id: KleinFinetuneId
    finetune_strength: KleinFinetuneStrength = None
    width: FreeWidth = None
    height: FreeHeight = None
    input_image: Flux2Input1 = None
    input_image_2: Flux2Input2 = None
    input_image_3: Flux2Input3 = None
    input_image_4: Flux2Input4 = None
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "jpeg"


class Klein9BFinetuned(Klein4BFinetuned):
    """FLUX.2 [klein] 9B with a LoRA."""

    info: ClassVar[EndpointInfo] = _finetuned(
        "9b", "FLUX.2 [klein] 9B", "The fast 9B model with a LoRA uploaded in BFL's dashboard."
    )


class Klein9BKVFinetuned(Klein4BFinetuned):
    """FLUX.2 [klein] 9B KV with a LoRA."""

    info: ClassVar[EndpointInfo] = _finetuned(
        "9b-kv", "FLUX.2 [klein] 9B KV", "The 9B model that caches its input pictures, with a LoRA."
    )


class Klein9BKVBF16Finetuned(Klein4BFinetuned):
    """FLUX.2 [klein] 9B KV in bfloat16 with a LoRA."""

    info: ClassVar[EndpointInfo] = _finetuned(
        "9b-kv-bf16",
        "FLUX.2 [klein] 9B KV, 16 bit",
        "The 9B model that caches its input pictures, in 16-bit precision, with a LoRA.",
    )


class KleinBase4BFinetuned(Klein4BFinetuned):
    """FLUX.2 [klein] base 4B with a LoRA."""

    info: ClassVar[EndpointInfo] = _finetuned(
        "base-4b", "FLUX.2 [klein] base 4B", "The undistilled 4B model with a LoRA trained on it."
    )


class KleinBase9BFinetuned(Klein4BFinetuned):
    """FLUX.2 [klein] base 9B with a LoRA."""

    info: ClassVar[EndpointInfo] = _finetuned(
        "base-9b", "FLUX.2 [klein] base 9B", "The undistilled 9B model with a LoRA trained on it."
    )
