"""FLUX 3. Source: BFL API reference, read 2026-10; what it takes of a picture, read 2026-12.

FLUX 3 Image Klein is in BFL's documentation (flux_3/flux3_image_klein) and at Vercel's gateway, there as
`bfl/flux-3-image-klein`, read 2026-12, but its address and schema were not seen in anything published,
2026-12: that Vercel's name is the address, as with all other models, is a guess, and so are its fields, those
of FLUX 3 that the gateway speaks of. Where a guess is wrong the service refuses, and bills nothing.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fluxtui.domain.endpoint import (
    Availability,
    Control,
    EndpointInfo,
    GenerationEndpoint,
    Group,
    Parameter,
    PictureLimits,
    PictureRole,
)
from fluxtui.providers.bfl.parameters import ASPECT_RATIO, AspectRatio, Prompt, Safety4
from fluxtui.providers.bfl.prices import resolution_price

MOST_INPUT_PIXELS = 16_000_000
INPUT_LIMITS = PictureLimits(max_bytes=15_000_000, least_side=256)
"""Of every input: 256 x 256 to 16 megapixels, and 20 MB as base64, which are 15 MB of a file."""

Pictures = Annotated[
    tuple[str, ...] | None,
    Field(min_length=1, max_length=10),
    Parameter(
        "Input pictures",
        "Up to 10 pictures to edit or to take subjects and style from; the prompt says which.",
        control=Control.PICTURES,
        empty="none",
        urls=True,
        max_pixels=MOST_INPUT_PIXELS,
        role=PictureRole.REFERENCE,
        limits=INPUT_LIMITS,
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


class Flux3ImageKlein(GenerationEndpoint):
    """FLUX 3 Image Klein; its address and fields are guesses, see the head of this module."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="flux-3-image-klein",
        title="FLUX 3 [klein]",
        summary="The small, cheap FLUX 3. Its address is a guess: if wrong, it is refused and not billed.",
        group=Group.BASE,
        price=resolution_price,
        availability=Availability.BETA,
    )

    prompt: Prompt
    images: Pictures = None
    aspect_ratio: Annotated[Literal["auto", AspectRatio], ASPECT_RATIO] = "auto"
    resolution: Resolution = "1k"
    safety_tolerance: Safety4 = 2
