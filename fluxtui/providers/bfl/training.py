"""The endpoint that trains a finetune. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from fluxtui.domain.dataset import DatasetRules
from fluxtui.domain.endpoint import Availability, EndpointInfo, Group, Parameter, TrainingEndpoint
from fluxtui.domain.weights import Base
from fluxtui.providers.bfl.prices import training_price

LEARNING_RATES: Mapping[str, float] = {"full": 1e-5, "lora": 1e-4}
"""The service's learning rate for each finetune type where none is sent."""


def default_learning_rate(finetune_type: str) -> float:
    """Return the learning rate that the service would choose for a finetune type."""
    return LEARNING_RATES.get(finetune_type, LEARNING_RATES["full"])


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
        "What is learned, which decides how captions are written: for a character use pictures of one "
        "person alone; general describes the whole picture.",
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
        "How long it learns: 100 to 150 to try something out, more for difficult subjects or many pictures.",
        unit="iterations",
        step=50,
    ),
]
LearningRate = Annotated[
    float | None,
    Field(ge=1e-6, le=5e-3),
    Parameter(
        "Learning rate",
        "How fast it learns; a LoRA needs about ten times the rate of a full finetune.",
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
        caption_advice="Pictures without a caption are described by the service.",
    )
    name_field: ClassVar[str] = "finetune_comment"

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
