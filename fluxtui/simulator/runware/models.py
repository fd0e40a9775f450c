"""What the simulated Runware makes pictures with: its models, what each takes, and the LoRAs that it knows.

Sources, read 2026-12: the official client's generated types (runware-sdk 1.8.0, schemas of 2026-10-12) for
names, fields and what is required; the official reference of `imageInference` (Runware/sdk-python, 2026-06)
for ranges; the documentation of 2026-02 as copied by a third party for the length of prompts and the number
and weights of LoRAs; Runware's model pages for prices. Which fields are refused as unknown, and the words for
architectures, are our reading.
"""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.simulator.core.fields import Field, choice, integer, number, switch, text

CREDITS_PER_DOLLAR = 100.0
MOST_LORAS, LEAST_WEIGHT, MOST_WEIGHT = 5, -4.0, 4.0
MOST_PICTURES = 4
LARGEST_SEED = 2**63 - 1

_PROMPT = text("positivePrompt", required=True, minimum=2, maximum=3000)
_NEGATIVE = text("negativePrompt", minimum=2, maximum=3000)
_WIDTH = integer("width", None, 512, 2048, multiple=64)
_HEIGHT = integer("height", None, 512, 2048, multiple=64)
_SEED = integer("seed", None, 1, LARGEST_SEED)
_STEPS = integer("steps", None, 1, 100)
_GUIDANCE = number("CFGScale", None, 0, 30)
_ACCELERATION = choice("acceleration", None, "none", "low", "medium", "high")

COMMON: tuple[Field, ...] = (
    choice("outputType", "URL", "URL", "base64Data", "dataURI"),
    choice("outputFormat", "JPG", "JPG", "PNG", "WEBP"),
    integer("outputQuality", 95, 20, 99),
    choice("deliveryMethod", "sync", "sync", "async"),
    integer("numberResults", 1, 1, 20),
    integer("ttl", None, 60, None),
    switch("includeCost", False),
)
"""What every model takes besides its own."""


@dataclass(frozen=True, slots=True)
class ImageModel:
    """A model: its name, the family its LoRAs belong to, its own fields, and USD for a megapixel in `steps`.

    `pictures` says whether it takes pictures to edit, `needs_picture` that it goes without none; `sized` that
    width and height are required.
    """

    air: str
    architecture: str
    fields: tuple[Field, ...]
    usd: float
    steps: int
    pictures: bool = True
    needs_picture: bool = False
    sized: bool = True


_FLUX_2 = (_PROMPT, _NEGATIVE, _WIDTH, _HEIGHT, _SEED, _STEPS, _GUIDANCE, _ACCELERATION)
_FLUX_1 = (_PROMPT, _NEGATIVE, _WIDTH, _HEIGHT, _SEED, _STEPS, _GUIDANCE)

MODELS: dict[str, ImageModel] = {
    model.air: model
    for model in (
        ImageModel("runware:400@1", "flux_2_dev", _FLUX_2, 0.009, 28),
        ImageModel("runware:400@2", "flux_2_klein_9b", _FLUX_2, 0.004, 4),
        ImageModel("runware:400@3", "flux_2_klein_9b", _FLUX_2, 0.00416, 28),
        ImageModel("runware:400@4", "flux_2_klein_4b", _FLUX_2, 0.0038, 4),
        ImageModel("runware:400@5", "flux_2_klein_4b", _FLUX_2, 0.0019, 28),
        ImageModel("runware:101@1", "flux1d", _FLUX_1, 0.0038, 28, pictures=False),
        ImageModel("runware:107@1", "flux1kreadev", _FLUX_1, 0.0038, 28, pictures=False),
        ImageModel("runware:100@1", "flux1s", _FLUX_1, 0.0013, 4, pictures=False),
        ImageModel("runware:106@1", "flux1kontextdev", _FLUX_1, 0.0105, 28, needs_picture=True, sized=False),
    )
}


@dataclass(frozen=True, slots=True)
class KnownLora:
    """A LoRA that a search finds: its name, for people too, its family, and whose it is; `''` is public."""

    air: str
    name: str
    version: str
    architecture: str
    owner: str = ""
    trigger_words: str = ""


LORAS: tuple[KnownLora, ...] = (
    KnownLora("simstudio:red-sheets@1", "Red sheets", "1", "flux_2_klein_9b", "valid", "SHEET"),
    KnownLora("simstudio:ink@2", "Ink drawings", "2", "flux1d", "valid", "INKY"),
    KnownLora("simstudio:unsorted@1", "Unsorted", "1", "future-model", "valid"),
    KnownLora("civitai:618692@691639", "Flux Realism", "v1", "flux1d"),
)

FOREIGN = "civitai:"
"""LoRAs whose names begin so are fetched when they are asked for, found by a search or not."""
