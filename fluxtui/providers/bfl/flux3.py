"""FLUX 3. Source: BFL API reference, read 2026-10."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fluxtui.domain.endpoint import (
    Control,
    EndpointInfo,
    GenerationEndpoint,
    Group,
    Parameter,
    PictureRole,
)
from fluxtui.providers.bfl.parameters import ASPECT_RATIO, AspectRatio, Prompt, Safety4
from fluxtui.providers.bfl.prices import resolution_price

Pictures = Annotated[
    tuple[str, ...] | None,
    Field(min_length=1, max_length=10),
    Parameter(
        "Input pictures",
        "Up to 10 pictures to edit or to take subjects and style from; the prompt says which.",
        control=Control.PICTURES,
        empty="none",
        urls=True,
        role=PictureRole.REFERENCE,
    ),
]
Resolution = Annotated[
    Literal["768sq", "1k", "1.5k", "2k", "4k"],
    Parameter(
        "Resolution",
        "How large the picture is; the price rises steeply at 4K.",
        labels={"768sq": "768 x 768 px", "1k": "1K", "1.5k": "1.5K", "2k": "2K", "4k": "4K"},
    ),
]


class Flux3Image(GenerationEndpoint):
    """FLUX 3 for pictures."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-3-image",
        title="FLUX 3",
        summary="The newest model: makes and edits pictures from words and up to 10 pictures. Takes no seed.",
        group=Group.BASE,
        price=resolution_price,
    )

    prompt: Prompt
    images: Pictures = None
    aspect_ratio: Annotated[Literal["auto", AspectRatio], ASPECT_RATIO] = "auto"
    resolution: Resolution = "1k"
    grounding: Annotated[
        bool,
        Parameter("Look facts up", "Let the model look up facts about what the prompt names.", advanced=True),
    ] = True
    safety_tolerance: Safety4 = 2
    version: Annotated[
        str, Parameter("Version", "Which state of the model; latest follows the service.", advanced=True)
    ] = "latest"
