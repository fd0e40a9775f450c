"""The trainers of fal.ai that learn an edit, from pairs of pictures before and after.

Sources: fal's page of the trainer for FLUX 3 [klein] and that for FLUX.2 [klein] 4B, both read 2026-12; for
the other ones their input descriptions in the types of fal's JavaScript client (2026-08), a public copy of
fal's OpenAPI documents (2026-02) and public copies of the page of the Kontext trainer. How many pictures the
trainers of FLUX.2 [dev] take before each result is not seen in anything published, 2026-12: as many as those
of FLUX.2 [klein]. Whether pairs may have different numbers of them is said of FLUX 3 [klein] alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from fluxtui.domain.advice import StepsRule
from fluxtui.domain.dataset import Dataset, DatasetRules, PairRules
from fluxtui.domain.endpoint import Availability, EndpointInfo, Parameter
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.prices import live_training_price, training_price
from fluxtui.providers.fal.training import (
    FalTraining,
    rules_for,
    trainer_info,
)
from fluxtui.providers.fal.training_parameters import (
    LearningRate,
    LoraFormat,
    Name,
    Resolution,
    StepsFrom100,
)

DefaultInstruction = Annotated[
    str | None,
    Parameter(
        "Default instruction",
        "Says what is done in every pair that has no caption of its own, as you will ask for it later.",
        empty="none",
    ),
]
_STEPS = Parameter("Steps", "How long it learns; difficult edits need more.", unit="steps", step=100)
StepsFrom2 = Annotated[int, Field(ge=2, le=10_000), _STEPS]

EDIT_STEPS = StepsRule(trial=500, usual=1000, per_picture=50, most=4000)
"""1000 is the default of these trainers. The rest is our own."""


def _pair_rules(most_inputs: int, *, mixed: bool = False) -> DatasetRules:
    """Return what a trainer of pairs takes; our own advice is ten of them."""
    return replace(
        rules_for(
            10,
            "Every pair needs a caption that says what is done, such as photo.txt for photo_start.jpg and "
            "photo_end.jpg, or the default one stands in.",
            needed=True,
        ),
        captions_replace_trigger=False,
        pairs=PairRules(most_inputs, mixed=mixed),
    )


class EditTraining(FalTraining):
    """Base of the trainers that learn from pairs, whose price grows with the pictures before each result."""

    steps_rule: ClassVar[StepsRule | None] = EDIT_STEPS

    def estimate_on(self, dataset: Dataset | None, live: UnitPrice | None = None) -> Estimate:
        """Return what a training on these pairs will probably cost; with one input each where not known."""
        inputs = max(dataset.most_inputs, 1) if dataset is not None else 1
        if live is None:
            return training_price(self, inputs)
        return live_training_price(self, live, inputs)


class Klein9BEditTrainer(EditTraining):
    """Train a LoRA that edits with FLUX.2 [klein] 9B."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-klein-9b-base-trainer/edit",
        "FLUX.2 [klein] 9B edit LoRA",
        "Teaches FLUX.2 [klein] 9B an edit, from pairs of pictures before and after.",
        Base.KLEIN_9B,
    )
    rules: ClassVar[DatasetRules] = _pair_rules(4)
    archive_field: ClassVar[str] = "image_data_url"

    name: Name
    default_caption: DefaultInstruction = None
    steps: StepsFrom100 = 1000
    learning_rate: LearningRate = 5e-5
    output_lora_format: LoraFormat = "fal"


class Flux2EditTrainer(Klein9BEditTrainer):
    """Train a LoRA that edits with FLUX.2 [dev]."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-trainer/edit",
        "FLUX.2 [dev] edit LoRA",
        "Teaches FLUX.2 [dev] an edit, from pairs of pictures before and after.",
        Base.FLUX2_DEV,
    )


class Flux2EditTrainerV2(Klein9BEditTrainer):
    """Train a LoRA that edits with FLUX.2 [dev] at several resolutions."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-2-trainer-v2/edit",
        "FLUX.2 [dev] edit LoRA, second version",
        "Teaches FLUX.2 [dev] an edit at several resolutions, from pairs of pictures before and after.",
        Base.FLUX2_DEV,
    )


class KontextTrainer(EditTraining):
    """Train a LoRA for FLUX.1 Kontext [dev]. Its learning rate is that of its page, not of the types."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "fal-ai/flux-kontext-trainer",
        "FLUX.1 Kontext [dev] edit LoRA",
        "Teaches FLUX.1 Kontext [dev] an edit, from pairs of pictures before and after.",
        Base.FLUX1_KONTEXT,
    )
    rules: ClassVar[DatasetRules] = _pair_rules(1)
    archive_field: ClassVar[str] = "image_data_url"

    name: Name
    default_caption: DefaultInstruction = None
    steps: StepsFrom2 = 1000
    learning_rate: LearningRate = 1e-4
    output_lora_format: LoraFormat = "fal"


class Flux3KleinEditTrainer(EditTraining):
    """Train a LoRA that edits with FLUX 3 [klein]; the instruction for pairs without one is its phrase."""

    info: ClassVar[EndpointInfo] = trainer_info(
        "blackforestlabs/flux-3/klein/base/trainer/edit",
        "FLUX 3 [klein] edit LoRA",
        "Teaches FLUX 3 [klein] an edit, from pairs with up to ten pictures before each result.",
        Base.FLUX3_KLEIN,
        Availability.BETA,
    )
    rules: ClassVar[DatasetRules] = _pair_rules(10, mixed=True)
    wire_names: ClassVar[Mapping[str, str]] = {"default_caption": "trigger_phrase"}

    name: Name
    default_caption: DefaultInstruction = None
    steps: StepsFrom100 = 1000
    learning_rate: LearningRate = 1e-4
    resolution: Resolution = 1024
