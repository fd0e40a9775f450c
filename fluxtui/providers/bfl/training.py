"""The endpoint that trains a finetune. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from fluxtui.domain.advice import Advice, Purpose, StepsRule, wanted
from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.endpoint import (
    Availability,
    EndpointInfo,
    Group,
    Parameter,
    TrainingEndpoint,
    number_text,
)
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.prices import training_price

LEARNING_RATES: Mapping[str, float] = {"full": 1e-5, "lora": 1e-4}
"""The service's learning rate for each finetune type where none is sent."""


def default_learning_rate(finetune_type: str) -> float:
    """Return the learning rate that the service would choose for a finetune type."""
    return LEARNING_RATES.get(finetune_type, LEARNING_RATES["full"])


ITERATIONS = StepsRule(trial=140, usual=300, per_picture=30, most=500, unit="iterations")
"""The guide advises 100 to 150 to explore and more for complex concepts and many pictures; 300 is the
service's default. 30 for each picture is our own: the default for ten. More than 500 cost more.
Source: BFL finetuning guide and pricing, read 2026-10."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


Name = Annotated[
    str,
    Field(min_length=1),
    Parameter("Name", "What the finetune will be called; the service has no other readable name for it."),
]
Mode = Annotated[
    Literal["character", "product", "style", "general"],
    Parameter(
        "Mode",
        "What is learned, which decides how the captions are written.",
    ),
]
TriggerWord = Annotated[
    str,
    Parameter(
        "Trigger word", "The word that will call the learned subject in a prompt; an invented one is best."
    ),
]
Iterations = Annotated[
    int,
    Field(ge=100, le=1000),
    Parameter(
        "Iterations",
        "How long it learns; difficult subjects need more.",
        unit="iterations",
        step=50,
    ),
]
LearningRate = Annotated[
    float | None,
    Field(ge=1e-6, le=5e-3),
    Parameter(
        "Learning rate",
        "How fast it learns.",
        advanced=True,
        step=1e-5,
        empty="the type's own",
    ),
]
Captioning = Annotated[
    bool,
    Parameter("Automatic captions", "Let the service describe the pictures that come without a caption."),
]
Priority = Annotated[
    Literal["speed", "quality", "high_res_only"],
    Parameter(
        "Priority",
        "Whether the training is made for speed, for quality, or with high resolutions only.",
        advanced=True,
        labels={"speed": "speed", "quality": "quality", "high_res_only": "high resolution only"},
    ),
]
FinetuneType = Annotated[
    Literal["lora", "full"],
    Parameter(
        "Type",
        "A full finetune changes the whole model; a LoRA is a small addition that trains and loads faster.",
        labels={"lora": "LoRA", "full": "full"},
    ),
]
LoraRank = Annotated[
    Literal[16, 32],
    BeforeValidator(_whole),
    Parameter(
        "LoRA rank",
        "Size of the LoRA, also of the one drawn from a full finetune: 16 trains and loads faster, "
        "may look better, and needs more iterations.",
        advanced=True,
    ),
]


class BFLTraining(TrainingEndpoint):
    """Train a FLUX.1 finetune on an archive of pictures."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="finetune",
        title="FLUX.1 finetune",
        summary="Teaches FLUX.1 [pro] a character, a product or a style from 1 to 20 pictures.",
        group=Group.TRAINING,
        price=training_price,
        availability=Availability.HISTORIC,
        trains=Base.FLUX1_PRO,
    )
    rules: ClassVar[DatasetRules] = DatasetRules(
        min_pictures=1,
        advised_pictures=6,
        max_pictures=20,
        formats=("JPEG", "PNG", "WEBP"),
        max_pixels=1024 * 1024,
        automatic_captions="captioning",
        caption_advice="Pictures without a caption are described by the service, with automatic captions on.",
    )
    name_field: ClassVar[str] = "finetune_comment"
    steps_rule: ClassVar[StepsRule | None] = ITERATIONS
    purposes: ClassVar[Mapping[Purpose, Mapping[str, Any]]] = {
        Purpose.TRIAL: {"priority": "speed"},
        Purpose.CHARACTER: {"mode": "character", "priority": "quality"},
        Purpose.PRODUCT: {"mode": "product", "priority": "quality"},
        Purpose.STYLE: {"mode": "style", "priority": "quality"},
    }

    finetune_comment: Name
    mode: Mode
    trigger_word: TriggerWord = "TOK"
    finetune_type: FinetuneType = "full"
    iterations: Iterations = 300
    learning_rate: LearningRate = None
    captioning: Captioning = True
    priority: Priority = "quality"
    lora_rank: LoraRank = 32

    @classmethod
    def suggested(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the learning rate that follows from the finetune type."""
        return {"learning_rate": default_learning_rate(str(values.get("finetune_type") or "full"))}

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return what mode, iterations and learning rate are best. Source: BFL finetuning guide, 2026-10."""
        kind = str(values.get("finetune_type") or "full")
        rate = default_learning_rate(kind)
        is_general = values.get("mode") == "general"
        whose = "a LoRA, ten times that of a full one" if kind == "lora" else "a full finetune"
        return (
            *super().advice(values, pictures),
            *wanted("mode", values.get("mode")),
            *((Advice("mode", "Captions describe the whole picture."),) if is_general else ()),
            Advice(
                "learning_rate",
                f"{number_text(rate)} for {whose}; a lower one may be better but needs more iterations.",
                rate,
            ),
        )


TRAINING: tuple[type[TrainingEndpoint], ...] = (BFLTraining,)
"""Everything that BFL trains with."""
