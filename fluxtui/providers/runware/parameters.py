"""Parameters of Runware's image models: type, range and words for people, each written once.

Names and types follow the official client's generated types (runware-sdk 1.8.0, schemas of 2026-10-12). The
ranges are those of the official reference of `imageInference` (Runware/sdk-python, 2026-06), which holds for
all models; a model's own schema may allow more, or want steps of its own, and is not published where it
could be read (2026-12): what a model refuses costs nothing. A step count, a guidance or an acceleration that
is left open is not sent, so that the model's own counts. From the documentation of 2026-02, as a third party
copied it: the longest prompt, at most five LoRAs, and weights from -4 to 4.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fluxtui.domain.endpoint import Control, Parameter, PictureRole

INPUT_PIXELS = 4 * 1024 * 1024
"""Our own bound of input pictures: what FLUX.2 works on at most (BFL API reference, read 2026-10)."""

AIR = r"[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+"
"""A regular expression for the names of models and LoRAs: `civitai:618692@691639` (documentation, 2026)."""

Prompt = Annotated[
    str,
    Field(min_length=2, max_length=3000),
    Parameter(
        "Prompt",
        "What the picture shows: subject, surroundings, light, style. Name the trigger word of the LoRA.",
        control=Control.PROMPT,
    ),
]
NegativePrompt = Annotated[
    str | None,
    Field(min_length=2, max_length=3000),
    Parameter("Not in the picture", "What the picture should not show.", advanced=True, empty="nothing"),
]
Seed = Annotated[
    int | None,
    Field(ge=1, le=2**32 - 1),
    Parameter(
        "Seed",
        "The number that the randomness starts from: the same seed and parameters give the same picture.",
        control=Control.SEED,
        step=1,
        empty="random",
    ),
]

_SIDE = Field(ge=512, le=2048, multiple_of=64)
_WIDTH = Parameter("Width", "Width of the picture.", unit="px", step=64)
_HEIGHT = Parameter("Height", "Height of the picture.", unit="px", step=64)
Width = Annotated[int, _SIDE, _WIDTH]
Height = Annotated[int, _SIDE, _HEIGHT]

Steps = Annotated[
    int | None,
    Field(ge=1, le=100),
    Parameter(
        "Steps",
        "How many steps the picture is worked out in: more give more detail, take longer and cost more.",
        unit="steps",
        advanced=True,
        step=1,
        empty="the model's own",
    ),
]
Guidance = Annotated[
    float | None,
    Field(ge=0, le=30),
    Parameter(
        "Guidance",
        "How closely the picture keeps to the prompt: high values are faithful, low ones look more natural.",
        advanced=True,
        step=0.5,
        empty="the model's own",
    ),
]
Acceleration = Annotated[
    Literal["none", "low", "medium", "high"] | None,
    Parameter(
        "Acceleration",
        "How much the service hurries at the cost of some detail: faster is cheaper.",
        advanced=True,
        empty="the model's own",
    ),
]
OutputFormat = Annotated[
    Literal["JPG", "PNG", "WEBP"],
    Parameter(
        "Format",
        "The format of the file: JPEG is small, PNG loses nothing, WebP is smaller still.",
        advanced=True,
        labels={"JPG": "JPEG", "PNG": "PNG", "WEBP": "WebP"},
    ),
]

_LORA_HELP = "A LoRA of your account, or one of Civitai, by its name at Runware: civitai:618692@691639."
_LORA = Field(pattern=rf"^{AIR}$")
FinetuneId = Annotated[str, _LORA, Parameter("LoRA", _LORA_HELP, control=Control.FINETUNE)]
SecondFinetune = Annotated[
    str | None,
    _LORA,
    Parameter("Second LoRA", _LORA_HELP, control=Control.FINETUNE, advanced=True, empty="none"),
]
ThirdFinetune = Annotated[
    str | None,
    _LORA,
    Parameter("Third LoRA", _LORA_HELP, control=Control.FINETUNE, advanced=True, empty="none"),
]
_WEIGHT_HELP = "How strongly the LoRA shows: 1 is as trained, lower where the picture breaks up."
_WEIGHT = Field(ge=-4, le=4)
Weight = Annotated[float, _WEIGHT, Parameter("Finetune strength", _WEIGHT_HELP, step=0.1)]
SecondWeight = Annotated[
    float,
    _WEIGHT,
    Parameter("Strength of the second", _WEIGHT_HELP, advanced=True, step=0.1, needs="finetune_id_2"),
]
ThirdWeight = Annotated[
    float,
    _WEIGHT,
    Parameter("Strength of the third", _WEIGHT_HELP, advanced=True, step=0.1, needs="finetune_id_3"),
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


NeededInput = Annotated[str, Field(min_length=1), _input_picture(1)]
Input1 = Annotated[str | None, _input_picture(1)]
Input2 = Annotated[str | None, _input_picture(2)]
Input3 = Annotated[str | None, _input_picture(3)]
Input4 = Annotated[str | None, _input_picture(4)]
