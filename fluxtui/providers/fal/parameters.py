"""Parameters of fal's endpoints that make pictures: type, range and words for people, each written once.

Sources of ranges and defaults: the types of fal's JavaScript client (2026-08) and the OpenAPI documents of
the endpoints, read 2026-11. Bounds of a picture's sides beyond what an endpoint's page says are our own:
fal's schema allows 14142 px, which no model paints well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from fluxtui.domain.endpoint import Control, Parameter, PictureRole, StackedLora
from fluxtui.domain.loras import USUAL_WEIGHT

CUSTOM = "custom"
"""The choice of `image_size` with which width and height count."""

INPUT_PIXELS = 4 * 1024 * 1024
"""Our own bound of input pictures, whose megapixels are billed."""

Prompt = Annotated[
    str,
    Field(min_length=1),
    Parameter(
        "Prompt",
        "What the picture shows: subject, surroundings, light, style. Name the trigger word of the finetune.",
        control=Control.PROMPT,
    ),
]
NegativePrompt = Annotated[
    str,
    Parameter("Not in the picture", "What the picture should not show.", advanced=True, empty="nothing"),
]
Seed = Annotated[
    int | None,
    Field(ge=0, le=2**32 - 1),
    Parameter(
        "Seed",
        "The number that the randomness starts from: the same seed and parameters give the same picture.",
        control=Control.SEED,
        step=1,
        empty="random",
    ),
]


class FalLora(StackedLora):
    """A LoRA as fal takes it."""

    weight: Annotated[float, Field(ge=0, le=4)] = USUAL_WEIGHT


MOST_LORAS = 10
"""Our own bound where fal names none."""

_LORAS = Parameter(
    "LoRAs",
    "LoRAs for this endpoint's model, trained anywhere; each file is uploaded to fal for a month. Without "
    "any, the model paints alone.",
    control=Control.LORA_STACK,
    step=0.1,
    empty="none",
)
Loras = Annotated[tuple[FalLora, ...] | None, Field(max_length=3), _LORAS]
ManyLoras = Annotated[tuple[FalLora, ...] | None, Field(max_length=MOST_LORAS), _LORAS]

_SIZE = Parameter(
    "Size",
    "Shape and pixels of the picture; custom takes width and height.",
    labels={
        "square_hd": "square 1024 x 1024",
        "square": "square 512 x 512",
        "portrait_4_3": "portrait 768 x 1024",
        "portrait_16_9": "portrait 576 x 1024",
        "landscape_4_3": "landscape 1024 x 768",
        "landscape_16_9": "landscape 1024 x 576",
        CUSTOM: "custom",
    },
    empty="as the input",
)
_SizeName = Literal[
    "square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9", "custom"
]
ImageSize = Annotated[_SizeName, _SIZE]
OptionalImageSize = Annotated[_SizeName | None, _SIZE]

_SIDE_HELP = "Counts only with the size custom."
_SIDE, _LARGE_SIDE = Field(ge=256, le=2048, multiple_of=16), Field(ge=512, le=2048, multiple_of=16)
_BY_SIDES = f"image_size={CUSTOM}"
_WIDTH = Parameter("Width", _SIDE_HELP, unit="px", advanced=True, step=16, needs=_BY_SIDES)
_HEIGHT = Parameter("Height", _SIDE_HELP, unit="px", advanced=True, step=16, needs=_BY_SIDES)
Width = Annotated[int, _SIDE, _WIDTH]
Height = Annotated[int, _SIDE, _HEIGHT]
LargeWidth = Annotated[int, _LARGE_SIDE, _WIDTH]
LargeHeight = Annotated[int, _LARGE_SIDE, _HEIGHT]

_STEPS = Parameter(
    "Steps",
    "How many steps the picture is worked out in: more give more detail and take longer.",
    unit="steps",
    advanced=True,
    step=1,
)
StepsFrom4 = Annotated[int, Field(ge=4, le=50), _STEPS]
StepsTo8 = Annotated[int, Field(ge=4, le=8), _STEPS]
StepsFrom1 = Annotated[int, Field(ge=1, le=50), _STEPS]
StepsFrom10 = Annotated[int, Field(ge=10, le=50), _STEPS]
StepsFrom2 = Annotated[int, Field(ge=2, le=50), _STEPS]
StepsTo12 = Annotated[int, Field(ge=1, le=12), _STEPS]
FewSteps = Annotated[int, Field(ge=1, le=8), _STEPS]

_GUIDANCE = Parameter(
    "Guidance",
    "How closely the picture keeps to the prompt: high values are faithful, low ones look more natural.",
    advanced=True,
    step=0.5,
)
GuidanceTo20 = Annotated[float, Field(ge=0, le=20), _GUIDANCE]
GuidanceTo35 = Annotated[float, Field(ge=0, le=35), _GUIDANCE]
GuidanceFrom1 = Annotated[float, Field(ge=1, le=20), _GUIDANCE]
FlexGuidance = Annotated[float, Field(ge=1.5, le=10), _GUIDANCE]
FillGuidance = Annotated[float, Field(ge=28, le=35), _GUIDANCE]

_ACCELERATION = Parameter(
    "Acceleration", "How much the service hurries at the cost of some detail.", advanced=True
)
Acceleration = Annotated[Literal["none", "regular", "high"], _ACCELERATION]
SlowAcceleration = Annotated[Literal["none", "regular"], _ACCELERATION]
Expansion = Annotated[
    bool,
    Parameter(
        "Rewrite the prompt",
        "Let the service enrich the prompt first: more variety, less literal.",
        advanced=True,
    ),
]
_FORMAT = Parameter(
    "Format",
    "The format of the file: JPEG is small, PNG loses nothing, WebP is smaller still.",
    advanced=True,
    labels={"jpeg": "JPEG", "png": "PNG", "webp": "WebP"},
)
OutputFormat = Annotated[Literal["jpeg", "png", "webp"], _FORMAT]
OldOutputFormat = Annotated[Literal["jpeg", "png"], _FORMAT]
UpscaledFormat = Annotated[
    Literal["png", "jpg", "webp"], replace(_FORMAT, labels={"jpg": "JPEG", "png": "PNG", "webp": "WebP"})
]
SafetyChecker = Annotated[
    bool,
    Parameter(
        "Safety check",
        "Let the service look for what is unsafe in the picture and black it out.",
        advanced=True,
    ),
]


SafetyTolerance = Annotated[
    Literal["1", "2", "3", "4", "5"],
    Parameter(
        "Tolerance",
        "How much the moderation lets through: 1 is the strictest, 5 lets through most.",
        advanced=True,
    ),
]
ResolutionMode = Annotated[
    Literal[
        "auto",
        "match_input",
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
    Parameter(
        "Shape",
        "The shape of the result: that of the picture, the nearest that it was trained on, or another.",
        labels={"auto": "nearest trained", "match_input": "as the picture"},
        advanced=True,
    ),
]


def _source(role: PictureRole, words: str) -> Parameter:
    return Parameter("Picture", words, control=Control.PICTURE, max_pixels=INPUT_PIXELS, urls=True, role=role)


VariedPicture = Annotated[
    str,
    Field(min_length=1),
    _source(PictureRole.VARY, "A picture to begin from instead of noise; the result gets its shape."),
]
FilledPicture = Annotated[
    str, Field(min_length=1), _source(PictureRole.FILL, "The picture of which a part is painted anew.")
]
UpscaledPicture = Annotated[
    str,
    Field(min_length=1),
    _source(PictureRole.UPSCALE, "The picture to make larger; above 4 megapixels it is scaled down first."),
]
Mask = Annotated[
    str,
    Field(min_length=1),
    Parameter(
        "Mask",
        "A black and white picture of the same size: white is painted anew, black stays.",
        control=Control.PICTURE,
        max_pixels=INPUT_PIXELS,
        urls=True,
        role=PictureRole.MASK,
    ),
]
ReferencePicture = Annotated[
    str,
    Field(min_length=1),
    Parameter(
        "Reference",
        "A picture of what is painted into the white of the mask.",
        control=Control.PICTURE,
        max_pixels=INPUT_PIXELS,
        urls=True,
        role=PictureRole.REFERENCE,
    ),
]
PromptStrength = Annotated[
    float,
    Field(ge=0.01, le=1),
    Parameter(
        "Strength of the prompt",
        "How much of the picture is painted over: 1 for all, low values stay near it.",
        step=0.05,
    ),
]
OptionalPrompt = Annotated[
    str | None,
    Parameter(
        "Prompt",
        "What is painted into the white of the mask. Name the trigger word of the finetune.",
        control=Control.PROMPT,
        empty="nothing in particular",
    ),
]
PasteBack = Annotated[
    bool,
    Parameter(
        "Keep the rest",
        "Put the untouched picture back around what was painted, pixel by pixel.",
        advanced=True,
    ),
]
OriginalSize = Annotated[
    bool,
    Parameter("Original size", "Give the result the size of the picture again.", advanced=True),
]
UpscaleFactor = Annotated[
    float,
    Field(ge=1, le=4),
    Parameter("Times larger", "By how much both sides grow; the price grows with the square.", step=0.5),
]
NoiseScale = Annotated[
    float,
    Field(ge=0, le=1),
    Parameter(
        "Noise", "How much is invented: high values give more detail of its own.", advanced=True, step=0.05
    ),
]
Creativity = Annotated[
    float,
    Field(ge=0, le=1),
    Parameter("Creativity", "How far details may differ from the picture.", advanced=True, step=0.05),
]
Resemblance = Annotated[
    float,
    Field(ge=0, le=1),
    Parameter("Resemblance", "How closely the shapes of the picture are kept.", advanced=True, step=0.05),
]
UpscalePrompt = Annotated[
    str,
    Parameter(
        "Prompt",
        "What the picture shows, for the details that are painted into it.",
        control=Control.PROMPT,
    ),
]


def _input_picture(position: int) -> Parameter:
    if position == 1:
        words = "A picture to edit or to take subjects and style from; the prompt says which."
    else:
        words = f"One more picture; the prompt can speak of it as picture {position}."
    return Parameter(
        "Input picture" if position == 1 else f"Input picture {position}",
        words,
        control=Control.PICTURE,
        advanced=position > 1,
        max_pixels=INPUT_PIXELS,
        empty="none",
        urls=True,
        role=PictureRole.REFERENCE,
    )


Input1 = Annotated[str, Field(min_length=1), _input_picture(1)]
Input2 = Annotated[str | None, _input_picture(2)]
Input3 = Annotated[str | None, _input_picture(3)]
Input4 = Annotated[str | None, _input_picture(4)]
