"""FLUX.1 Kontext: editing by words. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import ClassVar

from fluxtui.domain.endpoint import EndpointInfo, GenerationEndpoint, Group
from fluxtui.providers.bfl.parameters import (
    KontextInput1,
    KontextInput2,
    KontextInput3,
    KontextInput4,
    OptionalShape,
    OutputFormat,
    Prompt,
    Safety6,
    Seed,
    Upsampling,
)
from fluxtui.providers.bfl.prices import flat_price


class KontextPro(GenerationEndpoint):
    """FLUX.1 Kontext [pro]."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-kontext-pro",
        title="FLUX.1 Kontext [pro]",
        summary="Edits pictures by words, or makes new ones.",
        group=Group.BASE,
        price=flat_price,
    )

    prompt: Prompt
    input_image: KontextInput1 = None
    input_image_2: KontextInput2 = None
    input_image_3: KontextInput3 = None
    input_image_4: KontextInput4 = None
    aspect_ratio: OptionalShape = None
    prompt_upsampling: Upsampling = False
    seed: Seed = None
    safety_tolerance: Safety6 = 2
    output_format: OutputFormat = "png"


class KontextMax(KontextPro):
    """FLUX.1 Kontext [max]: the same parameters, its own price and limit."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-kontext-max",
        title="FLUX.1 Kontext [max]",
        summary="Edits pictures by words with the best prompt following and lettering of its family.",
        group=Group.BASE,
        price=flat_price,
        active_limit=6,
    )
