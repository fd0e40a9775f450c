"""What the Atelier trains and generates with, at its own prices."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from fluxtui.domain.dataset import CaptionRule, DatasetRules
from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    GenerationEndpoint,
    Group,
    Parameter,
    TrainingEndpoint,
)
from fluxtui.domain.money import Estimate, UnitPrice, credits
from fluxtui.domain.weights import Base

PICTURE_USD = 0.04
PASS_USD = 0.02

_BASES = frozenset({Base.FLUX2_DEV})


def _picture_price(_: Any) -> Estimate:
    return Estimate(credits(PICTURE_USD), "a picture")


def _told_picture_price(_: Any, told: UnitPrice) -> Estimate:
    return Estimate(credits(told.usd), "a picture")


def _training_price(request: Any) -> Estimate:
    return Estimate(credits(PASS_USD * request.passes), f"{request.passes} passes")


Prompt = Annotated[str, Field(min_length=1), Parameter("Prompt", "What it shows.", control=Control.PROMPT)]
Seed = Annotated[
    int | None,
    Field(ge=0, le=9999),
    Parameter("Seed", "The same gives the same.", control=Control.SEED, empty="random"),
]
Strength = Annotated[float, Field(ge=0, le=1.5), Parameter("Strength", "How much it shows.", step=0.1)]


class AtelierTraining(TrainingEndpoint):
    """Train a LoRA in passes."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="course",
        title="Atelier course",
        summary="Teaches FLUX.2 [dev] from a few JPEGs with captions.",
        group=Group.TRAINING,
        price=_training_price,
        trains=Base.FLUX2_DEV,
    )
    rules: ClassVar[DatasetRules] = DatasetRules(
        min_pictures=2,
        advised_pictures=3,
        max_pictures=5,
        formats=("JPEG",),
        max_pixels=512 * 512,
        captions=CaptionRule.NEEDED,
        default_caption="caption",
        max_bytes=4_000_000,
    )
    name_field: ClassVar[str] = "label"
    steps_field: ClassVar[str] = "passes"

    label: Annotated[str, Field(min_length=1), Parameter("Label", "Its name here.", local=True)]
    trigger_word: Annotated[str, Parameter("Trigger word", "Calls it in a prompt.")] = "TOK"
    passes: Annotated[int, Field(ge=1, le=40), Parameter("Passes", "How long it learns.", unit="passes")] = 10
    caption: Annotated[str | None, Parameter("Caption for all", "For pictures without one.")] = None


class Plain(GenerationEndpoint):
    """Generate without a finetune."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="plain",
        title="Atelier plain",
        summary="FLUX.2 [dev] as it is.",
        group=Group.BASE,
        price=_picture_price,
        live_price=_told_picture_price,
    )

    prompt: Prompt
    seed: Seed = None


class Mixed(GenerationEndpoint):
    """Generate with the file of any LoRA."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="mixed",
        title="Atelier with a LoRA file",
        summary="FLUX.2 [dev] with a LoRA trained anywhere.",
        group=Group.FINETUNED,
        price=_picture_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, _BASES),
    )

    prompt: Prompt
    finetune_id: Annotated[str, Parameter("LoRA", "Whose file is sent.", control=Control.FINETUNE)]
    finetune_strength: Strength = 1.0
    seed: Seed = None


class Graduate(GenerationEndpoint):
    """Generate with what was trained in the same account, by its id."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="graduate",
        title="Atelier with its own",
        summary="FLUX.2 [dev] with a finetune of this account.",
        group=Group.FINETUNED,
        price=_picture_price,
        finetunes=FinetuneUse(FinetuneBy.ID, _BASES),
    )

    prompt: Prompt
    finetune_id: Annotated[str, Parameter("Finetune", "Trained here.", control=Control.FINETUNE)]
    seed: Seed = None


GENERATION: tuple[type[GenerationEndpoint], ...] = (Mixed, Graduate, Plain)
TRAINING: tuple[type[TrainingEndpoint], ...] = (AtelierTraining,)
