"""Parameters of fal's trainers: type, range and words for people, each written once.

Sources: the types of fal's JavaScript client (2026-08) and the OpenAPI documents and model pages of fal.ai,
read 2026-11. Learning rates of FLUX.2 have no range there, and the fast training no default for its steps:
both are ours.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fluxtui.domain.endpoint import Control, Parameter


def whole_number(value: object) -> object:
    """Return a number that is written as a text, as a choice is, and anything else as it is."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


Name = Annotated[
    str,
    Field(min_length=1, max_length=120),
    Parameter("Name", "What the finetune will be called here; fal is not told.", local=True),
]
_TRIGGER_HELP = "The word that will call the learned subject in a prompt; an invented one is best."
_TRIGGER = Parameter("Trigger word", _TRIGGER_HELP, empty="none")
TriggerWord = Annotated[str | None, _TRIGGER]
NeededTrigger = Annotated[str, Field(min_length=1), _TRIGGER]
OwnTrigger = Annotated[
    str | None,
    Parameter(
        "Trigger word",
        "The word that your captions call the subject by; this trainer learns it from them alone.",
        local=True,
        empty="none",
    ),
]
DefaultCaption = Annotated[
    str | None,
    Parameter(
        "Default caption",
        "Stands in for the caption of every picture that has none.",
        empty="none",
    ),
]
_STEPS = Parameter(
    "Steps",
    "How long it learns; difficult subjects need more.",
    unit="steps",
    step=100,
)
StepsFrom100 = Annotated[int, Field(ge=100, le=10_000), _STEPS]
StepsFrom1 = Annotated[int, Field(ge=1, le=10_000), _STEPS]

_RATE = Parameter("Learning rate", "How fast it learns; rarely worth a change.", advanced=True, step=1e-5)
LearningRate = Annotated[float, Field(ge=1e-6, le=1e-2), _RATE]
PortraitRate = Annotated[float, Field(ge=1e-6, le=1e-3), _RATE]
TurboRate = Annotated[float, Field(ge=1e-7, le=1e-2), _RATE]
LoraFormat = Annotated[
    Literal["fal", "comfy"],
    Parameter(
        "Names in the file",
        "Whose names the LoRA's layers get; keep fal's to generate here.",
        advanced=True,
        labels={"fal": "fal and diffusers", "comfy": "ComfyUI"},
    ),
]
IsStyle = Annotated[bool, Parameter("Style", "Whether a style is learned rather than a subject.")]
CreateMasks = Annotated[
    bool,
    Parameter(
        "Masks", "Let the service find the subject and weigh it more than its surroundings.", advanced=True
    ),
]
Preprocessed = Annotated[
    bool,
    Parameter(
        "Prepared already", "The archive is what an earlier training gave out as prepared.", advanced=True
    ),
]
Multiresolution = Annotated[
    bool, Parameter("Several resolutions", "Learn the pictures at several sizes.", advanced=True)
]
SubjectCrop = Annotated[
    bool, Parameter("Crop to the subject", "Let the service cut the pictures to the subject.", advanced=True)
]
FaceCrop = Annotated[
    bool, Parameter("Crop to the face", "Let the service cut the pictures to the face.", advanced=True)
]
Checkpoint = Annotated[
    str | None,
    Parameter(
        "Go on with",
        "A LoRA of this very trainer that it goes on learning from: its file is uploaded to fal for a month.",
        control=Control.FINETUNE,
        advanced=True,
        empty="none: from the beginning",
    ),
]
"""fal calls it the address of a checkpoint; that the LoRA of a training is one is not seen in anything
published, 2026-12."""

TrainingStyle = Annotated[
    Literal["subject", "style"],
    Parameter("Type", "Whether a subject is learned, such as a person or a thing, or a style."),
]
Resolution = Annotated[
    Literal[512, 768, 1024],
    BeforeValidator(whole_number),
    Parameter("Resolution", "Size in pixels that it learns at.", unit="px", advanced=True),
]
