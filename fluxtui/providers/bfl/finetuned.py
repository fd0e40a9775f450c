"""FLUX.1 endpoints that generate with a finetune. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from fluxtui.domain.endpoint import (
    Availability,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    GenerationEndpoint,
    Group,
    Parameter,
)
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.parameters import (
    ControlGuidance,
    ControlPicture,
    FillGuidance,
    FillMask,
    FillPicture,
    FinetuneId,
    FinetuneStrength,
    GuidanceTo5,
    Height,
    ImagePrompt,
    ImagePromptStrength,
    OptionalPrompt,
    OutputFormat,
    Prompt,
    Safety6,
    Seed,
    Shape,
    StepsFrom1,
    StepsFrom15,
    Upsampling,
    Width,
)
from fluxtui.providers.bfl.prices import flat_price

_FLUX1 = FinetuneUse(FinetuneBy.ID, frozenset({Base.FLUX1_PRO}))


class UltraFinetuned(GenerationEndpoint):
    """FLUX 1.1 [pro] Ultra with a finetune."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.1-ultra-finetuned",
        title="FLUX 1.1 Ultra with a finetune",
        summary="Pictures of about 4 megapixels with a FLUX.1 finetune.",
        group=Group.FINETUNED,
        finetunes=_FLUX1,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    finetune_id: FinetuneId
    finetune_strength: FinetuneStrength = 1.2
    aspect_ratio: Shape = "16:9"
    image_prompt: ImagePrompt = None
    image_prompt_strength: ImagePromptStrength = 0.1
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


class FillFinetuned(GenerationEndpoint):
    """FLUX.1 [pro] Fill with a finetune."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.0-fill-finetuned",
        title="FLUX.1 Fill with a finetune",
        summary="Paints a masked part of a picture anew with a FLUX.1 finetune.",
        group=Group.FINETUNED,
        finetunes=_FLUX1,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    finetune_id: FinetuneId
    finetune_strength: FinetuneStrength = 1.1
    image: FillPicture
    mask: FillMask = None
    steps: StepsFrom15 = 50
    guidance: FillGuidance = 60.0
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


class ProFinetuned(GenerationEndpoint):
    """FLUX.1 [pro] with a finetune; taken down by the service."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-finetuned",
        title="FLUX.1 with a finetune",
        summary="Pictures of a chosen size with a FLUX.1 finetune.",
        group=Group.FINETUNED,
        finetunes=_FLUX1,
        price=flat_price,
        availability=Availability.HISTORIC,
    )

    prompt: OptionalPrompt = None
    finetune_id: FinetuneId
    finetune_strength: FinetuneStrength = 1.1
    width: Width = 1024
    height: Height = 768
    steps: StepsFrom1 = 40
    guidance: GuidanceTo5 = 2.5
    image_prompt: ImagePrompt = None
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


class DepthFinetuned(GenerationEndpoint):
    """FLUX.1 [pro] Depth with a finetune; taken down by the service."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.0-depth-finetuned",
        title="FLUX.1 Depth with a finetune",
        summary="Keeps the depth of a control picture, with a FLUX.1 finetune.",
        group=Group.FINETUNED,
        finetunes=_FLUX1,
        price=flat_price,
        availability=Availability.HISTORIC,
    )

    prompt: Prompt
    finetune_id: FinetuneId
    finetune_strength: FinetuneStrength = 1.1
    control_image: ControlPicture
    steps: StepsFrom15 = 50
    guidance: ControlGuidance = 15.0
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


LowThreshold = Annotated[
    int,
    Field(ge=0, le=500),
    Parameter(
        "Low edge threshold",
        "Weak edges from this strength on are kept where they continue strong ones.",
        advanced=True,
        step=10,
    ),
]
HighThreshold = Annotated[
    int,
    Field(ge=0, le=500),
    Parameter("High edge threshold", "Edges from this strength on are always kept.", advanced=True, step=10),
]


class CannyFinetuned(GenerationEndpoint):
    """FLUX.1 [pro] Canny with a finetune; taken down by the service."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.0-canny-finetuned",
        title="FLUX.1 Canny with a finetune",
        summary="Keeps the outlines of a control picture, with a FLUX.1 finetune.",
        group=Group.FINETUNED,
        finetunes=_FLUX1,
        price=flat_price,
        availability=Availability.HISTORIC,
    )

    prompt: Prompt
    finetune_id: FinetuneId
    finetune_strength: FinetuneStrength = 1.1
    control_image: ControlPicture
    canny_low_threshold: LowThreshold = 50
    canny_high_threshold: HighThreshold = 200
    steps: StepsFrom15 = 50
    guidance: ControlGuidance = 30.0
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"
