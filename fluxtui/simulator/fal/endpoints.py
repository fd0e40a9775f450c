"""What an endpoint of fal is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.core.weights import BaseModel

Status = Literal["active", "deprecated"]
PaintJob = Literal["create", "edit", "fill", "depth", "canny", "deblur"]
"""What the painter does with input pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FalEndpoint:
    """One endpoint: its inputs, the model it is for, its price in USD for each step or megapixel."""

    id: str
    fields: tuple[Field, ...]
    base: BaseModel
    unit_price: float
    status: Status = "active"
    unit: ClassVar[str]
    """What the price is for."""

    @property
    def app(self) -> str:
        """The first two segments of the id, under which its jobs are asked about."""
        return "/".join(self.id.split("/")[:2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainer(FalEndpoint):
    """Trains a LoRA from the ZIP at the address in the field `archive`.

    `weights` is the output that holds the LoRA; `most_inputs` is how many pictures there may be before each
    result where it learns from pairs, else 0; where `caption` names a field, each picture (or pair) needs a
    caption of its own unless that is given; at least `least_steps` are billed; `factored` tells that each
    step costs the more the more pictures there are before a result.
    """

    unit: ClassVar[str] = "steps"
    archive: str
    weights: str = "diffusers_lora_file"
    most_inputs: int = 0
    mixed_inputs: bool = True
    caption: str | None = "default_caption"
    least_steps: int = 0
    factored: bool = False
    preprocessed: bool = False
    checkpoint: str | None = None
    """The field with the address of a LoRA that the training goes on with."""

    @property
    def pairs(self) -> bool:
        """Whether it learns from pictures of before and after."""
        return self.most_inputs > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator(FalEndpoint):
    """Makes pictures with LoRAs. `job` is the painter's word; `inputs` the fields with input pictures.

    `paid_inputs` means that the megapixels of input pictures are billed as well.
    """

    unit: ClassVar[str] = "megapixels"
    job: PaintJob = "create"
    inputs: tuple[str, ...] = ()
    default_format: str = "png"
    paid_inputs: bool = False
    further_price: float | None = None
    """USD of each megapixel after the first, where that costs less."""
    one_image: bool = False
    """Whether the answer names one `image` instead of a list of `images`."""
