"""What generates with LoRAs of FLUX 3 [klein], Krea 2, Z-Image and Qwen-Image at fal.ai.

Source: the model pages of fal.ai, read 2026-12, the types of fal's JavaScript client (2026-08) and, for
ranges, the endpoints' OpenAPI documents as TanStack's client had them (2026-02).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fluxtui.domain.endpoint import Availability, EndpointInfo
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.generation import WithLoras, lora_info
from fluxtui.providers.fal.parameters import (
    Acceleration,
    Expansion,
    FewSteps,
    GuidanceTo20,
    Height,
    ImageSize,
    NegativePrompt,
    OldOutputFormat,
    OutputFormat,
    SafetyChecker,
    Seed,
    SlowAcceleration,
    StepsFrom1,
    Width,
)


class Flux3KleinLoraAtFal(WithLoras):
    """FLUX 3 [klein], distilled.

    Its page names the prompt, the LoRAs and the price, and says of the rest that it is as without LoRAs; that
    page is not seen (2026-12), so nothing else is sent, and size and seed are the service's. The ids of the
    base and edit variants are not seen in anything published either, so they are not offered.
    """

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-3/klein/text-to-image/lora",
        "FLUX 3 [klein] with LoRAs",
        "Generates with LoRAs that were trained on FLUX 3 [klein]; the size is the service's own.",
        Base.FLUX3_KLEIN,
        owner="blackforestlabs",
        availability=Availability.BETA,
    )
    fixed: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def sized(cls, width: int, height: int) -> Mapping[str, Any]:
        """Return nothing: no size can be asked for."""
        return {}


class Krea2Lora(WithLoras):
    """Krea 2 Turbo. How `enable_prompt_expansion` stands by default is not seen published (2026-12)."""

    info: ClassVar[EndpointInfo] = lora_info(
        "krea-2/turbo/lora",
        "Krea 2 Turbo with LoRAs",
        "Generates with LoRAs that were trained on Krea 2.",
        Base.KREA_2,
    )

    image_size: ImageSize = "square_hd"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    acceleration: SlowAcceleration = "none"
    enable_prompt_expansion: Expansion = False
    output_format: OldOutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class ZImageLora(WithLoras):
    """Z-Image Turbo."""

    info: ClassVar[EndpointInfo] = lora_info(
        "z-image/turbo/lora",
        "Z-Image Turbo with LoRAs",
        "Generates with LoRAs that were trained on Z-Image, in up to eight steps.",
        Base.Z_IMAGE,
    )

    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: FewSteps = 8
    acceleration: Acceleration = "regular"
    enable_prompt_expansion: Expansion = False
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class QwenImageLora(WithLoras):
    """Qwen-Image 2512."""

    info: ClassVar[EndpointInfo] = lora_info(
        "qwen-image-2512/lora",
        "Qwen-Image 2512 with LoRAs",
        "Generates with LoRAs that were trained on Qwen-Image.",
        Base.QWEN_IMAGE,
    )

    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    negative_prompt: NegativePrompt = ""
    steps: StepsFrom1 = 28
    guidance: GuidanceTo20 = 4.0
    acceleration: Acceleration = "regular"
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True
