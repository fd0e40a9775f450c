"""What BFL charges, as a dated table: the estimate; the `cost` in an answer is the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.money import Estimate

MEGAPIXEL = 1024 * 1024
"""Pixels of one charged megapixel. How the service rounds is not documented."""

_SURELY_ONE_MEGAPIXEL = 1_000_000


@dataclass(frozen=True)
class PriceTable:
    """Prices in credits, and when they were read.

    Attributes:
        read_on: month of reading.
        flat: for one picture, by endpoint.
        guessed: the same for endpoints without a published price, reckoned like their nearest relatives.
        megapixels: for the first output megapixel and for every further one, input pictures included.
        resolutions: for one FLUX 3 picture, by resolution.
        guessed_resolutions: resolutions without a published price, put between their neighbours.
        training: for a training of up to so many iterations; the last one for all above.
    """

    read_on: str
    flat: Mapping[str, float]
    guessed: Mapping[str, float]
    megapixels: Mapping[str, tuple[float, float]]
    resolutions: Mapping[str, float]
    guessed_resolutions: frozenset[str] = field(default=frozenset())
    training: tuple[tuple[int, float], ...] = ()
    training_above: float = 0.0


_KLEIN_4B = (1.4, 0.1)
_KLEIN_9B = (1.5, 0.2)

PRICES = PriceTable(
    read_on="2026-10",
    flat={
        "flux-pro-1.1": 4,
        "flux-pro-1.1-ultra": 6,
        "flux-dev": 2.5,
        "flux-pro-1.0-fill": 5,
        "flux-pro-1.1-ultra-finetuned": 7,
        "flux-pro-finetuned": 6,
        "flux-pro-1.0-fill-finetuned": 6,
        "flux-kontext-pro": 4,
        "flux-kontext-max": 8,
    },
    guessed={
        "flux-pro-1.0-expand": 5,
        "flux-pro-1.0-depth-finetuned": 6,
        "flux-pro-1.0-canny-finetuned": 6,
        "flux-tools/outpainting-v1": 5,
        "flux-tools/erase-v1": 5,
        "flux-tools/deblur-v1": 5,
    },
    megapixels={
        "flux-2-pro": (3, 1.5),
        "flux-2-pro-preview": (3, 1.5),
        "flux-2-max": (7, 3),
        "flux-2-flex": (5, 5),
        "flux-2-klein-4b": _KLEIN_4B,
        "flux-2-klein-9b": _KLEIN_9B,
        "flux-2-klein-9b-preview": _KLEIN_9B,
        "flux-2-klein-4b-finetuned": _KLEIN_4B,
        "flux-2-klein-9b-finetuned": _KLEIN_9B,
        "flux-2-klein-9b-kv-finetuned": _KLEIN_9B,
        "flux-2-klein-9b-kv-bf16-finetuned": _KLEIN_9B,
        "flux-2-klein-base-4b-finetuned": _KLEIN_4B,
        "flux-2-klein-base-9b-finetuned": _KLEIN_9B,
    },
    resolutions={"768sq": 4.1, "1k": 4.8, "1.5k": 7.0, "2k": 10, "4k": 60.7},
    guessed_resolutions=frozenset({"1.5k"}),
    training=((149, 200), (500, 400)),
    training_above=600,
)
"""Source: BFL pricing, read 2026-10."""


def flat_price(request: Endpoint) -> Estimate:
    """Return the price of an endpoint that charges for each picture, whatever its size."""
    name = request.info.id
    if name in PRICES.flat:
        return Estimate(PRICES.flat[name], "a picture")
    return Estimate(PRICES.guessed[name], "a picture; no price is published", exact=False)


def megapixel_price(request: Endpoint) -> Estimate:
    """Return the price of a FLUX.2 picture; automatic sizes and inputs are taken as one megapixel."""
    values = request.given()
    first, further = PRICES.megapixels[request.info.id]
    inputs = sum(name.startswith("input_image") for name in values)
    pixels = _asked_pixels(values)
    output = max(1, math.ceil((pixels or MEGAPIXEL) / MEGAPIXEL))
    basis = f"{output} MP out" + (f", {inputs} MP in" if inputs else "")
    exact = pixels is not None and pixels <= _SURELY_ONE_MEGAPIXEL and not inputs
    return Estimate(round(first + further * (output - 1 + inputs), 4), basis, exact)


def _asked_pixels(values: Mapping[str, Any]) -> int | None:
    width, height = values.get("width"), values.get("height")
    return width * height if width and height else None


def resolution_price(request: Endpoint) -> Estimate:
    """Return the price of a FLUX 3 picture."""
    resolution = str(request.given()["resolution"])
    exact = resolution not in PRICES.guessed_resolutions
    return Estimate(PRICES.resolutions[resolution], f"a picture at {resolution}", exact)


def training_price(request: Endpoint) -> Estimate:
    """Return the price of a training."""
    iterations = int(request.given()["iterations"])
    credits = next((price for most, price in PRICES.training if iterations <= most), PRICES.training_above)
    return Estimate(credits, f"{iterations} iterations")
