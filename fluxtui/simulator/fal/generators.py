"""Every endpoint of fal that makes pictures: inputs, ranges and defaults as data.

Source: the types of fal's JavaScript client (2026-08), the ranges of the OpenAPI documents as TanStack's
client had them (2026-02), and the model pages of fal.ai, read 2026-12. A price that no page names is a
neighbour's or a third party's; so are the inputs of canny and depth beside their picture, and those of
FLUX 3 [klein] beside its prompt and LoRAs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fluxtui.simulator.core.fields import Field, choice, integer, number, switch, text
from fluxtui.simulator.core.weights import (
    FLUX_1,
    FLUX_2,
    FLUX_3_KLEIN,
    KLEIN_4B,
    KLEIN_9B,
    KONTEXT,
    KREA_2,
    QWEN_IMAGE,
    Z_IMAGE,
    BaseModel,
)
from fluxtui.simulator.fal.endpoints import Generator, PaintJob

_LARGEST_SIDE = 14_142
_PICTURE = Field("image_url", "address", required=True)
_MASK = Field("mask_url", "address", required=True)
_REFERENCE = Field("reference_image_url", "address", required=True)
_PICTURES = Field("image_urls", "images", required=True, minimum=1, maximum=4, url_allowed=True)
_STRENGTH = number("strength", 0.85, 0.01, 1)

Fields = tuple[Field, ...]


def generators() -> tuple[Generator, ...]:
    """Return all endpoints that make pictures."""
    return (
        *_flux_2(),
        *_flux_2_of_bfl(),
        *_klein("4b", KLEIN_4B),
        *_klein("9b", KLEIN_9B),
        *_flux_1(),
        *_kontext(),
        *_flux_3(),
        *_others(),
        *_upscalers(),
    )


def _bare(formats: tuple[str, ...], default: str, smallest: int = 1, size: str = "landscape_4_3") -> Fields:
    largest = 2048 if smallest > 1 else _LARGEST_SIDE
    return (
        text("prompt", required=True, minimum=1),
        Field("image_size", "size", size, nullable=True, minimum=smallest, maximum=largest),
        integer("num_images", 1, 1, 4),
        Field("seed", "integer", nullable=True),
        switch("sync_mode", False),
        switch("enable_safety_checker", True),
        choice("output_format", default, *formats),
    )


def _loras(most: int | None) -> Field:
    return Field("loras", "loras", [], minimum=0, maximum=most)


def _without(fields: Fields, *names: str) -> Fields:
    return tuple(field for field in fields if field.name not in names)


_NEW_FORMATS = ("jpeg", "png", "webp")
_EXPANSION = switch("enable_prompt_expansion", False)
_SPEED = choice("acceleration", "regular", "none", "regular", "high")
_SLOW = choice("acceleration", "none", "none", "regular")


def _flux_2() -> Iterator[Generator]:
    bare = _bare(_NEW_FORMATS, "png", smallest=512)
    fields = (*bare, integer("num_inference_steps", 28, 4, 50), number("guidance_scale", 2.5, 0, 20))
    full, quick = (*fields, _SPEED, _EXPANSION), (*bare, number("guidance_scale", 2.5, 0, 20), _EXPANSION)
    yield Generator(id="fal-ai/flux-2/lora", fields=(*full, _loras(3)), base=FLUX_2, unit_price=0.021)
    yield _edit("fal-ai/flux-2/lora/edit", (*full, _loras(3)), FLUX_2, 0.021)
    yield Generator(id="fal-ai/flux-2", fields=full, base=FLUX_2, unit_price=0.012)
    yield _edit("fal-ai/flux-2/edit", full, FLUX_2, 0.012)
    for name in ("turbo", "flash"):
        yield Generator(id=f"fal-ai/flux-2/{name}", fields=quick, base=FLUX_2, unit_price=0.008)
        yield _edit(f"fal-ai/flux-2/{name}/edit", quick, FLUX_2, 0.008)


def _flux_2_of_bfl() -> Iterator[Generator]:
    """Give [pro], [max] and [flex], which make one picture and have no parameter for how many."""
    tolerance = choice("safety_tolerance", "2", "1", "2", "3", "4", "5")
    bare = (*_without(_bare(("jpeg", "png"), "jpeg"), "num_images"), tolerance)
    steps = (
        integer("num_inference_steps", 28, 2, 50),
        number("guidance_scale", 3.5, 1.5, 10),
    )
    for name, price, further, more in (
        ("pro", 0.03, 0.015, ()),
        ("max", 0.07, 0.03, ()),
        ("flex", 0.06, None, steps),
    ):
        plain = Generator(
            id=f"fal-ai/flux-2-{name}",
            fields=(*bare, *more),
            base=FLUX_2,
            unit_price=price,
            further_price=further,
            default_format="jpeg",
        )
        yield plain
        edit = _edit(f"{plain.id}/edit", plain.fields, FLUX_2, price)
        yield replace(edit, further_price=further, default_format="jpeg")


def _klein(size: str, base: BaseModel) -> Iterator[Generator]:
    common = _bare(_NEW_FORMATS, "png")
    steps, quick = integer("num_inference_steps", 28, 4, 50), integer("num_inference_steps", 4, 4, 8)
    full = (*common, steps, number("guidance_scale", 5, 0, 20), text("negative_prompt", ""), _SPEED)
    before = f"fal-ai/flux-2/klein/{size}"
    base_price, price = (0.016, 0.01) if size == "4b" else (0.02, 0.011)
    yield Generator(id=f"{before}/base/lora", fields=(*full, _loras(3)), base=base, unit_price=base_price)
    yield _edit(f"{before}/base/edit/lora", (*full, _loras(3)), base, base_price)
    fast = (*common, quick)
    yield Generator(id=f"{before}/lora", fields=(*fast, _loras(3)), base=base, unit_price=price)
    yield _edit(f"{before}/edit/lora", (*fast, _loras(3)), base, price)
    alone, edit = (0.014, 0.014) if size == "4b" else (0.006, 0.011)
    yield Generator(id=before, fields=fast, base=base, unit_price=alone)
    yield _edit(f"{before}/edit", fast, base, edit)
    yield Generator(id=f"{before}/base", fields=full, base=base, unit_price=edit)
    yield _edit(f"{before}/base/edit", full, base, edit)


def _edit(name: str, fields: Fields, base: BaseModel, price: float) -> Generator:
    """Return an edit, which gives its result the size of the first picture where none is asked for."""
    unsized = (field.but(default=None) if field.name == "image_size" else field for field in fields)
    return Generator(
        id=name,
        fields=(*unsized, _PICTURES),
        base=base,
        unit_price=price,
        job="edit",
        inputs=(_PICTURES.name,),
        paid_inputs=True,
    )


def _flux_1() -> Iterator[Generator]:
    bare = _bare(("jpeg", "png"), "jpeg")
    steps, guidance = integer("num_inference_steps", 28, 1, 50), number("guidance_scale", 3.5, 0, 35)
    fields = (*bare, _loras(None), steps, guidance, _SLOW)
    unsized = tuple(field.but(default=None) if field.name == "image_size" else field for field in fields)
    for app in ("fal-ai/flux-lora", "fal-ai/flux-krea-lora"):
        yield _flux_1_row(app, fields)
        yield _flux_1_row(f"{app}/image-to-image", (*unsized, _PICTURE, _STRENGTH), "edit")
        yield _flux_1_row(f"{app}/inpainting", (*unsized, _PICTURE, _MASK, _STRENGTH), "fill")
    yield _flux_1_row(
        "fal-ai/flux-lora-fill",
        (
            *_without(unsized, "prompt", "guidance_scale"),
            text("prompt", ""),
            number("guidance_scale", 30, 28, 35),
            switch("paste_back", True),
            switch("resize_to_original", False),
            _PICTURE,
            _MASK,
        ),
        "fill",
    )
    yield _flux_1_row("fal-ai/flux-lora-canny", (*_without(unsized, "acceleration"), _PICTURE), "canny")
    yield _flux_1_row("fal-ai/flux-lora-depth", (*_without(unsized, "acceleration"), _PICTURE), "depth")
    hurry = choice("acceleration", "none", "none", "regular", "high")
    for name, scale, few, price in (
        ("dev", 3.5, steps, 0.025),
        ("schnell", 3.5, integer("num_inference_steps", 4, 1, 12), 0.003),
        ("krea", 4.5, steps, 0.025),
        ("srpo", 4.5, steps, 0.025),
    ):
        alone = (*bare, few, number("guidance_scale", scale, 1, 20), hurry)
        yield replace(_flux_1_row(f"fal-ai/flux/{name}", alone), unit_price=price)


def _flux_1_row(name: str, fields: Fields, job: PaintJob = "create", base: BaseModel = FLUX_1) -> Generator:
    inputs = tuple(field.name for field in fields if field in (_PICTURE, _MASK, _REFERENCE))
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
    bare = _bare(("jpeg", "png"), "png")
    fields = (
        *bare,
        _loras(None),
        integer("num_inference_steps", 30, 10, 50),
        number("guidance_scale", 2.5, 0, 20),
        choice("acceleration", "none", "none", "regular", "high"),
    )
    shape = choice("resolution_mode", "match_input", "auto", "match_input", *_SHAPES)
    edit = (*_without(fields, "image_size"), _PICTURE)
    yield _flux_1_row("fal-ai/flux-kontext-lora", (*edit, shape), "edit", KONTEXT)
    yield _flux_1_row("fal-ai/flux-kontext-lora/text-to-image", fields, base=KONTEXT)
    strength = number("strength", 0.88, 0.01, 1)
    inpaint = (*edit, _MASK, _REFERENCE, strength)
    yield _flux_1_row("fal-ai/flux-kontext-lora/inpaint", inpaint, "fill", KONTEXT)
    alone = (
        *_without(edit, "loras", "output_format", "num_inference_steps", "guidance_scale"),
        choice("output_format", "jpeg", "jpeg", "png"),
        integer("num_inference_steps", 28, 10, 50),
        number("guidance_scale", 2.5, 1, 20),
        shape,
    )
    yield replace(_flux_1_row("fal-ai/flux-kontext/dev", alone, "edit", KONTEXT), unit_price=0.025)


_SHAPES = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")


def _flux_3() -> Iterator[Generator]:
    fields = (*_bare(("jpeg", "png"), "png", size="square_hd"), _loras(3))
    name = "blackforestlabs/flux-3/klein/text-to-image/lora"
    yield Generator(id=name, fields=fields, base=FLUX_3_KLEIN, unit_price=0.012)


def _others() -> Iterator[Generator]:
    krea = (*_bare(("jpeg", "png"), "png", size="square_hd"), _SLOW, _EXPANSION)
    yield Generator(id="fal-ai/krea-2/turbo", fields=krea, base=KREA_2, unit_price=0.008)
    yield Generator(id="fal-ai/krea-2/turbo/lora", fields=(*krea, _loras(3)), base=KREA_2, unit_price=0.01)
    plain = _bare(_NEW_FORMATS, "png")
    image = (*plain, integer("num_inference_steps", 8, 1, 8), _SPEED, _EXPANSION)
    yield Generator(id="fal-ai/z-image/turbo", fields=image, base=Z_IMAGE, unit_price=0.005)
    yield Generator(
        id="fal-ai/z-image/turbo/lora", fields=(*image, _loras(3)), base=Z_IMAGE, unit_price=0.0085
    )
    qwen = (
        *plain,
        integer("num_inference_steps", 28, 1, 50),
        number("guidance_scale", 4, 0, 20),
        text("negative_prompt", ""),
        _SPEED,
    )
    yield Generator(id="fal-ai/qwen-image-2512", fields=qwen, base=QWEN_IMAGE, unit_price=0.02)
    yield Generator(
        id="fal-ai/qwen-image-2512/lora", fields=(*qwen, _loras(3)), base=QWEN_IMAGE, unit_price=0.035
    )


def _upscalers() -> Iterator[Generator]:
    """Give what makes a picture larger; each answers with one `image`."""
    yield Generator(
        id="fal-ai/seedvr/upscale/image",
        fields=(
            _PICTURE,
            choice("upscale_mode", "factor", "target", "factor"),
            number("upscale_factor", 2, 1, 10),
            choice("target_resolution", "1080p", "720p", "1080p", "1440p", "2160p"),
            number("noise_scale", 0.1, 0, 1),
            Field("seed", "integer", nullable=True),
            choice("output_format", "jpg", "png", "jpg", "webp"),
            switch("sync_mode", False),
        ),
        base=FLUX_1,
        unit_price=0.001,
        job="deblur",
        inputs=(_PICTURE.name,),
        default_format="jpg",
        one_image=True,
    )
    yield Generator(
        id="fal-ai/clarity-upscaler",
        fields=(
            _PICTURE,
            text("prompt", "masterpiece, best quality, highres"),
            text("negative_prompt", "(worst quality, low quality, normal quality:2)"),
            number("upscale_factor", 2, 1, 4),
            number("creativity", 0.35, 0, 1),
            number("resemblance", 0.6, 0, 1),
            number("guidance_scale", 4, 0, 20),
            integer("num_inference_steps", 18, 4, 50),
            Field("seed", "integer", nullable=True),
            switch("enable_safety_checker", True),
        ),
        base=FLUX_1,
        unit_price=0.03,
        job="deblur",
        inputs=(_PICTURE.name,),
        one_image=True,
    )
