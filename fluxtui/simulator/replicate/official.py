"""What the official models take that make pictures without a LoRA: fields, prices, the shape of their output.

Sources: replicate/cog-flux (predict.py) of 2025-07-31 for [schnell], [dev] and Krea; for the others the input
schemas of their pages at replicate.com as stored copies and a generated client of 2026-04 repeat them, read
2026-12. No schema was seen of Kontext [max], FLUX.2 [dev], [klein] 9B and its base: theirs are what programs
send. Prices as told there and by users, in USD; those of FLUX.2 [max] and Krea are guesses.
"""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.simulator.core.fields import Field, choice, image, integer, number, switch, text

OWNER = "black-forest-labs"
_COG_SHAPES = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
_PRO_SHAPES = ("1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3")
_MATCHED, _CUSTOM = "match_input_image", "custom"


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a picture, or for a run and each megapixel that comes out and goes in."""

    picture: float = 0.0
    run: float = 0.0
    output: float = 0.0
    input: float = 0.0


@dataclass(frozen=True, slots=True)
class OfficialModel:
    """One official model; `single` gives the address of its picture instead of a list of them."""

    name: str
    description: str
    fields: tuple[Field, ...]
    price: Price
    single: bool = True


def _address(name: str, **more: bool) -> Field:
    return image(name, **more).but(nullable=False)


def _addresses(name: str, most: int) -> Field:
    return Field(name, "images", default=[], maximum=most)


_PROMPT = text("prompt", required=True)
_SEED = Field("seed", "integer")
_GO_FAST = switch("go_fast", True)
_CHECK = switch("disable_safety_checker", False)
_FORMATS = ("webp", "jpg", "png")


def _quality(default: int) -> Field:
    return integer("output_quality", default, 0, 100)


def _format(default: str, *formats: str) -> Field:
    return choice("output_format", default, *(formats or _FORMATS))


def _sides(low: int, high: int) -> tuple[Field, ...]:
    return (integer("width", None, low, high), integer("height", None, low, high))


_COG = (
    _PROMPT,
    choice("aspect_ratio", "1:1", *_COG_SHAPES),
    integer("num_outputs", 1, 1, 4),
    _SEED,
    _format("webp"),
    _quality(80),
    _CHECK,
    _GO_FAST,
    choice("megapixels", "1", "1", "0.25"),
)
_COG_DEV = (
    *_COG,
    _address("image"),
    number("prompt_strength", 0.8, 0, 1),
    integer("num_inference_steps", 28, 1, 50),
    number("guidance", 3, 0, 10),
)
_KONTEXT = (
    _PROMPT,
    _address("input_image"),
    choice("aspect_ratio", _MATCHED, _MATCHED, *_COG_SHAPES, "2:1", "1:2"),
    _SEED,
    _format("png", "jpg", "png"),
    integer("safety_tolerance", 2, 0, 6),
    switch("prompt_upsampling", False),
)
_RESOLUTIONS = (_MATCHED, "0.5 MP", "1 MP", "2 MP", "4 MP")


def _flux_2(most_inputs: int, *more: Field) -> tuple[Field, ...]:
    return (
        _PROMPT,
        _addresses("input_images", most_inputs),
        choice("aspect_ratio", "1:1", _MATCHED, _CUSTOM, *_PRO_SHAPES),
        choice("resolution", "1 MP", *_RESOLUTIONS),
        *_sides(256, 2048),
        integer("safety_tolerance", 2, 1, 5),
        _SEED,
        _format("webp"),
        _quality(80),
        *more,
    )


def _klein(most_inputs: int, *more: Field) -> tuple[Field, ...]:
    return (
        _PROMPT,
        _addresses("images", most_inputs),
        choice("aspect_ratio", "1:1", _MATCHED, *_COG_SHAPES),
        _SEED,
        _format("jpg"),
        _quality(95),
        switch("go_fast", False),
        _CHECK,
        *more,
    )


_FLEX = (
    integer("steps", 30, 1, 50),
    number("guidance", 4.5, 1.5, 10),
    switch("prompt_upsampling", True),
)
_PRO = (
    _PROMPT,
    _address("image_prompt"),
    choice("aspect_ratio", "1:1", _CUSTOM, *_PRO_SHAPES),
    *_sides(256, 1440),
    integer("safety_tolerance", 2, 1, 6),
    _SEED,
    switch("prompt_upsampling", False),
    _format("webp"),
    _quality(80),
)
_ULTRA = (
    _PROMPT,
    _address("image_prompt"),
    number("image_prompt_strength", 0.1, 0, 1),
    switch("raw", False),
    choice("aspect_ratio", "1:1", *_COG_SHAPES),
    integer("safety_tolerance", 2, 1, 6),
    _SEED,
    _format("jpg", "jpg", "png"),
)
_KONTEXT_DEV = (
    _PROMPT,
    _address("input_image", required=True),
    choice("aspect_ratio", _MATCHED, _MATCHED, *_COG_SHAPES),
    integer("num_inference_steps", 28, 4, 50),
    number("guidance", 2.5, 0, 10),
    _SEED,
    _format("webp"),
    _quality(80),
    _GO_FAST,
    _CHECK,
)
_FLUX_2_DEV = (
    _PROMPT,
    _addresses("input_images", 4),
    choice("aspect_ratio", "1:1", _MATCHED, _CUSTOM, *_PRO_SHAPES),
    *_sides(256, 1440),
    _GO_FAST,
    _SEED,
    _format("jpg"),
    _quality(80),
    _CHECK,
)

FLUX_3_KLEIN_LORA = (
    _PROMPT,
    switch("distilled", True),
    integer("width", 1024, 64, 4096),
    integer("height", 1024, 64, 4096),
    integer("num_inference_steps", 0, 0, 100),
    number("guidance", 3.5, 1, 10),
    Field("seed", "integer", -1),
    switch("upsample_prompt", True),
    text("lora_url"),
    number("lora_scale", 1, 0, 2),
)
"""Of replicate/flux-3-klein-image-lora, whose page shows its schema (read 2026-12).

That its LoRAs are of the size of those that the simulated fal trains, what it runs on, and that it gives one
WebP, is our reading.
"""

MODELS = (
    OfficialModel(
        "flux-schnell",
        "The fastest image generation model",
        (*_COG, integer("num_inference_steps", 4, 1, 4)),
        Price(0.003),
        single=False,
    ),
    OfficialModel("flux-dev", "A 12 billion parameter model", _COG_DEV, Price(0.025), single=False),
    OfficialModel("flux-krea-dev", "An opinionated model", _COG_DEV, Price(0.06), single=False),
    OfficialModel("flux-1.1-pro", "Faster, better FLUX Pro", _PRO, Price(0.04)),
    OfficialModel("flux-1.1-pro-ultra", "FLUX1.1 [pro] in ultra and raw modes", _ULTRA, Price(0.06)),
    OfficialModel("flux-kontext-pro", "Text-based image editing", _KONTEXT, Price(0.04)),
    OfficialModel("flux-kontext-max", "Premium text-based editing", _KONTEXT, Price(0.08)),
    OfficialModel("flux-kontext-dev", "Open-weight version of Kontext", _KONTEXT_DEV, Price(0.025)),
    OfficialModel(
        "flux-2-pro", "Generation and editing", _flux_2(8), Price(run=0.015, output=0.015, input=0.015)
    ),
    OfficialModel("flux-2-max", "The highest fidelity", _flux_2(8), Price(run=0.04, output=0.03, input=0.03)),
    OfficialModel("flux-2-flex", "Max-quality", _flux_2(10, *_FLEX), Price(output=0.06, input=0.06)),
    OfficialModel("flux-2-dev", "The open model", _FLUX_2_DEV, Price(output=0.012, input=0.012)),
    OfficialModel(
        "flux-2-klein-4b",
        "Very fast generation and editing",
        _klein(5, choice("output_megapixels", "1", "0.25", "0.5", "1", "2", "4")),
        Price(output=0.001, input=0.001),
        single=False,
    ),
    OfficialModel("flux-2-klein-9b", "Four steps", _klein(4), Price(0.02), single=False),
    OfficialModel(
        "flux-2-klein-9b-base",
        "The undistilled model",
        _klein(4, number("guidance", 4, 1, 10)),
        Price(0.02),
        single=False,
    ),
)
"""All of them."""
