"""FLUX.2 base models [pro], [max] and [flex]. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from fluxtui.domain.endpoint import EndpointInfo, GenerationEndpoint, Group, Parameter
from fluxtui.providers.bfl.parameters import (
    Flux2Input1,
    Flux2Input2,
    Flux2Input3,
    Flux2Input4,
    Flux2Input5,
    Flux2Input6,
    Flux2Input7,
    Flux2Input8,
    GuidanceTo10,
    OutputFormat,
    Prompt,
    Safety5,
    Seed,
    StepsFrom1,
    Upsampling,
)
from fluxtui.providers.bfl.prices import megapixel_price

MOST_OUTPUT_PIXELS = 4 * 1024 * 1024
"""Pixels of the largest picture that FLUX.2 makes (4 MP)."""

_AUTOMATIC = "automatic"
FreeWidth = Annotated[
    int | None,
    Field(ge=64, multiple_of=16),
    Parameter(
        "Width", "Width of the picture; at most 4 megapixels in all.", unit="px", step=16, empty=_AUTOMATIC
    ),
]
FreeHeight = Annotated[
    int | None,
    Field(ge=64, multiple_of=16),
    Parameter(
        "Height", "Height of the picture; at most 4 megapixels in all.", unit="px", step=16, empty=_AUTOMATIC
    ),
]


def checked_area(width: int | None, height: int) -> int:
    """Return the height of a picture of at most 4 megapixels. Raises `ValueError`, with a sentence."""
    if width and width * height > MOST_OUTPUT_PIXELS:
        megapixels = width * height / (1024 * 1024)
        raise ValueError(
            f"must be smaller: {width} x {height} px are {megapixels:.1f} megapixels, and 4 are the most"
        )
    return height


class FreeSizeEndpoint(GenerationEndpoint):
    """Base of the endpoints whose size is free within 4 megapixels."""

    @field_validator("height", check_fields=False)
    @classmethod
    def _within_area(cls, height: int | None, info: ValidationInfo) -> int | None:
        return height if height is None else checked_area(info.data.get("width"), height)


class Flux2Pro(FreeSizeEndpoint):
    """FLUX.2 [pro]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-2-pro",
        title="FLUX.2 [pro]",
        summary="Makes and edits pictures from words and up to 8 pictures, up to 4 megapixels.",
        group=Group.BASE,
        price=megapixel_price,
    )

    prompt: Prompt
    width: FreeWidth = None
    height: FreeHeight = None
    input_image: Flux2Input1 = None
    input_image_2: Flux2Input2 = None
    input_image_3: Flux2Input3 = None
    input_image_4: Flux2Input4 = None
    input_image_5: Flux2Input5 = None
    input_image_6: Flux2Input6 = None
    input_image_7: Flux2Input7 = None
    input_image_8: Flux2Input8 = None
    disable_pup: Annotated[
        bool,
        Parameter(
            "Keep the prompt as it is",
            "Switches off the rewriting of the prompt that this model does by itself.",
            advanced=True,
        ),
    ] = False
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "jpeg"


class Flux2ProPreview(Flux2Pro):
    """The coming version of FLUX.2 [pro]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-2-pro-preview",
        title="FLUX.2 [pro] preview",
        summary="The newest state of FLUX.2 [pro]; its pictures may change from week to week.",
        group=Group.BASE,
        price=megapixel_price,
    )


class Flux2Max(Flux2Pro):
    """FLUX.2 [max]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-2-max",
        title="FLUX.2 [max]",
        summary="The best quality of the FLUX.2 family, at the highest price.",
        group=Group.BASE,
        price=megapixel_price,
    )


class Flux2Flex(FreeSizeEndpoint):
    """FLUX.2 [flex]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-2-flex",
        title="FLUX.2 [flex]",
        summary="FLUX.2 with steps and guidance to choose; strong at lettering.",
        group=Group.BASE,
        price=megapixel_price,
    )

    prompt: Prompt
    width: FreeWidth = None
    height: FreeHeight = None
    input_image: Flux2Input1 = None
    input_image_2: Flux2Input2 = None
    input_image_3: Flux2Input3 = None
    input_image_4: Flux2Input4 = None
    input_image_5: Flux2Input5 = None
    input_image_6: Flux2Input6 = None
    input_image_7: Flux2Input7 = None
    input_image_8: Flux2Input8 = None
    steps: StepsFrom1 = 50
    guidance: GuidanceTo10 = 5.0
    prompt_upsampling: Upsampling = True
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "jpeg"
