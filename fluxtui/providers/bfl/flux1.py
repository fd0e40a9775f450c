"""FLUX.1 base models. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from fluxtui.domain.endpoint import EndpointInfo, GenerationEndpoint, Group, Parameter
from fluxtui.providers.bfl.parameters import (
    ExpandPicture,
    FillGuidance,
    FillMask,
    FillPicture,
    GuidanceTo5,
    Height,
    ImagePrompt,
    ImagePromptStrength,
    OptionalPrompt,
    OutputFormat,
    Safety6,
    Seed,
    Shape,
    StepsFrom1,
    StepsFrom15,
    Upsampling,
    Width,
)
from fluxtui.providers.bfl.prices import flat_price


class FluxPro11(GenerationEndpoint):
    """FLUX 1.1 [pro]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.1",
        title="FLUX 1.1 [pro]",
        summary="Good pictures of a chosen size, quickly.",
        group=Group.BASE,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    width: Width = 1024
    height: Height = 768
    image_prompt: ImagePrompt = None
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


class FluxPro11Ultra(GenerationEndpoint):
    """FLUX 1.1 [pro] Ultra."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.1-ultra",
        title="FLUX 1.1 [pro] Ultra",
        summary="Pictures of about 4 megapixels in many shapes.",
        group=Group.BASE,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    aspect_ratio: Shape = "16:9"
    raw: Annotated[
        bool, Parameter("Raw", "A less processed, more natural look, like a photograph out of the camera.")
    ] = False
    image_prompt: ImagePrompt = None
    image_prompt_strength: ImagePromptStrength = 0.1
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


class FluxDev(GenerationEndpoint):
    """FLUX.1 [dev]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-dev",
        title="FLUX.1 [dev]",
        summary="The open FLUX.1 model, with steps and guidance to choose.",
        group=Group.BASE,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    width: Width = 1024
    height: Height = 768
    steps: StepsFrom1 = 28
    guidance: GuidanceTo5 = 3.0
    image_prompt: ImagePrompt = None
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


class FluxFill(GenerationEndpoint):
    """FLUX.1 [pro] Fill."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.0-fill",
        title="FLUX.1 Fill",
        summary="Paints a masked part of a picture anew.",
        group=Group.BASE,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    image: FillPicture
    mask: FillMask = None
    steps: StepsFrom15 = 50
    guidance: FillGuidance = 60.0
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"


def _margin(side: str) -> Parameter:
    return Parameter(side.capitalize(), f"How much is added at the {side}.", unit="px", step=32)


class FluxExpand(GenerationEndpoint):
    """FLUX.1 [pro] Expand."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-pro-1.0-expand",
        title="FLUX.1 Expand",
        summary="Continues a picture beyond its edges.",
        group=Group.BASE,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    image: ExpandPicture
    top: Annotated[int, Field(ge=0, le=2048), _margin("top")] = 0
    bottom: Annotated[int, Field(ge=0, le=2048), _margin("bottom")] = 0
    left: Annotated[int, Field(ge=0, le=2048), _margin("left")] = 0
    right: Annotated[int, Field(ge=0, le=2048), _margin("right")] = 0
    steps: StepsFrom15 = 50
    guidance: FillGuidance = 60.0
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "jpeg"

    @field_validator("right")
    @classmethod
    def _adds_something(cls, right: int, info: ValidationInfo) -> int:
        """Refuse an order that would be paid for and add nothing."""
        if right or any(info.data.get(side) != 0 for side in ("top", "bottom", "left")):
            return right
        raise ValueError(
            "or another side must be more than 0 px: nothing would be added, and it would be paid"
        )
