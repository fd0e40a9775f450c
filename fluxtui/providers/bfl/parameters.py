"""Parameters that several BFL endpoints share: type, range and words for people, each written once.

Source of ranges and defaults: BFL API reference, read 2026-10.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fluxtui.domain.endpoint import Control, Parameter, PictureLimits, PictureRole
from fluxtui.domain.weights import is_dashboard_name

FLUX_2_INPUT_PIXELS = 4 * 1024 * 1024
"""FLUX.2 works on at most this many pixels, and charges for the pixels of its inputs."""

INPUT_LIMITS = PictureLimits(max_bytes=20_000_000, least_side=64)
"""Of every picture that is to be edited. Source: BFL API reference, read 2026-11."""

_PROMPT_HELP = (
    "What the picture shows: subject, surroundings, light, style. Name the trigger word of a finetune."
)
_PROMPT = Parameter("Prompt", _PROMPT_HELP, control=Control.PROMPT)

Prompt = Annotated[str, _PROMPT]
OptionalPrompt = Annotated[str | None, _PROMPT]

Seed = Annotated[
    int | None,
    Parameter(
        "Seed",
        "The number that the randomness starts from: the same seed and parameters give the same picture.",
        control=Control.SEED,
        step=1,
        empty="random",
    ),
]

_OUTPUT_FORMAT = Parameter(
    "Format",
    "The format of the file: JPEG is small, PNG loses nothing, WebP is smaller still.",
    advanced=True,
    labels={"jpeg": "JPEG", "png": "PNG", "webp": "WebP"},
)
OutputFormat = Annotated[Literal["jpeg", "png", "webp"], _OUTPUT_FORMAT]

_SAFETY = Parameter(
    "Safety tolerance",
    "How much the moderation of input and output lets pass: 0 is the strictest.",
    advanced=True,
    step=1,
)
Safety6 = Annotated[int, Field(ge=0, le=6), _SAFETY]
Safety5 = Annotated[int, Field(ge=0, le=5), _SAFETY]
Safety4 = Annotated[int, Field(ge=0, le=4), _SAFETY]

Upsampling = Annotated[
    bool,
    Parameter(
        "Rewrite the prompt",
        "Let the service enrich the prompt first: more variety, less literal.",
        advanced=True,
    ),
]

Width = Annotated[
    int,
    Field(ge=256, le=1440, multiple_of=32),
    Parameter("Width", "Width of the picture.", unit="px", step=32),
]
Height = Annotated[
    int,
    Field(ge=256, le=1440, multiple_of=32),
    Parameter("Height", "Height of the picture.", unit="px", step=32),
]

AspectRatio = Literal[
    "21:9",
    "2:1",
    "16:9",
    "3:2",
    "7:5",
    "4:3",
    "5:4",
    "1:1",
    "4:5",
    "3:4",
    "5:7",
    "2:3",
    "9:16",
    "1:2",
    "9:21",
]
ASPECT_RATIO = Parameter(
    "Aspect ratio", "Width to height of the picture; the service chooses the pixels.", empty="as the input"
)
Shape = Annotated[AspectRatio, ASPECT_RATIO]
OptionalShape = Annotated[AspectRatio | None, ASPECT_RATIO]

_STEPS = Parameter(
    "Steps",
    "How many steps the picture is worked out in: more give more detail and take longer.",
    unit="steps",
    advanced=True,
    step=1,
)
StepsFrom1 = Annotated[int, Field(ge=1, le=50), _STEPS]
StepsFrom15 = Annotated[int, Field(ge=15, le=50), _STEPS]

_GUIDANCE = Parameter(
    "Guidance",
    "How closely the picture keeps to the prompt: high values are faithful, low ones look more natural.",
    advanced=True,
    step=0.5,
)
GuidanceTo5 = Annotated[float, Field(ge=1.5, le=5), _GUIDANCE]
GuidanceTo10 = Annotated[float, Field(ge=1.5, le=10), _GUIDANCE]
FillGuidance = Annotated[float, Field(ge=1.5, le=100), _GUIDANCE]
ControlGuidance = Annotated[float, Field(ge=1, le=100), _GUIDANCE]

ImagePrompt = Annotated[
    str | None,
    Parameter(
        "Picture as prompt",
        "A picture whose look is remixed into the result, with or without words.",
        control=Control.PICTURE,
        advanced=True,
        empty="none",
        role=PictureRole.IMAGE_PROMPT,
    ),
]
ImagePromptStrength = Annotated[
    float,
    Field(ge=0, le=1),
    Parameter(
        "Strength of the picture",
        "How much the picture counts beside the words: 0 the words alone, 1 the picture alone.",
        advanced=True,
        step=0.05,
        needs="image_prompt",
    ),
]


def _source(role: PictureRole, *, urls: bool = False) -> Parameter:
    return Parameter(
        "Picture", "The picture to work on: JPEG, PNG or WebP.", control=Control.PICTURE, role=role, urls=urls
    )


# The tools fetch addresses too (BFL API specification of 2026-09-20).
FillPicture = Annotated[str, _source(PictureRole.FILL)]
ExpandPicture = Annotated[str, _source(PictureRole.EXPAND)]
OutpaintPicture = Annotated[str, _source(PictureRole.OUTPAINT, urls=True)]
ErasePicture = Annotated[str, _source(PictureRole.ERASE, urls=True)]
DeblurPicture = Annotated[str, _source(PictureRole.DEBLUR, urls=True)]

_MASK_HELP = "A black and white picture of the same size: white is changed, black stays."
FillMask = Annotated[
    str | None,
    Parameter(
        "Mask",
        _MASK_HELP,
        control=Control.PICTURE,
        empty="the picture's own transparency",
        role=PictureRole.MASK,
    ),
]
ControlPicture = Annotated[
    str,
    Parameter(
        "Control picture",
        "The picture whose composition is kept: its depth or its outlines, by endpoint.",
        control=Control.PICTURE,
        role=PictureRole.CONTROL,
    ),
]


def _input_picture(position: int, max_pixels: int | None) -> Parameter:
    if position == 1:
        words = "A picture to edit or to take subjects and style from; the prompt says which."
    else:
        words = f"One more picture; the prompt can speak of it as picture {position}."
    return Parameter(
        "Input picture" if position == 1 else f"Input picture {position}",
        words,
        control=Control.PICTURE,
        advanced=position > 1,
        max_pixels=max_pixels,
        empty="none",
        urls=True,
        role=PictureRole.REFERENCE,
        limits=INPUT_LIMITS,
    )


Flux2Input1 = Annotated[str | None, _input_picture(1, FLUX_2_INPUT_PIXELS)]
Flux2Input2 = Annotated[str | None, _input_picture(2, FLUX_2_INPUT_PIXELS)]
Flux2Input3 = Annotated[str | None, _input_picture(3, FLUX_2_INPUT_PIXELS)]
Flux2Input4 = Annotated[str | None, _input_picture(4, FLUX_2_INPUT_PIXELS)]
Flux2Input5 = Annotated[str | None, _input_picture(5, FLUX_2_INPUT_PIXELS)]
Flux2Input6 = Annotated[str | None, _input_picture(6, FLUX_2_INPUT_PIXELS)]
Flux2Input7 = Annotated[str | None, _input_picture(7, FLUX_2_INPUT_PIXELS)]
Flux2Input8 = Annotated[str | None, _input_picture(8, FLUX_2_INPUT_PIXELS)]
KontextInput1 = Annotated[str | None, _input_picture(1, None)]
KontextInput2 = Annotated[str | None, _input_picture(2, None)]
KontextInput3 = Annotated[str | None, _input_picture(3, None)]
KontextInput4 = Annotated[str | None, _input_picture(4, None)]

_FINETUNE = Parameter(
    "Finetune", "The trained model to generate with, one of this endpoint's kind.", control=Control.FINETUNE
)
FinetuneId = Annotated[str, Field(min_length=1), _FINETUNE]


def _checked_lora_name(name: str) -> str:
    if not is_dashboard_name(name):
        raise ValueError(
            "must be the name given in BFL's dashboard (small letters, digits, - and _), "
            "or organisation/name for a shared one"
        )
    return name


KleinFinetuneId = Annotated[str, AfterValidator(_checked_lora_name), _FINETUNE]

_STRENGTH_HELP = (
    "How strongly the finetune shows: up to about 1.4 where its subject is hard to recognise, "
    "lower where the picture breaks up."
)
FinetuneStrength = Annotated[
    float, Field(ge=0, le=2), Parameter("Finetune strength", _STRENGTH_HELP, step=0.1)
]
KleinFinetuneStrength = Annotated[
    float | None,
    Field(ge=0, le=2),
    Parameter("Finetune strength", _STRENGTH_HELP, step=0.1, empty="automatic"),
]
