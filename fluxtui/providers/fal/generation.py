"""What generates with LoRAs at fal.ai.

Source: the types of fal's JavaScript client (2026-08) and the model pages of fal.ai, read 2026-11; which
LoRAs go with which endpoint follows from their names. Every value is sent, the service's own defaults too,
so that a recipe stays true when those change. Of what a request asks for, one picture is ever wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fluxtui.domain.endpoint import (
    Availability,
    Control,
    EndpointInfo,
    FinetuneBy,
    FinetuneUse,
    GenerationEndpoint,
    Group,
    fields_of,
)
from fluxtui.domain.loras import LORAS, rows_in, stack_field
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.parameters import (
    CUSTOM,
    MOST_LORAS,
    Acceleration,
    Expansion,
    GuidanceTo20,
    GuidanceTo35,
    Height,
    ImageSize,
    Input1,
    Input2,
    Input3,
    Input4,
    LargeHeight,
    LargeWidth,
    Loras,
    ManyLoras,
    NegativePrompt,
    OldOutputFormat,
    OptionalImageSize,
    OutputFormat,
    Prompt,
    ResolutionMode,
    SafetyChecker,
    Seed,
    SlowAcceleration,
    StepsFrom1,
    StepsFrom4,
    StepsFrom10,
    StepsTo8,
    Width,
)
from fluxtui.providers.fal.prices import live_picture_price, picture_price, size_asked_for

_WIRE_NAMES = {"steps": "num_inference_steps", "guidance": "guidance_scale", "prompt_strength": "strength"}
_SIZE = ("image_size", "width", "height")
_QUICK = "in four to eight steps, quick and cheap"

_PICTURE_NAMES: Mapping[str, str] = {
    "input_image": "image_url",
    "image": "image_url",
    "mask": "mask_url",
    "reference_image": "reference_image_url",
}
"""fal's names of pictures, by ours, where an endpoint takes each as an input of its own."""


class FalGeneration(GenerationEndpoint):
    """Base of what generates here.

    Attributes:
        pictures_field: fal's name for the input pictures where it takes them as a list, else `''`.
        fixed: what is sent whatever is asked for: one picture is ever wanted, and its address.
    """

    pictures_field: ClassVar[str] = ""
    fixed: ClassVar[Mapping[str, Any]] = {"num_images": 1, "sync_mode": False}

    @classmethod
    def input_fields(cls) -> tuple[str, ...]:
        """Return the names of the parameters that hold input pictures, in order."""
        return tuple(field.name for field in fields_of(cls) if field.control is Control.PICTURE)

    @classmethod
    def takes_loras(cls) -> bool:
        """Tell whether it takes LoRAs, which may be none."""
        return stack_field(cls) is not None

    @classmethod
    def size_of(cls, values: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return the size of the picture that values ask for, by its name or in pixels."""
        return size_asked_for(values)

    @classmethod
    def sized(cls, width: int, height: int) -> Mapping[str, Any]:
        """Return the values that ask for a size in pixels, where the endpoint has parameters for it."""
        return {"image_size": CUSTOM, "width": width, "height": height}

    def plain_input(self) -> dict[str, Any]:
        """Return the input under fal's names, but for pictures and LoRAs, which need addresses first."""
        values = self.wire()
        left_out = {LORAS, *self.input_fields(), *_SIZE}
        plain = {_WIRE_NAMES.get(name, name): value for name, value in values.items() if name not in left_out}
        size = values.get("image_size")
        if size == CUSTOM:
            plain["image_size"] = {"width": values["width"], "height": values["height"]}
        elif size is not None:
            plain["image_size"] = size
        return {**plain, **self.fixed}

    def with_files(self, pictures: Mapping[str, Any], loras: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole input.

        Args:
            pictures: addresses by the names of our parameters.
            loras: addresses by what names each LoRA.
        """
        body = self.plain_input()
        if self.pictures_field:
            body[self.pictures_field] = list(pictures.values())
        else:
            body |= {_PICTURE_NAMES[name]: address for name, address in pictures.items()}
        if self.takes_loras():
            rows = rows_in(self.given().get(LORAS))
            body["loras"] = [{"path": loras[row.finetune], "scale": row.weight} for row in rows]
        return body


def lora_info(
    name: str,
    title: str,
    summary: str,
    base: Base,
    *,
    most: int = 3,
    owner: str = "fal-ai",
    availability: Availability = Availability.SERVING,
) -> EndpointInfo:
    """Return what is said of an endpoint that takes LoRAs of a base model, or none."""
    return EndpointInfo(
        id=f"{owner}/{name}",
        title=title,
        summary=summary,
        group=Group.FINETUNED,
        price=picture_price,
        availability=availability,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({base}), most=most),
        live_price=live_picture_price,
    )


class WithLoras(FalGeneration):
    """Base of what takes a prompt and up to three LoRAs."""

    prompt: Prompt
    loras: Loras = None


class WithManyLoras(FalGeneration):
    """Base of what takes a prompt and any number of LoRAs; the bound is our own."""

    prompt: Prompt
    loras: ManyLoras = None


class Klein9BBaseLora(WithLoras):
    """FLUX.2 [klein] 9B base, what LoRAs for it are trained on."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/9b/base/lora",
        "FLUX.2 [klein] 9B base with LoRAs",
        "Generates with up to three LoRAs on the very model that they were trained on.",
        Base.KLEIN_9B,
    )

    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    negative_prompt: NegativePrompt = ""
    steps: StepsFrom4 = 28
    guidance: GuidanceTo20 = 5.0
    acceleration: Acceleration = "regular"
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Klein9BLora(WithLoras):
    """FLUX.2 [klein] 9B, distilled."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/9b/lora",
        "FLUX.2 [klein] 9B with LoRAs",
        f"Generates with up to three LoRAs {_QUICK}.",
        Base.KLEIN_9B,
    )

    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsTo8 = 4
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Klein4BBaseLora(Klein9BBaseLora):
    """FLUX.2 [klein] 4B base."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/4b/base/lora",
        "FLUX.2 [klein] 4B base with LoRAs",
        "Generates with up to three LoRAs on the smaller base model.",
        Base.KLEIN_4B,
    )


class Klein4BLora(Klein9BLora):
    """FLUX.2 [klein] 4B, distilled."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/4b/lora",
        "FLUX.2 [klein] 4B with LoRAs",
        f"Generates with up to three LoRAs on the smaller model {_QUICK}.",
        Base.KLEIN_4B,
    )


class Flux2Lora(WithLoras):
    """FLUX.2 [dev]."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/lora",
        "FLUX.2 [dev] with LoRAs",
        "Generates with up to three LoRAs on the largest open model.",
        Base.FLUX2_DEV,
    )

    image_size: ImageSize = "landscape_4_3"
    width: LargeWidth = 1024
    height: LargeHeight = 1024
    seed: Seed = None
    steps: StepsFrom4 = 28
    guidance: GuidanceTo20 = 2.5
    acceleration: Acceleration = "regular"
    enable_prompt_expansion: Expansion = False
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Flux1Lora(WithManyLoras):
    """FLUX.1 [dev]."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-lora",
        "FLUX.1 [dev] with LoRAs",
        "Generates with LoRAs of the FLUX.1 trainers.",
        Base.FLUX1_DEV,
        most=MOST_LORAS,
    )

    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom1 = 28
    guidance: GuidanceTo35 = 3.5
    acceleration: SlowAcceleration = "none"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class KreaLora(Flux1Lora):
    """FLUX.1 Krea [dev]."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-krea-lora",
        "FLUX.1 Krea [dev] with LoRAs",
        "Generates with LoRAs that were trained on Krea.",
        Base.FLUX1_KREA,
        most=MOST_LORAS,
    )


class KontextLora(WithManyLoras):
    """FLUX.1 Kontext [dev], which edits a picture."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-kontext-lora",
        "FLUX.1 Kontext [dev] with LoRAs",
        "Edits a picture as its LoRA was trained to.",
        Base.FLUX1_KONTEXT,
        most=MOST_LORAS,
    )

    input_image: Input1
    resolution_mode: ResolutionMode = "match_input"
    seed: Seed = None
    steps: StepsFrom10 = 30
    guidance: GuidanceTo20 = 2.5
    acceleration: Acceleration = "none"
    output_format: OldOutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class _Edit(WithLoras):
    pictures_field: ClassVar[str] = "image_urls"

    input_image: Input1
    input_image_2: Input2 = None
    input_image_3: Input3 = None
    input_image_4: Input4 = None
    image_size: OptionalImageSize = None


class Klein9BBaseEditLora(_Edit):
    """FLUX.2 [klein] 9B base, editing pictures."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/9b/base/edit/lora",
        "FLUX.2 [klein] 9B base, edit with LoRAs",
        "Edits up to four pictures with up to three LoRAs.",
        Base.KLEIN_9B,
    )

    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    negative_prompt: NegativePrompt = ""
    steps: StepsFrom4 = 28
    guidance: GuidanceTo20 = 5.0
    acceleration: Acceleration = "regular"
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Klein9BEditLora(_Edit):
    """FLUX.2 [klein] 9B, distilled, editing pictures."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/9b/edit/lora",
        "FLUX.2 [klein] 9B, edit with LoRAs",
        f"Edits up to four pictures with up to three LoRAs {_QUICK}.",
        Base.KLEIN_9B,
    )

    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsTo8 = 4
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Klein4BBaseEditLora(Klein9BBaseEditLora):
    """FLUX.2 [klein] 4B base, editing pictures."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/4b/base/edit/lora",
        "FLUX.2 [klein] 4B base, edit with LoRAs",
        "Edits up to four pictures with up to three LoRAs on the smaller base model.",
        Base.KLEIN_4B,
    )


class Klein4BEditLora(Klein9BEditLora):
    """FLUX.2 [klein] 4B, distilled, editing pictures."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/klein/4b/edit/lora",
        "FLUX.2 [klein] 4B, edit with LoRAs",
        f"Edits up to four pictures with up to three LoRAs on the smaller model {_QUICK}.",
        Base.KLEIN_4B,
    )


class Flux2EditLora(_Edit):
    """FLUX.2 [dev], editing pictures."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-2/lora/edit",
        "FLUX.2 [dev], edit with LoRAs",
        "Edits up to four pictures with up to three LoRAs on the largest open model.",
        Base.FLUX2_DEV,
    )

    width: LargeWidth = 1024
    height: LargeHeight = 1024
    seed: Seed = None
    steps: StepsFrom4 = 28
    guidance: GuidanceTo20 = 2.5
    acceleration: Acceleration = "regular"
    enable_prompt_expansion: Expansion = False
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True
