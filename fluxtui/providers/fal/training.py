"""The trainers of fal.ai.

Source: the types of fal's JavaScript client (2026-08) and the OpenAPI documents and model pages of fal.ai,
read 2026-11. Learning rates of FLUX.2 have no range there, and the fast training no default for its steps:
both are ours. So is the greatest number of pictures and of their pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

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
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.prices import live_training_price, training_price


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
TrainingStyle = Annotated[
    Literal["subject", "style"],
    Parameter("Type", "Whether a subject is learned, such as a person or a thing, or a style."),
]
Resolution = Annotated[
    Literal[512, 768, 1024],
    BeforeValidator(whole_number),
    Parameter("Resolution", "Size in pixels that it learns at.", unit="px", advanced=True),
]


STEPS = StepsRule(trial=500, usual=1000, per_picture=100, most=4000)
"""1000 is the default of fal's trainers (OpenAPI documents, read 2026-11). The rest is our own: half of that
to try out, and 100 for each picture as many who train FLUX LoRAs count."""

PORTRAIT_STEPS = StepsRule(trial=1000, usual=2500, per_picture=100, most=4000)
"""The same for the portrait trainer, whose default is 2500."""


def rules_for(advised: int, advice: str, *, needed: bool = False) -> DatasetRules:
    """Return what a trainer takes; with `needed` the default caption stands in for missing ones."""
    return DatasetRules(
        min_pictures=1,
        advised_pictures=advised,
        max_pictures=1000,
        formats=("JPEG", "PNG", "WEBP"),
        max_pixels=4 * 1024 * 1024,
        captions=CaptionRule.NEEDED if needed else CaptionRule.OPTIONAL,
        default_caption="default_caption" if needed else None,
        caption_advice=advice,
        captions_replace_trigger=needed,
    )


CAPTIONED = rules_for(
    10,
    "Every picture needs a caption, in a text file of its name, or the default caption stands in.",
    needed=True,
)
_UNCAPTIONED = rules_for(
    4,
    "Pictures without a caption are learned with the trigger word alone; where there are captions, "
    "they count.",
)
_MASKED = replace(_UNCAPTIONED, masks=True, captions_replace_trigger=True)
"""Source: fal's page of flux-lora-fast-training, read 2026-11: with captions the trigger word is ignored, and
`NAME_mask` beside a picture is its mask."""


class FalTraining(TrainingEndpoint):
    """Base of the trainers; `archive_field` is fal's name for the address of the archive.

    `wire_names` are fal's names for parameters that are called otherwise here.
    """

    steps_field: ClassVar[str] = "steps"
    steps_rule: ClassVar[StepsRule | None] = STEPS
    archive_field: ClassVar[str] = "images_data_url"
    wire_names: ClassVar[Mapping[str, str]] = {}

    def plain_input(self) -> dict[str, Any]:
        """Return the input under fal's names, but for the archive."""
        return {self.wire_names.get(name, name): value for name, value in self.wire().items()}

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return what is known of steps and learning rate; for the latter, what the trainer has by itself."""
        field = cls.model_fields.get("learning_rate")
        if field is None:
            return super().advice(values, pictures)
        usual = f"{number_text(field.default)} is the trainer's own."
        return (*super().advice(values, pictures), Advice("learning_rate", usual, field.default))


def trainer_info(
    name: str,
    title: str,
    summary: str,
    base: Base,
    availability: Availability = Availability.SERVING,
) -> EndpointInfo:
    """Return what a trainer is apart from its parameters."""
    return EndpointInfo(
        id=name,
        title=title,
        summary=summary,
        group=Group.TRAINING,
        price=training_price,
        availability=availability,
        trains=base,
        live_price=live_training_price,
    )


class TrainerWithCaptions(FalTraining):
    """Base of the trainers that are told of the subject by captions alone, and take no trigger word.

    Source: the types of fal's JavaScript client, 2026-08.
    """

    rules: ClassVar[DatasetRules] = CAPTIONED
    archive_field: ClassVar[str] = "image_data_url"

    @classmethod
    def suggested(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the trigger word as the default caption, for it is learned from captions alone."""
        word = str(values.get("trigger_word") or "").strip()
        return {"default_caption": word or None}

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return the same, and that it is told of the subject by captions alone."""
        word = str(values.get("trigger_word") or "").strip()
        told = f"Write {word} into every caption." if word else "Captions alone tell it what is learned."
        return (*super().advice(values, pictures), Advice("trigger_word", told))


class Klein9BTrainer(TrainerWithCaptions):
    """Train a LoRA for FLUX.2 [klein] 9B."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-klein-9b-base-trainer",
        "FLUX.2 [klein] 9B LoRA",
        "Teaches FLUX.2 [klein] 9B from pictures with captions.",
        Base.KLEIN_9B,
    )

    name: Name
    trigger_word: OwnTrigger = None
    default_caption: DefaultCaption = None
    steps: StepsFrom100 = 1000
    learning_rate: LearningRate = 5e-5
    output_lora_format: LoraFormat = "fal"


class Flux2Trainer(Klein9BTrainer):
    """Train a LoRA for FLUX.2 [dev]."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-trainer",
        "FLUX.2 [dev] LoRA",
        "Teaches FLUX.2 [dev], the largest open model, from pictures with captions.",
        Base.FLUX2_DEV,
    )


class Flux2TrainerV2(Klein9BTrainer):
    """Train a LoRA for FLUX.2 [dev] at several resolutions."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-trainer-v2",
        "FLUX.2 [dev] LoRA, second version",
        "Teaches FLUX.2 [dev] at several resolutions, from pictures with captions.",
        Base.FLUX2_DEV,
    )


class FastTrainer(FalTraining):
    """Train a LoRA for FLUX.1 [dev] in minutes."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-lora-fast-training",
        "FLUX.1 [dev] LoRA, fast",
        "Teaches FLUX.1 [dev] a subject or a style in minutes.",
        Base.FLUX1_DEV,
    )
    rules: ClassVar[DatasetRules] = _MASKED
    purposes: ClassVar[Mapping[Purpose, Mapping[str, Any]]] = {
        Purpose.CHARACTER: {"is_style": False, "create_masks": True},
        Purpose.PRODUCT: {"is_style": False, "create_masks": True},
        Purpose.STYLE: {"is_style": True},
    }

    name: Name
    trigger_word: TriggerWord = None
    is_style: IsStyle = False
    steps: StepsFrom1 = 1000
    create_masks: CreateMasks = True
    is_input_format_already_preprocessed: Preprocessed = False

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return the same, and what pictures are wanted."""
        kind = "style" if values.get("is_style") else "subject"
        return (*super().advice(values, pictures), *wanted("is_style", kind))


class PortraitTrainer(FalTraining):
    """Train a LoRA of a person for FLUX.1 [dev]."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-lora-portrait-trainer",
        "FLUX.1 [dev] LoRA, portraits",
        "Teaches FLUX.1 [dev] a person, with bright highlights and good likeness.",
        Base.FLUX1_DEV,
    )
    rules: ClassVar[DatasetRules] = _UNCAPTIONED
    steps_rule: ClassVar[StepsRule | None] = PORTRAIT_STEPS
    purposes: ClassVar[Mapping[Purpose, Mapping[str, Any]]] = {Purpose.CHARACTER: {"subject_crop": True}}
    wire_names: ClassVar[Mapping[str, str]] = {"trigger_word": "trigger_phrase"}

    name: Name
    trigger_word: TriggerWord = None
    steps: StepsFrom1 = 2500
    learning_rate: PortraitRate = 9e-5
    multiresolution_training: Multiresolution = True
    subject_crop: SubjectCrop = True
    create_masks: CreateMasks = False


class TurboTrainer(FalTraining):
    """Train a LoRA for FLUX.1 [dev] at the greatest speed."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/turbo-flux-trainer",
        "FLUX.1 [dev] LoRA, turbo",
        "Teaches FLUX.1 [dev] a subject or a style as quickly as it can be done.",
        Base.FLUX1_DEV,
    )
    rules: ClassVar[DatasetRules] = _UNCAPTIONED
    purposes: ClassVar[Mapping[Purpose, Mapping[str, Any]]] = {
        Purpose.CHARACTER: {"training_style": "subject", "face_crop": True},
        Purpose.PRODUCT: {"training_style": "subject", "face_crop": False},
        Purpose.STYLE: {"training_style": "style", "face_crop": False},
    }
    wire_names: ClassVar[Mapping[str, str]] = {"trigger_word": "trigger_phrase"}

    name: Name
    trigger_word: NeededTrigger = "ohwx"
    training_style: TrainingStyle = "subject"
    steps: StepsFrom1 = 1000
    learning_rate: TurboRate = 0.00115
    face_crop: FaceCrop = True

    @classmethod
    def advice(cls, values: Mapping[str, Any], pictures: int) -> tuple[Advice, ...]:
        """Return the same, and what pictures each type wants."""
        return (*super().advice(values, pictures), *wanted("training_style", values.get("training_style")))


class Flux3KleinTrainer(FalTraining):
    """Train a LoRA for FLUX 3 [klein]."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "blackforestlabs/flux-3/klein/base/trainer",
        "FLUX 3 [klein] LoRA",
        "Teaches FLUX 3 [klein] from pictures.",
        Base.FLUX3_KLEIN,
        Availability.BETA,
    )
    rules: ClassVar[DatasetRules] = _UNCAPTIONED
    wire_names: ClassVar[Mapping[str, str]] = {"trigger_word": "trigger_phrase"}

    name: Name
    trigger_word: TriggerWord = None
    steps: StepsFrom100 = 1000
    learning_rate: LearningRate = 1e-4
    resolution: Resolution = 1024


class Klein4BTrainer(Klein9BTrainer):
    """Train a LoRA for FLUX.2 [klein] 4B; gone from fal's lists between April and August 2026."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-klein-4b-base-trainer",
        "FLUX.2 [klein] 4B LoRA",
        "Teaches FLUX.2 [klein] 4B; fal seems to have retired it.",
        Base.KLEIN_4B,
        Availability.HISTORIC,
    )
