"""Every endpoint of fal that makes pictures with a FLUX LoRA: inputs, ranges and defaults as data.

Source: the types of fal's JavaScript client (2026-08), the OpenAPI documents and model pages of fal.ai, read
2026-11. A price that no page names (the distilled klein 9B, Krea, the tools of FLUX.1) is a neighbour's; so
are the inputs of image-to-image, inpainting, fill, canny and depth beside their picture.
"""

from __future__ import annotations

from collections.abc import Iterator

from fluxtui.simulator.core.fields import Field, choice, integer, number, switch, text
from fluxtui.simulator.core.weights import FLUX_1, FLUX_2, KLEIN_4B, KLEIN_9B, KONTEXT, BaseModel
from fluxtui.simulator.fal.endpoints import Generator, PaintJob

_LARGEST_SIDE = 14_142
_PICTURE = Field("image_url", "address", required=True)
_MASK = Field("mask_url", "address", required=True)
_PICTURES = Field("image_urls", "images", required=True, minimum=1, maximum=4, url_allowed=True)
_STRENGTH = number("strength", 0.85, 0.01, 1)

Fields = tuple[Field, ...]


def generators() -> tuple[Generator, ...]:
    """Return all endpoints that make pictures."""
    return (*_flux_2(), *_klein("4b", KLEIN_4B), *_klein("9b", KLEIN_9B), *_flux_1(), *_kontext())


def _common(formats: tuple[str, ...], default: str, most_loras: int | None, smallest: int = 1) -> Fields:
    largest = 2048 if smallest > 1 else _LARGEST_SIDE
    return (
        text("prompt", required=True, minimum=1),
        Field("image_size", "size", nullable=True, minimum=smallest, maximum=largest),
        integer("num_images", 1, 1, 4),
        Field("seed", "integer", nullable=True),
        Field("loras", "loras", [], minimum=0, maximum=most_loras),
        switch("sync_mode", False),
        switch("enable_safety_checker", True),
        choice("output_format", default, *formats),
    )


_NEW_FORMATS = ("jpeg", "png", "webp")
_EXPANSION = switch("enable_prompt_expansion", False)
_SPEED = choice("acceleration", "regular", "none", "regular", "high")
_SLOW = choice("acceleration", "none", "none", "regular")


def _flux_2() -> Iterator[Generator]:
    fields = (
        *_common(_NEW_FORMATS, "png", 3, smallest=512),
        integer("num_inference_steps", 28, 4, 50),
        number("guidance_scale", 2.5, 0, 20),
        _SPEED,
        _EXPANSION,
    )
    yield Generator(id="fal-ai/flux-2/lora", fields=fields, base=FLUX_2, unit_price=0.021)
    yield _edit("fal-ai/flux-2/lora/edit", fields, FLUX_2, 0.021)


def _klein(size: str, base: BaseModel) -> Iterator[Generator]:
    common = _common(_NEW_FORMATS, "png", 3)
    steps, quick = integer("num_inference_steps", 28, 4, 50), integer("num_inference_steps", 4, 4, 8)
    full = (*common, steps, number("guidance_scale", 5, 0, 20), text("negative_prompt", ""), _SPEED)
    before = f"fal-ai/flux-2/klein/{size}"
    base_price, price = (0.016, 0.01) if size == "4b" else (0.02, 0.011)
    yield Generator(id=f"{before}/base/lora", fields=full, base=base, unit_price=base_price)
    yield _edit(f"{before}/base/edit/lora", full, base, base_price)
    yield Generator(id=f"{before}/lora", fields=(*common, quick), base=base, unit_price=price)
    yield _edit(f"{before}/edit/lora", (*common, quick), base, price)


def _edit(name: str, fields: Fields, base: BaseModel, price: float) -> Generator:
    return Generator(
        id=name,
        fields=(*fields, _PICTURES),
        base=base,
        unit_price=price,
        job="edit",
        inputs=(_PICTURES.name,),
        paid_inputs=True,
    )


def _flux_1() -> Iterator[Generator]:
    fields = (
        *_common(("jpeg", "png"), "jpeg", None),
        integer("num_inference_steps", 28, 1, 50),
        number("guidance_scale", 3.5, 0, 35),
    )
    for app in ("fal-ai/flux-lora", "fal-ai/flux-krea-lora"):
        yield _flux_1_row(app, (*fields, _SLOW))
        yield _flux_1_row(f"{app}/image-to-image", (*fields, _SLOW, _PICTURE, _STRENGTH), "edit")
        yield _flux_1_row(f"{app}/inpainting", (*fields, _SLOW, _PICTURE, _MASK, _STRENGTH), "fill")
    yield _flux_1_row("fal-ai/flux-lora-fill", (*fields, _PICTURE, _MASK), "fill")
    yield _flux_1_row("fal-ai/flux-lora-canny", (*fields, _PICTURE), "canny")
    yield _flux_1_row("fal-ai/flux-lora-depth", (*fields, _PICTURE), "depth")


def _flux_1_row(name: str, fields: Fields, job: PaintJob = "create", base: BaseModel = FLUX_1) -> Generator:
    inputs = tuple(field.name for field in fields if field in (_PICTURE, _MASK))
    formats = next(field for field in fields if field.name == "output_format")
    return Generator(
        id=name,
        fields=fields,
        base=base,
        unit_price=0.035,
        job=job,
        inputs=inputs,
        default_format=str(formats.default),
    )


def _kontext() -> Iterator[Generator]:
    fields = (
        *_common(("jpeg", "png"), "png", None),
        integer("num_inference_steps", 30, 10, 50),
        number("guidance_scale", 2.5, 0, 35),
        _SPEED,
    )
    resolution = text("resolution_mode", "match_input")
    yield _flux_1_row("fal-ai/flux-kontext-lora", (*fields, resolution, _PICTURE), "edit", KONTEXT)
    yield _flux_1_row("fal-ai/flux-kontext-lora/text-to-image", fields, base=KONTEXT)
    inpaint = (*fields, _PICTURE, _MASK)
    yield _flux_1_row("fal-ai/flux-kontext-lora/inpaint", inpaint, "fill", KONTEXT)
