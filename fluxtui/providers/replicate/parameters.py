"""Parameters of Replicate's endpoints: type, range and words for people, each written once.

Sources of ranges and defaults: replicate/cog-flux (predict.py) and replicate/flux-fine-tuner (train.py), read
2026-11.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fluxtui.domain.endpoint import Control, Parameter, PictureRole, StackedLora
from fluxtui.domain.loras import USUAL_WEIGHT
from fluxtui.providers.replicate.names import checked_reference, reference

Prompt = Annotated[
    str,
    Parameter(
        "Prompt",
        "What the picture shows: subject, surroundings, light, style. Name the trigger word of the finetune.",
        control=Control.PROMPT,
    ),
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
TrainedHere = Annotated[
    str,
    AfterValidator(checked_reference),
    Parameter(
        "Finetune", "The finetune to generate with, trained in this account.", control=Control.FINETUNE
    ),
]
_LORA_HELP = (
    "LoRAs for FLUX.1 [dev]. Replicate fetches the files itself, so they must be at addresses without a key."
)


class ReplicateLora(StackedLora):
    """A LoRA as Replicate takes it for FLUX.1 [dev]."""

    weight: Annotated[float, Field(ge=-1, le=3)] = USUAL_WEIGHT


TwoLoras = Annotated[
    tuple[ReplicateLora, ...] | None,
    Field(max_length=2),
    Parameter("LoRAs", _LORA_HELP, control=Control.LORA_STACK, step=0.1, empty="none: the model alone"),
]

_ADDRESS = re.compile(r"https://\S+", re.IGNORECASE)


def _checked_lora(text: str) -> str:
    if reference(text) is None and _ADDRESS.fullmatch(text) is None:
        raise ValueError("must be an https address of a .safetensors file, or owner/name of a model there")
    return text


FurtherLora = Annotated[
    str | None,
    AfterValidator(lambda text: text if text is None else _checked_lora(text)),
    Parameter(
        "Second LoRA",
        "One more LoRA for FLUX.1 [dev]: the https address of its .safetensors file, or owner/name of a "
        "model at Replicate.",
        advanced=True,
        empty="none",
    ),
]

_STRENGTH_HELP = "How strongly the LoRA shows: 1 is as trained, lower where the picture breaks up."
Strength = Annotated[float, Field(ge=-1, le=3), Parameter("Finetune strength", _STRENGTH_HELP, step=0.1)]
FurtherStrength = Annotated[
    float,
    Field(ge=-1, le=3),
    Parameter("Strength of the second", _STRENGTH_HELP, advanced=True, step=0.1, needs="extra_lora"),
]

Variant = Annotated[
    Literal["dev", "schnell"],
    Parameter(
        "Model",
        "FLUX.1 [dev] wants about 28 steps; [schnell] is quick with 4 steps and less exact.",
        labels={"dev": "FLUX.1 [dev]", "schnell": "FLUX.1 [schnell]"},
        advanced=True,
    ),
]
CUSTOM = "custom"
PIXELS = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
"""Width and height of each shape in FLUX.1 [dev] and [schnell] at one megapixel; a quarter halves both sides.

Source: replicate/cog-flux (predict.py, ASPECT_RATIOS) of 2025-07-31, read 2026-12.
"""
_SHAPE = Parameter("Aspect ratio", "Width to height of the picture; with an input picture that one counts.")
Shape = Annotated[
    Literal["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"], _SHAPE
]
ShapeOrCustom = Annotated[
    Literal["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21", "custom"], _SHAPE
]
_SIDE = Field(ge=256, le=1440, multiple_of=16)
_SIDE_HELP = "Counts only with the aspect ratio custom."
BY_SIDES = f"aspect_ratio={CUSTOM}"
"""What a size in pixels needs to count."""
Width = Annotated[
    int, _SIDE, Parameter("Width", _SIDE_HELP, unit="px", advanced=True, step=16, needs=BY_SIDES)
]
Height = Annotated[
    int, _SIDE, Parameter("Height", _SIDE_HELP, unit="px", advanced=True, step=16, needs=BY_SIDES)
]
Megapixels = Annotated[
    Literal["1", "0.25"],
    Parameter(
        "Size",
        "A quarter of the pixels is quicker, to try something out.",
        labels={"1": "1 megapixel", "0.25": "a quarter"},
        advanced=True,
    ),
]
Steps = Annotated[
    int,
    Field(ge=1, le=50),
    Parameter(
        "Steps",
        "How many steps the picture is worked out in: more give more detail and take longer.",
        unit="steps",
        advanced=True,
        step=1,
    ),
]
Guidance = Annotated[
    float,
    Field(ge=0, le=10),
    Parameter(
        "Guidance",
        "How closely the picture keeps to the prompt: high values are faithful, low ones look more natural.",
        advanced=True,
        step=0.5,
    ),
]
GoFast = Annotated[
    bool,
    Parameter(
        "Quick",
        "Reckon with less precision: quicker, but the same seed no longer gives the same picture.",
        advanced=True,
    ),
]
OutputFormat = Annotated[
    Literal["webp", "jpg", "png"],
    Parameter(
        "Format",
        "The format of the file: JPEG is small, PNG loses nothing, WebP is smaller still.",
        advanced=True,
        labels={"webp": "WebP", "jpg": "JPEG", "png": "PNG"},
    ),
]
PlainFormat = Annotated[
    Literal["jpg", "png"],
    Parameter(
        "Format",
        "The format of the file: JPEG is small, PNG loses nothing.",
        advanced=True,
        labels={"jpg": "JPEG", "png": "PNG"},
    ),
]
OutputQuality = Annotated[
    int,
    Field(ge=0, le=100),
    Parameter("Quality", "Of the file: 100 is best; PNG is always whole.", advanced=True, step=5),
]
NoSafetyChecker = Annotated[
    bool,
    Parameter(
        "No safety check",
        "Let pictures through that the service would hold back as indecent.",
        advanced=True,
    ),
]
_TOLERANCE = Parameter(
    "Safety tolerance",
    "How much the moderation of input and output lets pass: 1 is the strictest.",
    advanced=True,
    step=1,
)
Tolerance5 = Annotated[int, Field(ge=1, le=5), _TOLERANCE]
Tolerance6 = Annotated[int, Field(ge=1, le=6), _TOLERANCE]
Upsampling = Annotated[
    bool,
    Parameter(
        "Rewrite the prompt",
        "Let the service enrich the prompt first: more variety, less literal.",
        advanced=True,
    ),
]
SourcePicture = Annotated[
    str | None,
    Parameter(
        "Picture",
        "A picture to begin from instead of noise; the result gets its shape.",
        control=Control.PICTURE,
        advanced=True,
        empty="none",
        urls=True,
        role=PictureRole.VARY,
    ),
]
Mask = Annotated[
    str | None,
    Parameter(
        "Mask",
        "A black and white picture of the same size: white is painted anew, black stays.",
        control=Control.PICTURE,
        advanced=True,
        empty="none",
        urls=True,
        role=PictureRole.MASK,
    ),
]
PromptStrength = Annotated[
    float,
    Field(ge=0, le=1),
    Parameter(
        "Strength of the prompt",
        "With an input picture: how much of it is painted over, 1 for all.",
        advanced=True,
        step=0.05,
        needs="image",
    ),
]
