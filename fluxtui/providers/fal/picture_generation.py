"""What works on a picture at fal.ai with LoRAs: variations, inpainting, fill, Kontext; and what upscales one.

Source: the types of fal's JavaScript client (2026-08), the ranges of the endpoints' OpenAPI documents as
TanStack's client had them (2026-02), and the model pages of fal.ai, read 2026-12. That white is what is
painted anew is said of none of these masks; it is so for inpainting everywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fluxtui.domain.endpoint import EndpointInfo, Group
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.generation import FalGeneration, WithManyLoras, lora_info
from fluxtui.providers.fal.parameters import (
    MOST_LORAS,
    Acceleration,
    Creativity,
    FilledPicture,
    FillGuidance,
    GuidanceTo20,
    GuidanceTo35,
    Height,
    ImageSize,
    ManyLoras,
    Mask,
    NegativePrompt,
    NoiseScale,
    OldOutputFormat,
    OptionalImageSize,
    OptionalPrompt,
    OriginalSize,
    PasteBack,
    PromptStrength,
    ReferencePicture,
    Resemblance,
    SafetyChecker,
    Seed,
    SlowAcceleration,
    StepsFrom1,
    StepsFrom4,
    StepsFrom10,
    UpscaledFormat,
    UpscaledPicture,
    UpscaleFactor,
    UpscalePrompt,
    VariedPicture,
    Width,
)
from fluxtui.providers.fal.prices import live_picture_price, picture_price


class Flux1Variation(WithManyLoras):
    """FLUX.1 [dev], beginning from a picture."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-lora/image-to-image",
        "FLUX.1 [dev] with LoRAs, from a picture",
        "Paints a picture over with LoRAs, more or less of it.",
        Base.FLUX1_DEV,
        most=MOST_LORAS,
    )

    image: VariedPicture
    prompt_strength: PromptStrength = 0.85
    image_size: OptionalImageSize = None
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom1 = 28
    guidance: GuidanceTo35 = 3.5
    acceleration: SlowAcceleration = "none"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class Flux1Inpainting(WithManyLoras):
    """FLUX.1 [dev], painting what a mask covers anew."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-lora/inpainting",
        "FLUX.1 [dev] with LoRAs, inpainting",
        "Paints what a mask covers anew with LoRAs.",
        Base.FLUX1_DEV,
        most=MOST_LORAS,
    )

    image: FilledPicture
    mask: Mask
    prompt_strength: PromptStrength = 0.85
    image_size: OptionalImageSize = None
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom1 = 28
    guidance: GuidanceTo35 = 3.5
    acceleration: SlowAcceleration = "none"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class KreaVariation(Flux1Variation):
    """FLUX.1 Krea [dev], beginning from a picture."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-krea-lora/image-to-image",
        "FLUX.1 Krea [dev] with LoRAs, from a picture",
        "Paints a picture over with LoRAs that were trained on Krea.",
        Base.FLUX1_KREA,
        most=MOST_LORAS,
    )


class KreaInpainting(Flux1Inpainting):
    """FLUX.1 Krea [dev], painting what a mask covers anew."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-krea-lora/inpainting",
        "FLUX.1 Krea [dev] with LoRAs, inpainting",
        "Paints what a mask covers anew with LoRAs that were trained on Krea.",
        Base.FLUX1_KREA,
        most=MOST_LORAS,
    )


class Flux1Fill(FalGeneration):
    """FLUX.1 Fill [dev], made for filling masks."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-lora-fill",
        "FLUX.1 Fill [dev] with LoRAs",
        "Fills what a mask covers, with the model that is made for it, and leaves the rest as it was.",
        Base.FLUX1_DEV,
        most=MOST_LORAS,
    )

    prompt: OptionalPrompt = None
    image: FilledPicture
    mask: Mask
    loras: ManyLoras = None
    paste_back: PasteBack = True
    resize_to_original: OriginalSize = False
    image_size: OptionalImageSize = None
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom1 = 28
    guidance: FillGuidance = 30.0
    acceleration: SlowAcceleration = "none"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class KontextText(WithManyLoras):
    """FLUX.1 Kontext [dev], painting from words alone."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-kontext-lora/text-to-image",
        "FLUX.1 Kontext [dev] with LoRAs, from words",
        "Paints from words with LoRAs that were trained on Kontext.",
        Base.FLUX1_KONTEXT,
        most=MOST_LORAS,
    )

    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom10 = 30
    guidance: GuidanceTo20 = 2.5
    acceleration: Acceleration = "none"
    output_format: OldOutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class KontextInpaint(WithManyLoras):
    """FLUX.1 Kontext [dev], painting a reference into what a mask covers."""

    info: ClassVar[EndpointInfo] = lora_info(
        "flux-kontext-lora/inpaint",
        "FLUX.1 Kontext [dev] with LoRAs, inpainting",
        "Paints what a reference shows into what a mask covers.",
        Base.FLUX1_KONTEXT,
        most=MOST_LORAS,
    )

    image: FilledPicture
    mask: Mask
    reference_image: ReferencePicture
    prompt_strength: PromptStrength = 0.88
    seed: Seed = None
    steps: StepsFrom10 = 30
    guidance: GuidanceTo20 = 2.5
    acceleration: Acceleration = "none"
    output_format: OldOutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


def _tool(name: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=f"fal-ai/{name}",
        title=title,
        summary=summary,
        group=Group.TOOL,
        price=picture_price,
        live_price=live_picture_price,
    )


class SeedvrUpscale(FalGeneration):
    """SeedVR2, which makes a picture larger and keeps what it shows; fal takes factors up to ten."""

    info: ClassVar[EndpointInfo] = _tool(
        "seedvr/upscale/image", "SeedVR2 upscaler", "Makes a picture up to four times larger, faithfully."
    )
    fixed: ClassVar[Mapping[str, Any]] = {"upscale_mode": "factor", "sync_mode": False}

    image: UpscaledPicture
    upscale_factor: UpscaleFactor = 2.0
    seed: Seed = None
    noise_scale: NoiseScale = 0.1
    output_format: UpscaledFormat = "jpg"


class ClarityUpscale(FalGeneration):
    """Clarity, which paints details of its own into what it makes larger."""

    info: ClassVar[EndpointInfo] = _tool(
        "clarity-upscaler",
        "Clarity upscaler",
        "Makes a picture up to four times larger and paints details into it.",
    )
    fixed: ClassVar[Mapping[str, Any]] = {}

    prompt: UpscalePrompt = "masterpiece, best quality, highres"
    image: UpscaledPicture
    upscale_factor: UpscaleFactor = 2.0
    negative_prompt: NegativePrompt = "(worst quality, low quality, normal quality:2)"
    creativity: Creativity = 0.35
    resemblance: Resemblance = 0.6
    seed: Seed = None
    steps: StepsFrom4 = 18
    guidance: GuidanceTo20 = 4.0
    enable_safety_checker: SafetyChecker = True
