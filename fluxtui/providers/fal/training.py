"""The trainers of fal.ai.

Source: the types of fal's JavaScript client (2026-08) and the OpenAPI documents and model pages of fal.ai,
read 2026-11. The greatest number of pictures and of their pixels is our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from fluxtui.domain.advice import Advice, Purpose, StepsRule, wanted
from fluxtui.domain.dataset import CaptionRule, DatasetRules
from fluxtui.domain.endpoint import (
    Availability,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    Group,
    TrainingEndpoint,
    number_text,
)
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.prices import live_training_price, training_price
from fluxtui.providers.fal.training_parameters import (
    Checkpoint,
    CreateMasks,
    DefaultCaption,
    FaceCrop,
    IsStyle,
    LearningRate,
    LoraFormat,
    Multiresolution,
    Name,
    NeededTrigger,
    OwnTrigger,
    PortraitRate,
    Preprocessed,
    Resolution,
    StepsFrom1,
    StepsFrom100,
    SubjectCrop,
    TrainingStyle,
    TriggerWord,
    TurboRate,
)

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

    `wire_names` are fal's names for parameters that are called otherwise here, and `checkpoint_field` is
    what names a LoRA to go on with, where a trainer does that.
    """

    steps_field: ClassVar[str] = "steps"
    steps_rule: ClassVar[StepsRule | None] = STEPS
    archive_field: ClassVar[str] = "images_data_url"
    wire_names: ClassVar[Mapping[str, str]] = {}
    checkpoint_field: ClassVar[str | None] = None

    @property
    def checkpoint(self) -> str | None:
        """What names the LoRA to go on with, None where it begins anew."""
        value = self.given().get(self.checkpoint_field) if self.checkpoint_field else None
        return str(value) if value else None

    def with_files(self, archive: Any, checkpoint: Any = None) -> dict[str, Any]:
        """Return the input under fal's names, with the addresses of the archive and the checkpoint."""
        plain = {self.wire_names.get(name, name): value for name, value in self.wire().items()}
        body = {name: value for name, value in plain.items() if name != self.checkpoint_field}
        if self.checkpoint_field and checkpoint is not None:
            body[self.checkpoint_field] = checkpoint
        return {**body, self.archive_field: archive}

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
    finetunes: FinetuneUse | None = None,
) -> EndpointInfo:
    """Return what a trainer is apart from its parameters; `finetunes` are those that it can go on with."""
    return EndpointInfo(
        id=name,
        title=title,
        summary=summary,
        group=Group.TRAINING,
        price=training_price,
        availability=availability,
        finetunes=finetunes,
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
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX1_DEV})),
    )
    checkpoint_field: ClassVar[str | None] = "resume_from_checkpoint"
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
    resume_from_checkpoint: Checkpoint = None


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
