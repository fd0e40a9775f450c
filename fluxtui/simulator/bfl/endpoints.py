"""Every endpoint that makes a picture, and the one that trains: parameters, ranges and defaults as data.

Source: BFL API specification and documentation, read 2026-10, those of the tools as published 2026-09-20.
Where the specification says `additionalProperties: false` (outpainting, FLUX 3) unknown fields are refused.
What no source settles is decided here so that
a careless client is found out: a sent width or height of 0 is refused, and so is a null seed for
flux-pro-finetuned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from fluxtui.simulator.bfl.finetunes import FinetuneKind
from fluxtui.simulator.core.fields import Field, choice, image, integer, number, switch, text

Family = Literal["flux-1", "flux-2", "flux-3", "tool", "training"]
Job = Literal["create", "edit", "fill", "expand", "erase", "deblur", "depth", "canny", "outpaint"]

MOST_ACTIVE = 24
MOST_ACTIVE_KONTEXT_MAX = 6
MOST_PIXELS = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path under /v1 that accepts paid work.

    `job` is what it does with its input pictures; `strict` refuses unknown fields; `historic` means taken
    down since; `finetuned` says which kind of finetune it needs; `cost_at` is which answer tells the cost.
    """

    path: str
    fields: tuple[Field, ...]
    family: Family = "flux-1"
    job: Job = "create"
    finetuned: FinetuneKind | None = None
    historic: bool = False
    strict: bool = False
    most_active: int = MOST_ACTIVE
    default_format: str = "jpeg"

    @property
    def cost_at(self) -> Literal["submit", "result"]:
        """Where the cost is told: FLUX.1 tells it with the result alone (seen at the service, 2026-09-21)."""
        return "result" if self.family == "flux-1" else "submit"


_PROMPT = text("prompt", "", nullable=True)
_PROMPT_REQUIRED = text("prompt", required=True)
_SEED = Field("seed", "integer", nullable=True)
_UPSAMPLING = switch("prompt_upsampling", False)
_IMAGE_PROMPT = image("image_prompt")
_WEBHOOK = (
    text("webhook_url", nullable=True, minimum=1, maximum=2083, pattern=r"https?://\S+"),
    text("webhook_secret", nullable=True),
)
_USER = text("user", nullable=True, minimum=1, maximum=256)
_SIZE = (
    integer("width", 1024, 256, 1440, multiple=32),
    integer("height", 768, 256, 1440, multiple=32),
)
_FREE_SIZE = (
    integer("width", None, 64, None, multiple=16),
    integer("height", None, 64, None, multiple=16),
)


def _shape(default: str | None) -> Field:
    return text("aspect_ratio", default, nullable=default is None, pattern=r"[1-9]\d{0,2}:[1-9]\d{0,2}")


def _common(safety: int, default_format: str = "jpeg", seed: Field = _SEED) -> tuple[Field, ...]:
    return (
        seed,
        integer("safety_tolerance", 2, 0, safety),
        choice("output_format", default_format, "jpeg", "png", "webp"),
        *_WEBHOOK,
    )


def _finetune(default_strength: float) -> tuple[Field, ...]:
    return (text("finetune_id", required=True), number("finetune_strength", default_strength, 0, 2))


def _steps(default: int, low: int = 15) -> Field:
    return integer("steps", default, low, 50)


def _inputs(count: int) -> tuple[Field, ...]:
    names = ["input_image", *(f"input_image_{position}" for position in range(2, count + 1))]
    return tuple(image(name, url_allowed=True) for name in names)


_FILL = (
    image("image", required=True),
    image("mask"),
    _PROMPT,
    _steps(50),
    number("guidance", 60, 1.5, 100),
    _UPSAMPLING,
)
_CANNY = (integer("canny_low_threshold", 50, 0, 500), integer("canny_high_threshold", 200, 0, 500))
_KLEIN = (_PROMPT_REQUIRED, *_inputs(4), *_FREE_SIZE)
_KLEIN_FINETUNED = ("4b", "9b", "9b-kv", "9b-kv-bf16", "base-4b", "base-9b")


def _control(guidance: float, *more: Field) -> tuple[Field, ...]:
    return (
        _PROMPT_REQUIRED,
        image("control_image"),
        _steps(50),
        number("guidance", guidance, 1, 100),
        *more,
        _UPSAMPLING,
        *_common(6),
    )


def _flux_1_finetuned() -> tuple[Endpoint, ...]:
    ultra = (
        _PROMPT,
        _shape("16:9"),
        _IMAGE_PROMPT,
        number("image_prompt_strength", 0.1, 0, 1),
        _UPSAMPLING,
        *_common(6),
    )
    pro = (
        _PROMPT,
        *_SIZE,
        _IMAGE_PROMPT,
        _steps(40, 1),
        number("guidance", 2.5, 1.5, 5),
        _UPSAMPLING,
        *_common(6, seed=_SEED.but(nullable=False)),
    )
    weak, strong = _finetune(1.1), _finetune(1.2)
    depth, canny = "flux-pro-1.0-depth-finetuned", "flux-pro-1.0-canny-finetuned"
    return (
        Endpoint("flux-pro-1.1-ultra-finetuned", (*strong, *ultra), finetuned="flux-1"),
        Endpoint("flux-pro-1.0-fill-finetuned", (*weak, *_FILL, *_common(6)), job="fill", finetuned="flux-1"),
        Endpoint("flux-pro-finetuned", (*weak, *pro), finetuned="flux-1", historic=True),
        Endpoint(depth, (*weak, *_control(15)), job="depth", finetuned="flux-1", historic=True),
        Endpoint(canny, (*weak, *_control(30, *_CANNY)), job="canny", finetuned="flux-1", historic=True),
    )


def _klein_finetuned() -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            f"flux-2-klein-{size}-finetuned",
            (*_finetune(1.0), *_KLEIN, *_common(5)),
            family="flux-2",
            job="edit",
            finetuned="klein",
        )
        for size in _KLEIN_FINETUNED
    )


def _flux_1_base() -> tuple[Endpoint, ...]:
    pro = (_PROMPT, _IMAGE_PROMPT, *_SIZE, _UPSAMPLING, *_common(6))
    ultra = (
        _PROMPT,
        _shape("16:9"),
        switch("raw", False),
        _IMAGE_PROMPT,
        number("image_prompt_strength", 0.1, 0, 1),
        _UPSAMPLING,
        *_common(6),
    )
    margins = tuple(integer(side, 0, 0, 2048) for side in ("top", "bottom", "left", "right"))
    expand = (*_FILL[:1], *margins, *_FILL[2:], *_common(6))
    kontext = (_PROMPT_REQUIRED, *_inputs(4), _shape(None), _UPSAMPLING, *_common(6, "png"))
    return (
        Endpoint("flux-pro-1.1", pro),
        Endpoint("flux-pro-1.1-ultra", ultra),
        Endpoint("flux-dev", (*pro, _steps(28, 1), number("guidance", 3.0, 1.5, 5))),
        Endpoint("flux-pro-1.0-fill", (*_FILL, *_common(6)), job="fill"),
        Endpoint("flux-pro-1.0-expand", expand, job="expand"),
        Endpoint("flux-kontext-pro", kontext, job="edit", default_format="png"),
        Endpoint(
            "flux-kontext-max",
            kontext,
            job="edit",
            most_active=MOST_ACTIVE_KONTEXT_MAX,
            default_format="png",
        ),
    )


def _flux_2_base() -> tuple[Endpoint, ...]:
    body = (_PROMPT_REQUIRED, *_inputs(8), *_FREE_SIZE, *_common(5))
    pro = (*body, switch("disable_pup", False))
    flex = (*body, switch("prompt_upsampling", True), number("guidance", 5, 1.5, 10), _steps(50, 1))
    klein = (*_KLEIN, *_common(5))
    bodies = {
        "flux-2-pro": pro,
        "flux-2-pro-preview": pro,
        "flux-2-max": pro,
        "flux-2-flex": flex,
        "flux-2-klein-4b": klein,
        "flux-2-klein-9b": klein,
        "flux-2-klein-9b-preview": klein,
    }
    return tuple(Endpoint(path, fields, family="flux-2", job="edit") for path, fields in bodies.items())


_LANDSCAPE_RATIOS = ("21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4", "1:1")
_PORTRAIT_RATIOS = ("4:5", "3:4", "5:7", "2:3", "9:16", "1:2", "9:21")


def _flux_3_klein() -> Endpoint:
    """FLUX 3 Image Klein, of which no schema is published: what the guess of its address is checked with."""
    image = _flux_3()
    fields = tuple(field for field in image.fields if field.name not in ("grounding", "version"))
    return replace(image, path="flux-3-image-klein", fields=fields)


def _flux_3() -> Endpoint:
    return Endpoint(
        "flux-3-image",
        (
            _PROMPT_REQUIRED,
            Field("images", "images", nullable=True, minimum=1, maximum=10, url_allowed=True),
            choice("aspect_ratio", "auto", "auto", *_LANDSCAPE_RATIOS, *_PORTRAIT_RATIOS),
            choice("resolution", "1k", "768sq", "1k", "1.5k", "2k", "4k"),
            integer("safety_tolerance", 2, 0, 4),
            switch("grounding", True),
            text("version", "latest"),
            *_WEBHOOK,
        ),
        family="flux-3",
        job="edit",
        strict=True,
    )


def _tools() -> tuple[Endpoint, ...]:
    outpainting = (
        image("input_image", required=True, url_allowed=True),
        integer("width", None, 64, None, required=True),
        integer("height", None, 64, None, required=True),
        Field("reference_offset_x", "integer", nullable=True),
        Field("reference_offset_y", "integer", nullable=True),
        choice("mode", "high", "high", "fast"),
        _PROMPT,
        switch("auto_crop", False),
        switch("disable_pup", False),
        integer("safety_tolerance", 2, 0, 5),
        choice("output_format", "png", "jpeg", "png", "webp", nullable=True),
        _USER,
    )
    erase = (
        _USER,
        image("image", required=True, url_allowed=True),
        image("mask", required=True, url_allowed=True),
        integer("dilate_pixels", 10, 0, 25),
        *_common(5, "png"),
    )
    deblur = (_USER, image("image", required=True, url_allowed=True), *_common(5, "png"))
    return (
        Endpoint(
            "flux-tools/outpainting-v1",
            outpainting,
            family="tool",
            job="outpaint",
            strict=True,
            default_format="png",
        ),
        Endpoint("flux-tools/erase-v1", erase, family="tool", job="erase", default_format="png"),
        Endpoint("flux-tools/deblur-v1", deblur, family="tool", job="deblur", default_format="png"),
    )


FINETUNE = Endpoint(
    "finetune",
    (
        Field("file_data", "archive", required=True),
        text("finetune_comment", required=True),
        choice("mode", None, "character", "product", "style", "general", required=True),
        text("trigger_word", "TOK"),
        integer("iterations", 300, 100, 1000),
        number("learning_rate", None, 1e-6, 5e-3, nullable=True),
        switch("captioning", True),
        choice("priority", "quality", "speed", "quality", "high_res_only"),
        choice("finetune_type", "full", "lora", "full"),
        Field("lora_rank", "integer", 32, choices=("16", "32")),
        *_WEBHOOK,
    ),
    family="training",
    historic=True,
)


@cache
def endpoints() -> dict[str, Endpoint]:
    """Return every picture endpoint by its path below /v1."""
    rows = (
        *_flux_1_finetuned(),
        *_klein_finetuned(),
        *_flux_1_base(),
        *_flux_2_base(),
        _flux_3(),
        _flux_3_klein(),
        *_tools(),
    )
    return {row.path: row for row in rows}
