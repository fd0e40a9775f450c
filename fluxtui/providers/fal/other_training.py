"""The trainers of fal.ai for models that are none of FLUX: Krea 2, Z-Image and Qwen-Image.

Sources: fal's pages of the trainers (read 2026-12) and the types of its JavaScript client (2026-08), for
ranges of steps a public copy of fal's OpenAPI documents (2026-02). Learning rates have no range there; ours
is that of the others. Krea 2 learns for 100 steps by default, which is little: the default is 1000 here, and
the greatest number of steps is ours too. Its automatic captions, which cost extra, are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from fluxtui.domain.advice import StepsRule
from fluxtui.domain.dataset import CaptionRule, DatasetRules
from fluxtui.domain.endpoint import EndpointInfo, Parameter
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.training import (
    FalTraining,
    TrainerWithCaptions,
    rules_for,
    trainer_info,
)
from fluxtui.providers.fal.training_parameters import (
    DefaultCaption,
    LearningRate,
    Name,
    OwnTrigger,
    StepsFrom100,
    TriggerWord,
    whole_number,
)

StepsFrom10 = Annotated[
    int,
    Field(ge=10, le=40_000),
    Parameter("Steps", "How long it learns; difficult subjects need more.", unit="steps", step=100),
]
KreaResolution = Annotated[
    Literal[768, 1024],
    BeforeValidator(whole_number),
    Parameter(
        "Resolution",
        "Size in pixels of the squares that it learns at: 768 is quicker, 1024 has finer detail.",
        unit="px",
        advanced=True,
    ),
]

KREA_STEPS = StepsRule(trial=300, usual=1000, per_picture=60, most=2500)
"""Our own; people report 600 to 2500 for Krea 2 (read 2026-12)."""

LONG_STEPS = StepsRule(trial=1000, usual=2000, per_picture=100, most=4000)
"""2000 is the default of the trainers of Z-Image and Qwen-Image. The rest is our own."""


class Krea2Trainer(FalTraining):
    """Train a LoRA for Krea 2; pictures are cut to squares."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/krea-2-trainer",
        "Krea 2 LoRA",
        "Teaches Krea 2 a subject, a character or a style; pictures are cut to squares.",
        Base.KREA_2,
    )
    rules: ClassVar[DatasetRules] = replace(
        rules_for(10, "Every picture needs a caption in a text file of its name, or the trigger word."),
        captions=CaptionRule.NEEDED,
        default_caption="trigger_word",
        default_counts=True,
        captions_replace_trigger=True,
    )
    steps_rule: ClassVar[StepsRule | None] = KREA_STEPS
    wire_names: ClassVar[Mapping[str, str]] = {"trigger_word": "trigger_phrase"}

    name: Name
    trigger_word: TriggerWord = None
    steps: StepsFrom100 = 1000
    learning_rate: LearningRate = 5e-4
    resolution: KreaResolution = 768


class ZImageTurboTrainer(TrainerWithCaptions):
    """Train a LoRA for Z-Image Turbo."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/z-image-turbo-trainer-v2",
        "Z-Image Turbo LoRA",
        "Teaches Z-Image Turbo, a small and quick model, from pictures with captions; cheap.",
        Base.Z_IMAGE,
    )
    steps_rule: ClassVar[StepsRule | None] = LONG_STEPS

    name: Name
    trigger_word: OwnTrigger = None
    default_caption: DefaultCaption = None
    steps: StepsFrom10 = 2000
    learning_rate: LearningRate = 5e-4


class QwenImageTrainer(ZImageTurboTrainer):
    """Train a LoRA for Qwen-Image-2512."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/qwen-image-2512-trainer-v2",
        "Qwen-Image-2512 LoRA",
        "Teaches Qwen-Image-2512 from pictures with captions; cheap.",
        Base.QWEN_IMAGE,
    )
