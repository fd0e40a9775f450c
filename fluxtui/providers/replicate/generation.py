"""What generates with a LoRA for FLUX.1 [dev], and what all that generates here shares.

Source: replicate/cog-flux (predict.py) of 2025-07-31, the newest that is published, read 2026-12.

Every value is sent, the service's own defaults too, so that a recipe stays true when those change. Of what a
request asks for, one picture is ever wanted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, ValidationInfo, model_validator

from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    GenerationEndpoint,
    Group,
    fields_of,
)
from fluxtui.domain.loras import LORAS, LoraRow, name_field, rows_in, weight_field
from fluxtui.domain.weights import Base
from fluxtui.providers.replicate.names import reference
from fluxtui.providers.replicate.parameters import (
    CUSTOM,
    PIXELS,
    FurtherLora,
    FurtherStrength,
    GoFast,
    Guidance,
    Height,
    Mask,
    Megapixels,
    NoSafetyChecker,
    OutputFormat,
    OutputQuality,
    Prompt,
    PromptStrength,
    Seed,
    Shape,
    ShapeOrCustom,
    SourcePicture,
    Steps,
    Strength,
    TrainedHere,
    TwoLoras,
    Variant,
    Width,
)
from fluxtui.providers.replicate.prices import picture_price, running_price

# Source: replicate/cog-flux (weights.py), read 2026-11; whatever else fails after it was ordered.
_FETCHED = re.compile(
    r"https?://(\S+\.safetensors(\?\S*)?|replicate\.delivery/\S+\.tar"
    r"|huggingface\.co/[^/\s]+/[^/\s]+/?|civitai\.com/(api/download/)?models/\S+)",
    re.IGNORECASE,
)
LOOKED_UP = frozenset({Control.PICTURE, Control.PICTURES, Control.FINETUNE, Control.LORA_STACK})
"""What stands in a request for something that Replicate is told another address or name of."""


class ReplicateGeneration(GenerationEndpoint):
    """Base of what generates here.

    Attributes:
        wire_names: Replicate's names for parameters with another here.
        constants: what is always sent beside them: of several pictures, one is ever wanted.
        official: whether it runs by its name. Others are run by their newest version, which is looked up.
        fetched: the addresses of LoRAs that it fetches itself.
        takes_models: whether it takes the name of a model for the LoRA that was trained into that.
        lora_names: Replicate's parameters that say where the LoRAs of the list are.
        token_names: Replicate's parameters for the tokens with which it fetches them, by the host.
    """

    wire_names: ClassVar[Mapping[str, str]] = {}
    constants: ClassVar[Mapping[str, Any]] = {"num_outputs": 1}
    official: ClassVar[bool] = True
    fetched: ClassVar[re.Pattern[str]] = _FETCHED
    takes_models: ClassVar[bool] = True
    lora_names: ClassVar[tuple[str, ...]] = ()
    token_names: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def size_of(cls, values: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return the size of the picture that values ask for, None where an input picture decides."""
        shape = values.get("aspect_ratio")
        if values.get("image"):
            return None
        if shape == CUSTOM or "aspect_ratio" not in cls.model_fields:
            return super().size_of(values)
        if "megapixels" not in cls.model_fields or shape not in PIXELS:
            return None
        width, height = PIXELS[shape]
        return (width // 2, height // 2) if values.get("megapixels") == "0.25" else (width, height)

    @classmethod
    def sized(cls, width: int, height: int) -> Mapping[str, Any]:
        """Return the values that ask for a size in pixels."""
        shape = {"aspect_ratio": CUSTOM} if "aspect_ratio" in cls.model_fields else {}
        return {**shape, "width": width, "height": height}

    @classmethod
    def wire_name(cls, name: str) -> str:
        """Return what Replicate calls a parameter."""
        return cls.wire_names.get(name, name)

    def lora_weights(self) -> Mapping[str, float]:
        """Return how strongly the LoRAs of the list show, by Replicate's parameters."""
        return {}

    def named_loras(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """Return what Replicate is told of the LoRAs of the list, from where it fetches each."""
        return dict(zip(self.lora_names, addresses, strict=False))

    def rows(self) -> tuple[LoraRow, ...]:
        """Return the LoRAs of the list."""
        return rows_in(self.given().get(LORAS))

    def plain_input(self) -> dict[str, Any]:
        """Return the input under Replicate's names, but for pictures and LoRAs, which are looked up first.

        What counts for nothing beside the other values, such as a size beside a shape, is left out.
        """
        values = self.wire()
        left_out = {
            field.name
            for field in fields_of(type(self))
            if field.control in LOOKED_UP or not field.counts_in(values)
        }
        named = reference(str(values.get("extra_lora", "")))
        if named is not None:
            values["extra_lora"] = named.as_lora
        plain = {self.wire_name(name): value for name, value in values.items() if name not in left_out}
        return {**plain, **self.lora_weights(), **self.constants}


def painting_over(strength: float, info: ValidationInfo) -> float:
    """Return the strength of the prompt; with a picture, none would give that picture back, and be paid."""
    if strength <= 0 and info.data.get("image"):
        raise ValueError("must be more than 0: nothing of the picture would be changed, and it would be paid")
    return strength


class TrainedVersion(ReplicateGeneration):
    """A version that a training has put into a model of the account."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="trained-version",
        title="FLUX.1 [dev] LoRA, trained here",
        summary="Generates with a finetune of this account; the first picture after a while can take minutes "
        "to begin.",
        group=Group.FINETUNED,
        price=running_price,
        finetunes=FinetuneUse(FinetuneBy.ID, frozenset({Base.FLUX1_DEV})),
    )
    wire_names: ClassVar[Mapping[str, str]] = {
        "finetune_strength": "lora_scale",
        "steps": "num_inference_steps",
        "guidance": "guidance_scale",
    }

    prompt: Prompt
    finetune_id: TrainedHere
    finetune_strength: Strength = 1.0
    aspect_ratio: ShapeOrCustom = "1:1"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    model: Variant = "dev"
    steps: Steps = 28
    guidance: Guidance = 3.0
    megapixels: Megapixels = "1"
    image: SourcePicture = None
    mask: Mask = None
    prompt_strength: Annotated[PromptStrength, AfterValidator(painting_over)] = 0.8
    extra_lora: FurtherLora = None
    extra_lora_scale: FurtherStrength = 1.0
    go_fast: GoFast = False
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80
    disable_safety_checker: NoSafetyChecker = False

    @model_validator(mode="after")
    def _mask_has_a_picture(self) -> Self:
        if self.mask and not self.image:
            raise ValueError("A mask needs the picture that it belongs to.")
        return self


class FluxDevLora(ReplicateGeneration):
    """The official model that takes LoRAs by the addresses of their files."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="black-forest-labs/flux-dev-lora",
        title="FLUX.1 [dev] with LoRA",
        summary="Generates with up to two LoRAs that lie at an address which Replicate can fetch.",
        group=Group.FINETUNED,
        price=picture_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.FLUX1_DEV}), most=2),
    )
    wire_names: ClassVar[Mapping[str, str]] = {
        "steps": "num_inference_steps",
    }
    lora_names: ClassVar[tuple[str, ...]] = ("lora_weights", "extra_lora")
    token_names: ClassVar[Mapping[str, str]] = {
        "huggingface.co": "hf_api_token",
        "civitai.com": "civitai_api_token",
    }
    older_names: ClassVar[Mapping[str, str]] = {
        "extra_lora": name_field(2),
        "extra_lora_scale": weight_field(2),
    }

    prompt: Prompt
    loras: TwoLoras = None
    aspect_ratio: Shape = "1:1"
    seed: Seed = None
    steps: Steps = 28
    guidance: Guidance = 3.0
    megapixels: Megapixels = "1"
    image: SourcePicture = None
    prompt_strength: Annotated[PromptStrength, AfterValidator(painting_over)] = 0.8
    go_fast: GoFast = False
    output_format: OutputFormat = "webp"
    output_quality: OutputQuality = 80
    disable_safety_checker: NoSafetyChecker = False

    def lora_weights(self) -> Mapping[str, float]:
        """Return how strongly the first LoRA shows, and the second."""
        weights = (row.weight for row in self.rows())
        return dict(zip(("lora_scale", "extra_lora_scale"), weights, strict=False))
