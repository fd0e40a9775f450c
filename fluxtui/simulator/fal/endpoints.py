"""What an endpoint of fal is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from fluxtui.simulator.core.fields import Field
from fluxtui.simulator.core.weights import BaseModel

Status = Literal["active", "deprecated"]
PaintJob = Literal["create", "edit", "fill", "depth", "canny"]
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

    `weights` is the output that holds the LoRA; `pairs` means pictures of before and after; with `captioned`
    each picture needs a caption unless `default_caption` is given; at least `least_steps` are billed.
    """

    unit: ClassVar[str] = "steps"
    archive: str
    weights: str = "diffusers_lora_file"
    pairs: bool = False
    captioned: bool = True
    least_steps: int = 0
    preprocessed: bool = False


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
