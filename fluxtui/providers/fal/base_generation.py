"""Base models at fal.ai, without a LoRA: to generate before the first training, and to compare with.

Source: the types of fal's JavaScript client (2026-08), the ranges of the endpoints' OpenAPI documents as
TanStack's client had them (2026-02), and the model pages of fal.ai, read 2026-12. How many pictures the edits
of [pro], [max] and [flex] take is not said there; here it is four, as elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fluxtui.domain.endpoint import EndpointInfo, Group
from fluxtui.providers.fal.generation import FalGeneration
from fluxtui.providers.fal.parameters import (
    Acceleration,
    Expansion,
    FewSteps,
    FlexGuidance,
    GuidanceFrom1,
    GuidanceTo20,
    Height,
    ImageSize,
    Input1,
    Input2,
    Input3,
    Input4,
    LargeHeight,
    LargeWidth,
    NegativePrompt,
    OldOutputFormat,
    OptionalImageSize,
    OutputFormat,
    Prompt,
    ResolutionMode,
    SafetyChecker,
    SafetyTolerance,
    Seed,
    SlowAcceleration,
    StepsFrom1,
    StepsFrom2,
    StepsFrom4,
    StepsFrom10,
    StepsTo8,
    StepsTo12,
    Width,
)
from fluxtui.providers.fal.prices import live_picture_price, picture_price

_ALONE = {"sync_mode": False}
"""Of endpoints that make one picture and have no parameter for how many."""


def _info(name: str, title: str, summary: str) -> EndpointInfo:
    return EndpointInfo(
        id=f"fal-ai/{name}",
        title=title,
        summary=summary,
        group=Group.BASE,
        price=picture_price,
        live_price=live_picture_price,
    )


class _Edit(FalGeneration):
    pictures_field: ClassVar[str] = "image_urls"

    prompt: Prompt
    input_image: Input1
    input_image_2: Input2 = None
    input_image_3: Input3 = None
    input_image_4: Input4 = None
    image_size: OptionalImageSize = None


class Klein9BAtFal(FalGeneration):
    """FLUX.2 [klein] 9B, distilled."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/9b", "FLUX.2 [klein] 9B", "Paints in four to eight steps, quick and cheap."
    )

    prompt: Prompt
    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsTo8 = 4
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Klein9BBase(FalGeneration):
    """FLUX.2 [klein] 9B base, what LoRAs for it are trained on."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/9b/base",
        "FLUX.2 [klein] 9B base",
        "The model that LoRAs for [klein] 9B are trained on, without any.",
    )

    prompt: Prompt
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


class Klein4BAtFal(Klein9BAtFal):
    """FLUX.2 [klein] 4B, distilled."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/4b", "FLUX.2 [klein] 4B", "The smaller model, in four to eight steps."
    )


class Klein4BBase(Klein9BBase):
    """FLUX.2 [klein] 4B base."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/4b/base",
        "FLUX.2 [klein] 4B base",
        "The model that LoRAs for [klein] 4B are trained on, without any.",
    )


class Flux2Dev(FalGeneration):
    """FLUX.2 [dev]."""

    info: ClassVar[EndpointInfo] = _info("flux-2", "FLUX.2 [dev]", "The largest open model, without LoRAs.")

    prompt: Prompt
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


class Flux2Turbo(FalGeneration):
    """FLUX.2 [dev] Turbo."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/turbo", "FLUX.2 Turbo", "FLUX.2 [dev] in eight steps: near its quality, much cheaper."
    )

    prompt: Prompt
    image_size: ImageSize = "landscape_4_3"
    width: LargeWidth = 1024
    height: LargeHeight = 1024
    seed: Seed = None
    guidance: GuidanceTo20 = 2.5
    enable_prompt_expansion: Expansion = False
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Flux2Flash(Flux2Turbo):
    """FLUX.2 [dev] Flash."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/flash", "FLUX.2 Flash", "FLUX.2 [dev] in the fewest steps: the cheapest of its sketches."
    )


class Flux2ProAtFal(FalGeneration):
    """FLUX.2 [pro]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-pro", "FLUX.2 [pro] at fal", "Black Forest Labs' own model, with nothing to set."
    )
    fixed: ClassVar[Mapping[str, Any]] = _ALONE

    prompt: Prompt
    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    safety_tolerance: SafetyTolerance = "2"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class Flux2MaxAtFal(Flux2ProAtFal):
    """FLUX.2 [max]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-max", "FLUX.2 [max] at fal", "Black Forest Labs' best model for detail and faithfulness."
    )


class Flux2FlexAtFal(FalGeneration):
    """FLUX.2 [flex]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-flex", "FLUX.2 [flex] at fal", "Black Forest Labs' model for text in pictures, with steps."
    )
    fixed: ClassVar[Mapping[str, Any]] = _ALONE

    prompt: Prompt
    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom2 = 28
    guidance: FlexGuidance = 3.5
    safety_tolerance: SafetyTolerance = "2"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class Flux1DevAtFal(FalGeneration):
    """FLUX.1 [dev]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux/dev", "FLUX.1 [dev] at fal", "The model that LoRAs of the FLUX.1 trainers are for, without any."
    )

    prompt: Prompt
    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom1 = 28
    guidance: GuidanceFrom1 = 3.5
    acceleration: Acceleration = "none"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class Flux1Schnell(Flux1DevAtFal):
    """FLUX.1 [schnell]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux/schnell", "FLUX.1 [schnell]", "Sketches in one to four steps, for a fraction of a cent."
    )

    steps: StepsTo12 = 4


class Flux1Krea(Flux1DevAtFal):
    """FLUX.1 Krea [dev]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux/krea", "FLUX.1 Krea [dev]", "FLUX.1 [dev] with a photographic look of its own."
    )

    guidance: GuidanceFrom1 = 4.5


class Flux1Srpo(Flux1Krea):
    """FLUX.1 SRPO [dev]."""

    info: ClassVar[EndpointInfo] = _info(
        "flux/srpo", "FLUX.1 SRPO [dev]", "FLUX.1 [dev] trained on for more natural skin and light."
    )


class Krea2Turbo(FalGeneration):
    """Krea 2 Turbo. How `enable_prompt_expansion` stands by default is not seen published (2026-12)."""

    info: ClassVar[EndpointInfo] = _info("krea-2/turbo", "Krea 2 Turbo", "Krea's open model, in few steps.")

    prompt: Prompt
    image_size: ImageSize = "square_hd"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    acceleration: SlowAcceleration = "none"
    enable_prompt_expansion: Expansion = False
    output_format: OldOutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class ZImageTurbo(FalGeneration):
    """Z-Image Turbo."""

    info: ClassVar[EndpointInfo] = _info(
        "z-image/turbo", "Z-Image Turbo", "A small model of Tongyi that paints in up to eight steps."
    )

    prompt: Prompt
    image_size: ImageSize = "landscape_4_3"
    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: FewSteps = 8
    acceleration: Acceleration = "regular"
    enable_prompt_expansion: Expansion = False
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class QwenImage2512(FalGeneration):
    """Qwen-Image 2512."""

    info: ClassVar[EndpointInfo] = _info(
        "qwen-image-2512", "Qwen-Image 2512", "Alibaba's model, good at text in pictures and at people."
    )

    prompt: Prompt
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


class KontextDev(FalGeneration):
    """FLUX.1 Kontext [dev], which edits a picture."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-kontext/dev", "FLUX.1 Kontext [dev]", "Edits a picture as the prompt says."
    )

    prompt: Prompt
    input_image: Input1
    resolution_mode: ResolutionMode = "match_input"
    seed: Seed = None
    steps: StepsFrom10 = 28
    guidance: GuidanceFrom1 = 2.5
    acceleration: Acceleration = "none"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class Klein9BEdit(_Edit):
    """FLUX.2 [klein] 9B, distilled, editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/9b/edit", "FLUX.2 [klein] 9B, edit", "Edits up to four pictures in four to eight steps."
    )

    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsTo8 = 4
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Klein9BBaseEdit(_Edit):
    """FLUX.2 [klein] 9B base, editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/9b/base/edit", "FLUX.2 [klein] 9B base, edit", "Edits up to four pictures."
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


class Klein4BEdit(Klein9BEdit):
    """FLUX.2 [klein] 4B, distilled, editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/4b/edit", "FLUX.2 [klein] 4B, edit", "Edits up to four pictures with the smaller model."
    )


class Klein4BBaseEdit(Klein9BBaseEdit):
    """FLUX.2 [klein] 4B base, editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/klein/4b/base/edit", "FLUX.2 [klein] 4B base, edit", "Edits up to four pictures."
    )


class Flux2Edit(_Edit):
    """FLUX.2 [dev], editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/edit", "FLUX.2 [dev], edit", "Edits up to four pictures with the largest open model."
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


class Flux2TurboEdit(_Edit):
    """FLUX.2 [dev] Turbo, editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2/turbo/edit", "FLUX.2 Turbo, edit", "Edits up to four pictures in eight steps."
    )

    width: LargeWidth = 1024
    height: LargeHeight = 1024
    seed: Seed = None
    guidance: GuidanceTo20 = 2.5
    enable_prompt_expansion: Expansion = False
    output_format: OutputFormat = "png"
    enable_safety_checker: SafetyChecker = True


class Flux2ProEditAtFal(_Edit):
    """FLUX.2 [pro], editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-pro/edit", "FLUX.2 [pro] at fal, edit", "Edits up to four pictures, with nothing to set."
    )
    fixed: ClassVar[Mapping[str, Any]] = _ALONE

    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    safety_tolerance: SafetyTolerance = "2"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True


class Flux2MaxEditAtFal(Flux2ProEditAtFal):
    """FLUX.2 [max], editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-max/edit", "FLUX.2 [max] at fal, edit", "Edits up to four pictures with the best model."
    )


class Flux2FlexEditAtFal(_Edit):
    """FLUX.2 [flex], editing pictures."""

    info: ClassVar[EndpointInfo] = _info(
        "flux-2-flex/edit", "FLUX.2 [flex] at fal, edit", "Edits up to four pictures, with steps to set."
    )
    fixed: ClassVar[Mapping[str, Any]] = _ALONE

    width: Width = 1024
    height: Height = 1024
    seed: Seed = None
    steps: StepsFrom2 = 28
    guidance: FlexGuidance = 3.5
    safety_tolerance: SafetyTolerance = "2"
    output_format: OldOutputFormat = "jpeg"
    enable_safety_checker: SafetyChecker = True
