"""FLUX.2 without a LoRA: the official models that are run by their names.

Sources: the input schemas of the models' pages at replicate.com, as stored copies of them (of [pro] and
[flex]) and a generated client of 2026-04 (nodetool-ai/nodetool-replicate) have them, read 2026-12. Of [dev],
[klein] 9B and its base the schemas were not seen: what is offered are the parameters that programs which run
them send, within the values that are common to their relatives. So sizes in pixels of [dev] and the
resolution of 9B, whose name programs do not agree on, are left to the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from fluxtui.domain.endpoint import Control, EndpointInfo, Group, Parameter, PictureRole
from fluxtui.providers.replicate.generation import ReplicateGeneration
from fluxtui.providers.replicate.parameters import (
    BY_SIDES,
    CUSTOM,
    GoFast,
    NoSafetyChecker,
    OutputFormat,
    OutputQuality,
    Prompt,
    Seed,
    Tolerance5,
    Upsampling,
)
from fluxtui.providers.replicate.prices import megapixel_price, picture_price

INPUT_PIXELS = 4 * 1024 * 1024
"""More pixels of an input FLUX.2 does not work on, and inputs are billed by the megapixel (BFL, 2026-10)."""

MATCHED = "match_input_image"
_MATCHED_LABEL = {MATCHED: "as the first input picture"}
_SHAPE = Parameter("Aspect ratio", "Width to height of the picture.", labels=_MATCHED_LABEL)
SizedShape = Annotated[
    Literal["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3", "match_input_image", "custom"],
    _SHAPE,
]
DevShape = Annotated[
    Literal["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3", "match_input_image"], _SHAPE
]
KleinShape = Annotated[
    Literal[
        "1:1",
        "16:9",
        "9:16",
        "3:2",
        "2:3",
        "4:3",
        "3:4",
        "5:4",
        "4:5",
        "21:9",
        "9:21",
        "match_input_image",
    ],
    _SHAPE,
]
Resolution = Annotated[
    Literal["0.5 MP", "1 MP", "2 MP", "4 MP", "match_input_image"],
    Parameter(
        "Resolution",
        "How many megapixels the picture has; its price grows with them.",
        labels={
            "0.5 MP": "half a megapixel",
            "1 MP": "1 megapixel",
            "2 MP": "2 megapixels",
            "4 MP": "4 megapixels",
            **_MATCHED_LABEL,
        },
    ),
]
_SIDE = Field(ge=256, le=2048, multiple_of=16)
_SIDE_HELP = "Counts only with the aspect ratio custom."
Width = Annotated[
    int, _SIDE, Parameter("Width", _SIDE_HELP, unit="px", advanced=True, step=16, needs=BY_SIDES)
]
Height = Annotated[
    int, _SIDE, Parameter("Height", _SIDE_HELP, unit="px", advanced=True, step=16, needs=BY_SIDES)
]


def _pictures(most: int) -> Parameter:
    return Parameter(
        "Input pictures",
        f"Up to {most} pictures to edit or to take subjects and style from; the prompt says which.",
        control=Control.PICTURES,
        empty="none",
        urls=True,
        max_pixels=INPUT_PIXELS,
        role=PictureRole.REFERENCE,
    )


Pictures4 = Annotated[tuple[str, ...] | None, Field(min_length=1, max_length=4), _pictures(4)]
Pictures5 = Annotated[tuple[str, ...] | None, Field(min_length=1, max_length=5), _pictures(5)]
Pictures8 = Annotated[tuple[str, ...] | None, Field(min_length=1, max_length=8), _pictures(8)]
Pictures10 = Annotated[tuple[str, ...] | None, Field(min_length=1, max_length=10), _pictures(10)]


class Flux2Generation(ReplicateGeneration):
    """Base of the models of FLUX.2: several input pictures, one of which can decide shape and resolution."""

    constants: ClassVar[Mapping[str, Any]] = {}

    @field_validator("aspect_ratio", "resolution", check_fields=False)
    @classmethod
    def _matches_something(cls, value: str, info: ValidationInfo) -> str:
        if value == MATCHED and not info.data.get("input_images"):
            raise ValueError("must be another one without an input picture")
        return value

    @classmethod
    def size_of(cls, values: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return the size in pixels where values name one; that of a shape is not published."""
        return super().size_of(values) if values.get("aspect_ratio") == CUSTOM else None


def _info(name: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=f"black-forest-labs/{name}",
        title=title,
        summary=summary,
        group=Group.BASE,
        price=megapixel_price,
    )


class OfficialFlux2Pro(Flux2Generation):
    """FLUX.2 [pro]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-pro", "FLUX.2 [pro]", "Makes and edits pictures from words and up to 8 pictures."
    )

    prompt: Prompt
    input_images: Pictures8 = None
    aspect_ratio: SizedShape = "1:1"
    resolution: Resolution = "1 MP"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    safety_tolerance: Tolerance5 = 2
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80


class OfficialFlux2Max(OfficialFlux2Pro):
    """FLUX.2 [max]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-max", "FLUX.2 [max]", "The best quality of the FLUX.2 family, at the highest price."
    )


class OfficialFlux2Flex(Flux2Generation):
    """FLUX.2 [flex]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-flex", "FLUX.2 [flex]", "FLUX.2 with steps and guidance to choose; strong at lettering."
    )

    prompt: Prompt
    input_images: Pictures10 = None
    aspect_ratio: SizedShape = "1:1"
    resolution: Resolution = "1 MP"
    width: Width = 1024
    height: Height = 1024
    steps: Annotated[
        int,
        Field(ge=1, le=50),
        Parameter(
            "Steps",
            "How many steps the picture is worked out in: more give more detail and take longer.",
            unit="steps",
            advanced=True,
            step=1,
        ),
    ] = 30
    guidance: Annotated[
        float,
        Field(ge=1.5, le=10),
        Parameter(
            "Guidance",
            "How closely the picture keeps to the prompt: high values are faithful.",
            advanced=True,
            step=0.5,
        ),
    ] = 4.5
    prompt_upsampling: Upsampling = True
    seed: Seed = None
    safety_tolerance: Tolerance5 = 2
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80


class OfficialFlux2Dev(Flux2Generation):
    """FLUX.2 [dev]; its schema was not seen, see the head of this module."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-dev", "FLUX.2 [dev]", "The open FLUX.2 model by itself, with up to 4 input pictures."
    )

    prompt: Prompt
    input_images: Pictures4 = None
    aspect_ratio: DevShape = "1:1"
    seed: Seed = None
    go_fast: GoFast = True
    output_format: OutputFormat = "jpg"
    output_quality: OutputQuality = 80
    disable_safety_checker: NoSafetyChecker = False


class OfficialKlein4B(Flux2Generation):
    """FLUX.2 [klein] 4B."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-klein-4b", "FLUX.2 [klein] 4B", "The fastest and cheapest model, for trying ideas out."
    )
    wire_names: ClassVar[Mapping[str, str]] = {"input_images": "images"}

    prompt: Prompt
    input_images: Pictures5 = None
    aspect_ratio: KleinShape = "1:1"
    output_megapixels: Annotated[
        Literal["0.25", "0.5", "1", "2", "4"],
        Parameter(
            "Resolution",
            "How many megapixels the picture has; its price grows with them.",
            labels={
                "0.25": "a quarter of a megapixel",
                "0.5": "half a megapixel",
                "1": "1 megapixel",
                "2": "2 megapixels",
                "4": "4 megapixels",
            },
        ),
    ] = "1"
    seed: Seed = None
    go_fast: GoFast = False
    output_format: OutputFormat = "jpg"
    output_quality: OutputQuality = 95
    disable_safety_checker: NoSafetyChecker = False


class OfficialKlein9B(Flux2Generation):
    """FLUX.2 [klein] 9B; its schema was not seen, see the head of this module."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="black-forest-labs/flux-2-klein-9b",
        title="FLUX.2 [klein] 9B",
        summary="Fast and cheap, with more detail than the 4B model.",
        group=Group.BASE,
        price=picture_price,
    )
    wire_names: ClassVar[Mapping[str, str]] = {"input_images": "images"}

    prompt: Prompt
    input_images: Pictures4 = None
    aspect_ratio: KleinShape = "1:1"
    seed: Seed = None
    go_fast: GoFast = False
    output_format: OutputFormat = "jpg"
    output_quality: OutputQuality = 95
    disable_safety_checker: NoSafetyChecker = False


class OfficialKlein9BBase(Flux2Generation):
    """FLUX.2 [klein] base 9B, which LoRAs are trained on; its schema was not seen, as with 9B."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="black-forest-labs/flux-2-klein-9b-base",
        title="FLUX.2 [klein] base 9B",
        summary="The undistilled 9B model by itself, to compare a LoRA's pictures with.",
        group=Group.BASE,
        price=picture_price,
    )
    wire_names: ClassVar[Mapping[str, str]] = {"input_images": "images"}

    prompt: Prompt
    input_images: Pictures4 = None
    aspect_ratio: KleinShape = "1:1"
    seed: Seed = None
    guidance: Annotated[
        float,
        Field(ge=1, le=10),
        Parameter(
            "Guidance",
            "How closely the picture keeps to the prompt: high values are faithful.",
            advanced=True,
            step=0.5,
        ),
    ] = 4.0
    go_fast: GoFast = False
    output_format: OutputFormat = "jpg"
    output_quality: OutputQuality = 95
    disable_safety_checker: NoSafetyChecker = False
