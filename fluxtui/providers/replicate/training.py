"""The trainers of FLUX.1 [dev] LoRAs. Source: replicate/flux-fine-tuner (train.py), read 2026-11.

What would publish the LoRA at Hugging Face or log elsewhere (`hf_token`, `hf_repo_id`, `wandb_...`) is no
parameter here and never sent. That an archive may have 100 MB is commonly said and not confirmed by
Replicate; the greatest number of pictures is our own bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from fluxtui.domain.advice import Advice, Purpose, StepsRule, wanted
from fluxtui.domain.dataset import CaptionRule, DatasetRules
from fluxtui.domain.endpoint import (
    Availability,
    EndpointInfo,
    Group,
    Parameter,
    TrainingEndpoint,
    number_text,
)
from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.weights import Base
from fluxtui.providers.replicate.prices import training_price

_RESOLUTIONS = re.compile(r"[1-9][0-9]{2,3}(,[1-9][0-9]{2,3})*")
_STEPS_NAMES = ("steps", "training_steps")


def _checked_resolutions(text: str) -> str:
    plain = text.replace(" ", "")
    if _RESOLUTIONS.fullmatch(plain) is None:
        raise ValueError("must be numbers of pixels with commas between, such as 512,768,1024")
    return plain


Name = Annotated[
    str,
    Field(min_length=1, max_length=80),
    Parameter(
        "Name",
        "What the finetune will be called; at Replicate it is the beginning of the name of a private model.",
        local=True,
    ),
]
TriggerWord = Annotated[
    str,
    Field(min_length=1),
    Parameter(
        "Trigger word", "The word that will call the learned subject in a prompt; an invented one is best."
    ),
]
_STEPS = Parameter(
    "Steps",
    "How long it learns; difficult subjects need more.",
    unit="steps",
    step=100,
)
Steps = Annotated[int, Field(ge=3, le=6000), _STEPS]
FastSteps = Annotated[int, Field(ge=10, le=4000), _STEPS]
Autocaption = Annotated[
    bool,
    Parameter("Automatic captions", "Let the service describe the pictures that come without a caption."),
]
CaptionPrefix = Annotated[
    str | None,
    Parameter(
        "Captions begin with",
        "Stands in front of each automatic caption: a photo of TOK, for example.",
        advanced=True,
        empty="nothing",
    ),
]
CaptionSuffix = Annotated[
    str | None,
    Parameter(
        "Captions end with",
        "Stands behind each automatic caption: in the style of TOK, for example.",
        advanced=True,
        empty="nothing",
    ),
]
LearningRate = Annotated[
    float,
    Field(ge=1e-6, le=1e-2),
    Parameter("Learning rate", "How fast it learns; rarely worth a change.", advanced=True, step=1e-4),
]
LoraRank = Annotated[
    int,
    Field(ge=1, le=128),
    Parameter(
        "LoRA rank",
        "Size of the LoRA: a higher one learns more detail, takes longer, and needs better captions.",
        advanced=True,
        step=8,
    ),
]
BatchSize = Annotated[
    int,
    Field(ge=1, le=16),
    Parameter(
        "Batch size",
        "Pictures learned from in one step; more take longer and cost more.",
        advanced=True,
        step=1,
    ),
]
Resolution = Annotated[
    str,
    AfterValidator(_checked_resolutions),
    Parameter("Resolutions", "Sizes in pixels that it learns at, with commas between.", advanced=True),
]
CaptionDropout = Annotated[
    float,
    Field(ge=0, le=1),
    Parameter(
        "Caption dropout",
        "The part of the steps that learns without a caption; more for a style.",
        advanced=True,
        step=0.05,
    ),
]
Optimizer = Annotated[
    Literal["prodigy", "adam8bit", "adamw8bit", "lion8bit", "adam", "adamw", "lion", "adagrad", "adafactor"],
    Parameter("Optimizer", "The method of learning; rarely worth a change.", advanced=True),
]
CacheLatents = Annotated[
    bool,
    Parameter(
        "Intermediate results on disk",
        "For many pictures, where the training ends for want of memory; slower.",
        advanced=True,
    ),
]
Layers = Annotated[
    str | None,
    Parameter(
        "Layers",
        "A regular expression for the layers that learn; fewer make it quicker and weaker.",
        advanced=True,
        empty="all",
    ),
]
Checkpointing = Annotated[
    bool,
    Parameter("Save memory", "Gradient checkpointing: less memory, slower.", advanced=True),
]
LoraType = Annotated[
    Literal["subject", "style"],
    Parameter("Type", "Whether a subject is learned, such as a person or a thing, or a style."),
]

STEPS = StepsRule(trial=500, usual=1000, per_picture=100, most=4000)
"""500 to 4000 are advised, and 1000 are the default (replicate/flux-fine-tuner and Replicate's blog, read
2026-11); 100 for each picture is our own, as many who train FLUX LoRAs count."""

_RULES = DatasetRules(
    min_pictures=1,
    advised_pictures=10,
    max_pictures=1000,
    formats=("JPEG", "PNG", "WEBP"),
    max_pixels=4 * 1024 * 1024,
    captions=CaptionRule.OPTIONAL,
    automatic_captions="autocaption",
    caption_advice="Pictures without a caption are described by the service (LLaVA) while automatic captions "
    "are on; where all have one, none is written.",
    max_bytes=100 * 1000 * 1000,
)


class FluxDevLoraTrainer(TrainingEndpoint):
    """Train a FLUX.1 [dev] LoRA with every knob there is."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="ostris/flux-dev-lora-trainer",
        title="FLUX.1 [dev] LoRA",
        summary="Teaches FLUX.1 [dev] a subject or a style in about twenty minutes.",
        group=Group.TRAINING,
        price=training_price,
        trains=Base.FLUX1_DEV,
    )
    rules: ClassVar[DatasetRules] = _RULES
    steps_field: ClassVar[str] = "steps"
    steps_rule: ClassVar[StepsRule | None] = STEPS

    name: Name
    trigger_word: TriggerWord = "TOK"
    steps: Steps = 1000
    autocaption: Autocaption = True
    autocaption_prefix: CaptionPrefix = None
    autocaption_suffix: CaptionSuffix = None
    learning_rate: LearningRate = 4e-4
    lora_rank: LoraRank = 16
    batch_size: BatchSize = 1
    resolution: Resolution = "512,768,1024"
    caption_dropout_rate: CaptionDropout = 0.05
    optimizer: Optimizer = "adamw8bit"
    cache_latents_to_disk: CacheLatents = False
    gradient_checkpointing: Checkpointing = False
    layers_to_optimize_regex: Layers = None

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return what is known of steps and learning rate, and how automatic captions get the trigger word.

        Source: replicate/flux-fine-tuner (train.py), read 2026-11.
        """
        rate = cls.model_fields["learning_rate"].default
        word = str(values.get("trigger_word") or "the trigger word")
        return (
            *super().advice(values, pictures),
            Advice("learning_rate", f"{number_text(rate)} is the trainer's own.", rate),
            Advice("autocaption_prefix", f"For a person or a thing: a photo of {word},"),
            Advice("autocaption_suffix", f"For a style: in the style of {word}"),
        )


class FastFluxTrainer(TrainingEndpoint):
    """Train a FLUX.1 [dev] LoRA in minutes. Its source is not public: the parameters are its callers'."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="replicate/fast-flux-trainer",
        title="FLUX.1 [dev] LoRA, fast",
        summary="Teaches FLUX.1 [dev] a subject or a style in about two minutes, with few knobs.",
        group=Group.TRAINING,
        price=training_price,
        availability=Availability.BETA,
        trains=Base.FLUX1_DEV,
    )
    rules: ClassVar[DatasetRules] = _RULES
    steps_field: ClassVar[str] = "steps"
    steps_rule: ClassVar[StepsRule | None] = STEPS
    purposes: ClassVar[Mapping[Purpose, Mapping[str, Any]]] = {
        Purpose.CHARACTER: {"lora_type": "subject"},
        Purpose.PRODUCT: {"lora_type": "subject"},
        Purpose.STYLE: {"lora_type": "style"},
    }

    name: Name
    trigger_word: TriggerWord = "TOK"
    lora_type: LoraType = "subject"
    steps: FastSteps = 1000

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return what is known of the steps, and what pictures each type wants."""
        return (*super().advice(values, pictures), *wanted("lora_type", values.get("lora_type")))


def training_input(request: TrainingEndpoint, schema: Any) -> dict[str, Any]:
    """Return the input of a training but for the archive, under the names of the trainer's version.

    Args:
        request: validated.
        schema: the version's `openapi_schema`.

    Raises:
        UnexpectedAnswer: it has no place for the number of steps.
    """
    known = _properties(schema)
    steps = next((name for name in _STEPS_NAMES if name in known), None)
    if steps is None:
        raise UnexpectedAnswer(
            f"{request.info.title} at Replicate has changed: it names no parameter for the steps. "
            "Nothing was billed.",
            retryable=False,
            next_step="Use the other trainer, and look for a newer version of this program.",
        )
    values = request.wire()
    return {(steps if name in _STEPS_NAMES else name): value for name, value in values.items()}


def name_in(request: TrainingEndpoint) -> str:
    """Return what the finetune of a training is to be called."""
    return str(request.given()[request.name_field])


def told_steps(values: Mapping[str, Any]) -> Any:
    """Return the number of steps in the input of a training, whatever it is called, or None."""
    return next((values[name] for name in _STEPS_NAMES if values.get(name) is not None), None)


def _properties(schema: Any) -> Mapping[str, Any]:
    found = schema
    for name in ("components", "schemas", "TrainingInput", "properties"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
