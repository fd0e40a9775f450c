"""A trained model that one can generate with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.weights import Base, Weights

OWN_FILES = "files"
"""Stands in place of a profile for LoRAs whose file the user has brought."""


class FinetuneState(StrEnum):
    """Whether a finetune can be used now."""

    TRAINING = "training"
    READY = "ready"
    MISSING = "missing"
    DELETED = "deleted"


MOST_COUNTED = 1_000_000
"""More than a LoRA's rank or a training's steps can be; trainers take ranks to 128 and steps to 10,000."""

_MOST_RATE = 1000.0


def _as_count(value: int | None) -> int | None:
    return value if value is not None and 0 < value <= MOST_COUNTED else None


def _as_rate(value: float | None) -> float | None:
    # Compared so that no value which is not a number gets through.
    return value if value is not None and 0 < value <= _MOST_RATE else None


class Finetune(BaseModel):
    """A finetune as known locally; services tell what they like, so everything but the id may be absent.

    A rank, a number of steps or a learning rate that no training can have had counts as absent.

    `base` is the base model it was trained on, `weights` its file in the data directory, `weights_url` where
    a service keeps that file for anyone who knows the address, and `endpoint` what trained it.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    profile: str
    id: str
    name: str
    state: FinetuneState = FinetuneState.READY
    trigger_word: str | None = None
    mode: str | None = None
    finetune_type: str | None = None
    lora_rank: Annotated[int | None, AfterValidator(_as_count)] = None
    iterations: Annotated[int | None, AfterValidator(_as_count)] = None
    learning_rate: Annotated[float | None, AfterValidator(_as_rate)] = None
    priority: str | None = None
    captioning: bool | None = None
    created_at: datetime | None = None
    refreshed_at: datetime | None = None
    job_id: str | None = None
    dataset: TrainingSet | None = None
    favourite: bool = False
    raw: dict[str, Any] = {}
    base: Base | None = None
    weights: Weights | None = None
    weights_url: str | None = Field(default=None, repr=False)
    endpoint: str | None = None

    @property
    def ref(self) -> str:
        """What names it among all finetunes of all profiles: `profile/id`; no profile has a slash."""
        return f"{self.profile}/{self.id}"

    @property
    def edits(self) -> bool:
        """Whether it has learned an edit, from pairs of pictures: it needs a picture to be edited."""
        return self.dataset is not None and self.dataset.pairs

    @property
    def is_usable(self) -> bool:
        """Whether generating with it makes sense now; what its service has lost may be here as a file."""
        kept = self.state is FinetuneState.MISSING and self.weights is not None
        return kept or self.state is FinetuneState.READY
