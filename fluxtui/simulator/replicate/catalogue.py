"""What can be run and trained from the start: two trainers, official models; and what a training makes.

Source: replicate/flux-fine-tuner (train.py) for the first trainer, replicate/cog-flux (predict.py: DevLora
and Hotswap predictors) for what makes pictures, read 2026-11. The fast trainer publishes no source; its
fields are those of programs that call it, which disagree on the name of the steps: see
`Settings.fast_trainer_steps`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from fluxtui.simulator.core.fields import Field, choice, image, integer, number, switch, text
from fluxtui.simulator.core.weights import FLUX_1, KLEIN_9B
from fluxtui.simulator.replicate.hardware import EIGHT_H100, H100, Hardware
from fluxtui.simulator.replicate.official import FLUX_3_KLEIN_LORA, MODELS, OWNER, Price
from fluxtui.simulator.replicate.schema import picture_schema, trainer_schema

SIZES = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}
"""Width and height in pixels of each aspect ratio at one megapixel; a quarter of it halves both."""
CUSTOM = "custom"

_ZIP = Field("input_images", "archive")
_TRIGGER = text("trigger_word", "TOK")

_TRAINING = (
    _ZIP,
    _TRIGGER,
    switch("autocaption", True),
    text("autocaption_prefix"),
    text("autocaption_suffix"),
    integer("steps", 1000, 3, 6000),
    Field("learning_rate", "number", 4e-4),
    Field("batch_size", "integer", 1),
    text("resolution", "512,768,1024"),
    integer("lora_rank", 16, 1, 128),
    number("caption_dropout_rate", 0.05, 0, 1),
    text("optimizer", "adamw8bit"),
    switch("cache_latents_to_disk", False),
    text("layers_to_optimize_regex"),
    switch("gradient_checkpointing", False),
    text("hf_repo_id"),
    text("hf_token"),
    text("wandb_api_key"),
    text("wandb_project", "flux_train_replicate"),
    text("wandb_run"),
    text("wandb_entity"),
    integer("wandb_sample_interval", 100, 1, None),
    text("wandb_sample_prompts"),
    integer("wandb_save_interval", 100, 1, None),
    text("skip_training_and_use_pretrained_hf_lora_url"),
)


def _fast_training(steps: str) -> tuple[Field, ...]:
    return (
        _ZIP.but(required=True),
        _TRIGGER,
        choice("lora_type", "subject", "subject", "style"),
        integer(steps, 1000, 10, 4000),
    )


_PROMPT = text("prompt", required=True)
_MEGAPIXELS = choice("megapixels", "1", "1", "0.25")
_SCALE, _EXTRA_SCALE = number("lora_scale", 1, -1, 3), number("extra_lora_scale", 1, -1, 3)
_EXTRA = text("extra_lora")
_STRENGTH = number("prompt_strength", 0.8, 0, 1)
_STEPS = integer("num_inference_steps", 28, 1, 50)
_OUTPUT = (
    Field("seed", "integer"),
    choice("output_format", "webp", "webp", "jpg", "png"),
    integer("output_quality", 80, 0, 100),
    switch("disable_safety_checker", False),
)
_OUTPUTS = integer("num_outputs", 1, 1, 4)
_IMAGE = image("image").but(nullable=False)

HOTSWAP = (
    _PROMPT,
    _IMAGE,
    image("mask").but(nullable=False),
    choice("aspect_ratio", "1:1", *SIZES, CUSTOM),
    integer("height", None, 256, 1440),
    integer("width", None, 256, 1440),
    _STRENGTH,
    choice("model", "dev", "dev", "schnell"),
    _OUTPUTS,
    _STEPS,
    number("guidance_scale", 3, 0, 10),
    *_OUTPUT,
    switch("go_fast", False),
    _MEGAPIXELS,
    text("replicate_weights"),
    _SCALE,
    _EXTRA,
    _EXTRA_SCALE,
)
"""The input of every model that a training makes."""

_OFFICIAL = (
    _PROMPT,
    choice("aspect_ratio", "1:1", *SIZES),
    _IMAGE,
    _STRENGTH,
    _OUTPUTS,
    _STEPS,
    number("guidance", 3, 0, 10),
    *_OUTPUT,
    switch("go_fast", True),
    text("lora_weights"),
    _SCALE,
    _EXTRA,
    _EXTRA_SCALE,
    _MEGAPIXELS,
    text("hf_api_token"),
    text("civitai_api_token"),
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a version does: its fields, the machine it runs on, and how long that takes.

    A training takes `setup_seconds` and `step_seconds` for each of its steps, whose field is `steps`. Where
    there is a `price`, that is paid in place of the seconds. A `single` picture is no list. LoRAs are of the
    size `lora_hidden`.
    """

    fields: tuple[Field, ...]
    hardware: Hardware = H100
    trains: bool = False
    steps: str = "steps"
    setup_seconds: float = 0.0
    step_seconds: float = 0.0
    price: Price | None = None
    single: bool = False
    lora_hidden: int = FLUX_1.hidden

    @property
    def schema(self) -> dict[str, Any]:
        """The version's `openapi_schema`."""
        return trainer_schema(self.fields) if self.trains else picture_schema(self.fields, single=self.single)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A public model that is there from the start. An `official` one is run by its name."""

    owner: str
    name: str
    description: str
    recipe: Recipe
    official: bool = False

    @property
    def full_name(self) -> str:
        """Owner and name with a slash between."""
        return f"{self.owner}/{self.name}"

    @property
    def version(self) -> str:
        """The id of its only version, 64 hexadecimal digits."""
        return hashlib.sha256(f"version of {self.full_name}".encode()).hexdigest()


_OFFICIAL_PRICE = Price(0.032)
"""USD for a picture of flux-dev-lora, as its page says, read 2026-11."""
TRAINED = Recipe(HOTSWAP)
"""What the versions do that trainings make."""


def built_in_models(fast_trainer_steps: str) -> dict[str, BuiltIn]:
    """Return the models that everybody sees, by full name; see `Settings.fast_trainer_steps`.

    A step takes 1.1 s on one H100, or 0.11 s on the eight of the fast trainer: 1.50 to 1.75 USD for 1000
    steps either way, which is what people report.
    """
    slow = Recipe(_TRAINING, H100, trains=True, setup_seconds=30.0, step_seconds=1.1)
    fast = Recipe(
        _fast_training(fast_trainer_steps),
        EIGHT_H100,
        trains=True,
        steps=fast_trainer_steps,
        setup_seconds=10.0,
        step_seconds=0.11,
    )
    models = (
        BuiltIn("ostris", "flux-dev-lora-trainer", "Fine-tune FLUX.1-dev with ai-toolkit", slow),
        BuiltIn("replicate", "fast-flux-trainer", "Train subjects or styles faster than ever", fast),
        BuiltIn(
            "black-forest-labs",
            "flux-dev-lora",
            "A version of flux-dev for fast inference with LoRAs",
            Recipe(_OFFICIAL, price=_OFFICIAL_PRICE),
            official=True,
        ),
        BuiltIn(
            "replicate",
            "flux-3-klein-image-lora",
            "FLUX.3 Klein with LoRAs",
            Recipe(FLUX_3_KLEIN_LORA, lora_hidden=KLEIN_9B.hidden, single=True),
        ),
        *(
            BuiltIn(
                OWNER,
                model.name,
                model.description,
                Recipe(model.fields, price=model.price, single=model.single),
                official=True,
            )
            for model in MODELS
        ),
    )
    return {model.full_name: model for model in models}
