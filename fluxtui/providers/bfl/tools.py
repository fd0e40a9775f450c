"""Tools that change a picture. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    GenerationEndpoint,
    Group,
    Parameter,
    PictureRole,
)
from fluxtui.providers.bfl.parameters import (
    DeblurPicture,
    ErasePicture,
    OptionalPrompt,
    OutpaintPicture,
    OutputFormat,
    Safety5,
    Seed,
)
from fluxtui.providers.bfl.prices import flat_price

_OFFSET_HELP = "Where the {} edge of the input stands in the new picture."


class Outpainting(GenerationEndpoint):
    """Continue a picture on a larger canvas."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-tools/outpainting-v1",
        title="Outpainting",
        summary="Places a picture on a larger canvas and paints the rest.",
        group=Group.TOOL,
        price=flat_price,
    )

    prompt: OptionalPrompt = None
    input_image: OutpaintPicture
    width: Annotated[
        int, Field(ge=1), Parameter("Width", "Width of the whole new picture.", unit="px", step=16)
    ]
    height: Annotated[
        int, Field(ge=1), Parameter("Height", "Height of the whole new picture.", unit="px", step=16)
    ]
    reference_offset_x: Annotated[
        int | None,
        Parameter("Offset from left", _OFFSET_HELP.format("left"), unit="px", step=16, empty="automatic"),
    ] = None
    reference_offset_y: Annotated[
        int | None,
        Parameter("Offset from top", _OFFSET_HELP.format("upper"), unit="px", step=16, empty="automatic"),
    ] = None
    mode: Annotated[
        Literal["high", "fast"],
        Parameter(
            "Mode",
            "High looks better, fast is quicker.",
            labels={"high": "high quality", "fast": "fast"},
            advanced=True,
        ),
    ] = "high"
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "png"


class Erase(GenerationEndpoint):
    """Remove something from a picture."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-tools/erase-v1",
        title="Erase",
        summary="Removes what a mask covers and mends the background.",
        group=Group.TOOL,
        price=flat_price,
    )

    image: ErasePicture
    mask: Annotated[
        str,
        Parameter(
            "Mask",
            "A black and white picture of the same size: what is white is removed.",
            control=Control.PICTURE,
            role=PictureRole.MASK,
        ),
    ]
    dilate_pixels: Annotated[
        int,
        Field(ge=0, le=25),
        Parameter(
            "Grow the mask", "How far beyond the mask is removed too.", unit="px", step=1, advanced=True
        ),
    ] = 10
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "png"


class Deblur(GenerationEndpoint):
    """Sharpen a blurred picture."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-tools/deblur-v1",
        title="Deblur",
        summary="Makes a blurred picture sharp.",
        group=Group.TOOL,
        price=flat_price,
    )

    image: DeblurPicture
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "png"
