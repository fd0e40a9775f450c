"""Tools that change a picture. Source: BFL API specification of 2026-09-20 and reference, read 2026-10.

Outpainting refuses every field that it does not know (`additionalProperties: false`), a seed among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    GenerationEndpoint,
    Group,
    Parameter,
    PictureRole,
)
from fluxtui.domain.errors import Problem
from fluxtui.providers.bfl.flux2 import checked_area
from fluxtui.providers.bfl.parameters import (
    DeblurPicture,
    ErasePicture,
    OptionalPrompt,
    OutpaintPicture,
    OutputFormat,
    Safety5,
    Seed,
)
from fluxtui.providers.bfl.prices import outpainting_price, tool_price

_OFFSET_HELP = "Where the {} edge of the input stands in the new picture."


class Outpainting(GenerationEndpoint):
    """Continue a picture on a larger canvas."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-tools/outpainting-v1",
        title="Outpainting",
        summary="Places a picture on a larger canvas and paints the rest.",
        group=Group.TOOL,
        price=outpainting_price,
    )

    prompt: OptionalPrompt = None
    input_image: OutpaintPicture
    width: Annotated[
        int,
        Field(ge=64),
        Parameter(
            "Width", "Width of the whole new picture; at most 4 megapixels in all.", unit="px", step=16
        ),
    ]
    height: Annotated[
        int,
        Field(ge=64),
        Parameter(
            "Height", "Height of the whole new picture; at most 4 megapixels in all.", unit="px", step=16
        ),
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
    auto_crop: Annotated[
        bool,
        Parameter(
            "Crop what sticks out",
            "Cuts off what of the input lies beyond the new picture; else the service refuses it.",
            advanced=True,
        ),
    ] = False
    disable_pup: Annotated[
        bool,
        Parameter(
            "Keep the prompt as it is",
            "Switches off the rewriting of the prompt after the picture: quicker, and it may fit less.",
            advanced=True,
        ),
    ] = False
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "png"

    @model_validator(mode="before")
    @classmethod
    def _without_seed(cls, values: Any) -> Any:
        """Leave out the seed that jobs of older versions have; the service never took it."""
        return {name: value for name, value in values.items() if name != "seed"}

    @field_validator("height")
    @classmethod
    def _within_area(cls, height: int, info: ValidationInfo) -> int:
        return checked_area(info.data.get("width"), height)

    def idle_with(self, sizes: Mapping[str, tuple[int, int]]) -> tuple[Problem, ...]:
        """Return why nothing would be painted, or that the picture lies beyond its canvas."""
        if "input_image" not in sizes:
            return ()
        width, height = sizes["input_image"]
        left, right = _span(self.reference_offset_x, width, self.width)
        top, bottom = _span(self.reference_offset_y, height, self.height)
        canvas = f"{self.width}×{self.height} px"
        if left <= 0 and top <= 0 and right >= self.width and bottom >= self.height:
            reason = f"Width and Height: the picture ({width}×{height} px) fills the new one of {canvas}"
            return (Problem("width", f"{reason}, so nothing would be added", whole=True),)
        if (left < 0 or top < 0 or right > self.width or bottom > self.height) and not self.auto_crop:
            reason = (
                f"Width and Height: the picture ({width}×{height} px) sticks out of the new one of {canvas}"
            )
            advice = "make that larger, move it, or switch “Crop what sticks out” on"
            return (Problem("width", f"{reason}: {advice}", whole=True),)
        return ()


def _span(offset: int | None, length: int, canvas: int) -> tuple[int, int]:
    """Return where a picture begins and ends on a canvas along one axis; without an offset it is centred."""
    begin = (canvas - length) // 2 if offset is None else offset
    return begin, begin + length


class Erase(GenerationEndpoint):
    """Remove something from a picture."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-tools/erase-v1",
        title="Erase",
        summary="Removes what a mask covers and mends the background.",
        group=Group.TOOL,
        price=tool_price,
    )

    image: ErasePicture
    mask: Annotated[
        str,
        Parameter(
            "Mask",
            "A black and white picture of the same size: what is white is removed.",
            control=Control.PICTURE,
            urls=True,
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
        price=tool_price,
    )

    image: DeblurPicture
    seed: Seed = None
    safety_tolerance: Safety5 = 2
    output_format: OutputFormat = "png"
