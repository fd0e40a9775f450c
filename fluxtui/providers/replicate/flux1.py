"""FLUX.1 without a LoRA: the official models that are run by their names.

Sources: replicate/cog-flux (predict.py) of 2025-07-31 for [schnell], [dev] and Krea; for all others the input
schemas of the models' pages at replicate.com, as stored copies and programs repeat them (the newest of
2026-09), read 2026-12. Of Kontext [max] no schema was seen: that it takes what [pro] takes is a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from fluxtui.domain.endpoint import Control, EndpointInfo, Group, Parameter, PictureRole
from fluxtui.providers.replicate.generation import ReplicateGeneration, painting_over
from fluxtui.providers.replicate.parameters import (
    BY_SIDES,
    GoFast,
    Guidance,
    Megapixels,
    NoSafetyChecker,
    OutputFormat,
    OutputQuality,
    PlainFormat,
    Prompt,
    PromptStrength,
    Seed,
    Shape,
    SourcePicture,
    Steps,
    Tolerance6,
    Upsampling,
)
from fluxtui.providers.replicate.prices import picture_price


def _info(name: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=f"black-forest-labs/{name}",
        title=title,
        summary=summary,
        group=Group.BASE,
        price=picture_price,
    )


class OfficialFluxSchnell(ReplicateGeneration):
    """FLUX.1 [schnell]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-schnell", "FLUX.1 [schnell]", "The quickest and cheapest FLUX.1, in up to four steps."
    )
    wire_names: ClassVar[Mapping[str, str]] = {"steps": "num_inference_steps"}

    prompt: Prompt
    aspect_ratio: Shape = "1:1"
    seed: Seed = None
    steps: Annotated[
        int,
        Field(ge=1, le=4),
        Parameter(
            "Steps",
            "How many steps the picture is worked out in; 4 are recommended.",
            unit="steps",
            advanced=True,
            step=1,
        ),
    ] = 4
    megapixels: Megapixels = "1"
    go_fast: GoFast = False
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80
    disable_safety_checker: NoSafetyChecker = False


class OfficialFluxDev(ReplicateGeneration):
    """FLUX.1 [dev], the model that the LoRAs of FLUX.1 [dev] are trained on."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-dev", "FLUX.1 [dev]", "The open model by itself, to compare a LoRA's pictures with."
    )
    wire_names: ClassVar[Mapping[str, str]] = {"steps": "num_inference_steps"}

    prompt: Prompt
    aspect_ratio: Shape = "1:1"
    seed: Seed = None
    steps: Steps = 28
    guidance: Guidance = 3.0
    megapixels: Megapixels = "1"
    image: SourcePicture = None
    prompt_strength: Annotated[PromptStrength, AfterValidator(painting_over)] = 0.8
    go_fast: GoFast = False
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80
    disable_safety_checker: NoSafetyChecker = False


class OfficialFluxKrea(OfficialFluxDev):
    """FLUX.1 Krea [dev]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-krea-dev", "FLUX.1 Krea [dev]", "An open model for pictures that look photographed."
    )


_REDUX_HELP = "A picture whose look is remixed into the result, with the words."
_IMAGE_PROMPT = Parameter(
    "Picture as prompt",
    _REDUX_HELP,
    control=Control.PICTURE,
    advanced=True,
    empty="none",
    urls=True,
    role=PictureRole.IMAGE_PROMPT,
)
ImagePrompt = Annotated[str | None, _IMAGE_PROMPT]
_SIDE = Field(ge=256, le=1440, multiple_of=32)
_SIDE_HELP = "Counts only with the aspect ratio custom."


class OfficialFlux11Pro(ReplicateGeneration):
    """FLUX 1.1 [pro]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-1.1-pro", "FLUX 1.1 [pro]", "Good pictures of a chosen shape or size, quickly."
    )
    constants: ClassVar[Mapping[str, Any]] = {}

    prompt: Prompt
    aspect_ratio: Annotated[
        Literal["1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3", "custom"],
        Parameter("Aspect ratio", "Width to height of the picture; custom takes the size below."),
    ] = "1:1"
    width: Annotated[
        int, _SIDE, Parameter("Width", _SIDE_HELP, unit="px", advanced=True, step=32, needs=BY_SIDES)
    ] = 1024
    height: Annotated[
        int, _SIDE, Parameter("Height", _SIDE_HELP, unit="px", advanced=True, step=32, needs=BY_SIDES)
    ] = 1024
    image_prompt: ImagePrompt = None
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Tolerance6 = 2
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80


class OfficialFlux11ProUltra(ReplicateGeneration):
    """FLUX 1.1 [pro] Ultra."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-1.1-pro-ultra", "FLUX 1.1 [pro] Ultra", "Pictures of about 4 megapixels in many shapes."
    )
    constants: ClassVar[Mapping[str, Any]] = {}

    prompt: Prompt
    aspect_ratio: Annotated[
        Literal["21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "9:21"],
        Parameter("Aspect ratio", "Width to height of the picture; the service chooses the pixels."),
    ] = "1:1"
    raw: Annotated[
        bool, Parameter("Raw", "A less processed, more natural look, like a photograph out of the camera.")
    ] = False
    image_prompt: ImagePrompt = None
    image_prompt_strength: Annotated[
        float,
        Field(ge=0, le=1),
        Parameter(
            "Strength of the picture",
            "How much the picture counts beside the words: 0 the words alone, 1 the picture alone.",
            advanced=True,
            step=0.05,
            needs="image_prompt",
        ),
    ] = 0.1
    seed: Seed = None
    safety_tolerance: Tolerance6 = 2
    output_format: PlainFormat = "jpg"


_MATCHED = "match_input_image"
_EDITED = Parameter(
    "Input picture",
    "The picture to edit; the prompt says how. Without one, a new picture is made.",
    control=Control.PICTURE,
    empty="none",
    urls=True,
    role=PictureRole.REFERENCE,
)
_KONTEXT_SHAPE = Parameter(
    "Aspect ratio",
    "Width to height of the picture.",
    labels={_MATCHED: "as the input picture"},
)
_STRICTEST_WITH_PICTURE = 2


def _tolerated(tolerance: int, info: ValidationInfo) -> int:
    """Return the tolerance; more than 2 is refused with an input picture (model page, read 2026-12)."""
    if tolerance > _STRICTEST_WITH_PICTURE and info.data.get("input_image"):
        raise ValueError(f"must be {_STRICTEST_WITH_PICTURE} at most with an input picture")
    return tolerance


class OfficialKontextPro(ReplicateGeneration):
    """FLUX.1 Kontext [pro]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-kontext-pro", "FLUX.1 Kontext [pro]", "Edits a picture by words, or makes a new one."
    )
    constants: ClassVar[Mapping[str, Any]] = {}

    prompt: Prompt
    input_image: Annotated[str | None, _EDITED] = None
    aspect_ratio: Annotated[
        Literal[
            "match_input_image",
            "1:1",
            "16:9",
            "9:16",
            "4:3",
            "3:4",
            "3:2",
            "2:3",
            "4:5",
            "5:4",
            "21:9",
            "9:21",
            "2:1",
            "1:2",
        ],
        _KONTEXT_SHAPE,
    ] = "match_input_image"
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Annotated[
        int,
        Field(ge=0, le=6),
        AfterValidator(_tolerated),
        Parameter(
            "Safety tolerance",
            "How much the moderation lets pass: 0 is the strictest; at most 2 with an input picture.",
            advanced=True,
            step=1,
        ),
    ] = 2
    output_format: PlainFormat = "png"


class OfficialKontextMax(OfficialKontextPro):
    """FLUX.1 Kontext [max]; that it takes what [pro] takes is a guess, see the head of this module."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-kontext-max", "FLUX.1 Kontext [max]", "Edits a picture by words; the best of its family."
    )


class OfficialKontextDev(ReplicateGeneration):
    """FLUX.1 Kontext [dev], the open model."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-kontext-dev", "FLUX.1 Kontext [dev]", "Edits a picture by words with the open model."
    )
    wire_names: ClassVar[Mapping[str, str]] = {"steps": "num_inference_steps"}
    constants: ClassVar[Mapping[str, Any]] = {}

    prompt: Prompt
    input_image: Annotated[
        str,
        Parameter(
            "Input picture",
            "The picture to edit; the prompt says how.",
            control=Control.PICTURE,
            urls=True,
            role=PictureRole.REFERENCE,
        ),
    ]
    aspect_ratio: Annotated[
        Literal[
            "match_input_image",
            "1:1",
            "16:9",
            "21:9",
            "3:2",
            "2:3",
            "4:5",
            "5:4",
            "3:4",
            "4:3",
            "9:16",
            "9:21",
        ],
        _KONTEXT_SHAPE,
    ] = "match_input_image"
    seed: Seed = None
    steps: Annotated[
        int,
        Field(ge=4, le=50),
        Parameter(
            "Steps",
            "How many steps the picture is worked out in: more give more detail and take longer.",
            unit="steps",
            advanced=True,
            step=1,
        ),
    ] = 28
    guidance: Guidance = 2.5
    go_fast: GoFast = False
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80
    disable_safety_checker: NoSafetyChecker = False
