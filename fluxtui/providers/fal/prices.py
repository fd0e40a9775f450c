"""What fal.ai charges: a dated table for where the service's own prices are not known.

Sources: the model pages of fal.ai, read 2026-11. Prices that no page names come from lists of third parties
or from the nearest relative; estimates with them are marked as not exact. Pictures pay begun megapixels;
how many pixels fal counts as one is not said, so only sizes below a million pixels are certain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.money import Estimate, UnitPrice, as_cost, as_unit_price, credits
from fluxtui.providers.reading import as_mapping, as_text

READ_ON = "2026-11"
"""Month in which the table was read."""

STEPS, MEGAPIXELS = "steps", "megapixels"
"""What fal counts: steps of a training, megapixels of pictures."""

NAMED_SIZES: Mapping[str, tuple[int, int]] = {
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
}
"""Pixels of fal's named sizes (fal's JavaScript client, 2026-08)."""

_MEGAPIXEL = 1024 * 1024
_SURELY_ONE_MEGAPIXEL = 1_000_000
_LEAST_STEPS = {"blackforestlabs/flux-3/klein/base/trainer": 100}
_UNITS = {
    "step": STEPS,
    "steps": STEPS,
    "training step": STEPS,
    "training steps": STEPS,
    "megapixel": MEGAPIXELS,
    "megapixels": MEGAPIXELS,
    "mp": MEGAPIXELS,
}


@dataclass(frozen=True)
class Row:
    """USD for one unit of an endpoint, and whether fal's own page names it."""

    usd: float
    unit: str
    published: bool = True


TABLE: Mapping[str, Row] = {
    "fal-ai/flux-2-klein-9b-base-trainer": Row(0.0086, STEPS, published=False),
    "fal-ai/flux-2-klein-4b-base-trainer": Row(0.005, STEPS, published=False),
    "fal-ai/flux-2-trainer": Row(0.0064, STEPS),
    "fal-ai/flux-2-trainer-v2": Row(0.0255, STEPS, published=False),
    "fal-ai/flux-lora-fast-training": Row(0.002, STEPS, published=False),
    "fal-ai/flux-lora-portrait-trainer": Row(0.0024, STEPS, published=False),
    "fal-ai/turbo-flux-trainer": Row(0.0024, STEPS),
    "blackforestlabs/flux-3/klein/base/trainer": Row(0.0043, STEPS),
    "fal-ai/flux-2/klein/9b/base/lora": Row(0.02, MEGAPIXELS),
    "fal-ai/flux-2/klein/9b/base/edit/lora": Row(0.02, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/9b/lora": Row(0.011, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/9b/edit/lora": Row(0.011, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/4b/base/lora": Row(0.016, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/4b/base/edit/lora": Row(0.016, MEGAPIXELS),
    "fal-ai/flux-2/klein/4b/lora": Row(0.01, MEGAPIXELS),
    "fal-ai/flux-2/klein/4b/edit/lora": Row(0.01, MEGAPIXELS, published=False),
    "fal-ai/flux-2/lora": Row(0.021, MEGAPIXELS),
    "fal-ai/flux-2/lora/edit": Row(0.021, MEGAPIXELS, published=False),
    "fal-ai/flux-lora": Row(0.035, MEGAPIXELS, published=False),
    "fal-ai/flux-krea-lora": Row(0.035, MEGAPIXELS, published=False),
    "fal-ai/flux-kontext-lora": Row(0.035, MEGAPIXELS, published=False),
}


def training_price(request: Endpoint) -> Estimate:
    """Return the price of a training by our table."""
    row = TABLE[request.info.id]
    return _training(request, row.usd, exact=row.published, source="")


def live_training_price(request: Endpoint, live: UnitPrice) -> Estimate:
    """Return the price of a training by fal's own price, or by our table where that counts something else."""
    if _UNITS.get(live.unit.casefold()) != STEPS:
        return training_price(request)
    return _training(request, live.usd, exact=True, source=", fal's price")


def _training(request: Endpoint, usd: float, *, exact: bool, source: str) -> Estimate:
    steps = max(int(request.given()["steps"]), _LEAST_STEPS.get(request.info.id, 0))
    guess = "" if exact else "; no price is published"
    return Estimate(round(credits(usd) * steps, 4), f"{steps:,} steps{source}{guess}", exact)


def picture_price(request: Endpoint) -> Estimate:
    """Return the price of a picture by our table."""
    row = TABLE[request.info.id]
    return _picture(request, row.usd, exact=row.published, source="")


def live_picture_price(request: Endpoint, live: UnitPrice) -> Estimate:
    """Return the price of a picture by fal's own price, or by our table where that counts something else."""
    if _UNITS.get(live.unit.casefold()) != MEGAPIXELS:
        return picture_price(request)
    return _picture(request, live.usd, exact=True, source=", fal's price")


def _picture(request: Endpoint, usd: float, *, exact: bool, source: str) -> Estimate:
    values = request.given()
    inputs = sum(name.startswith("input_image") for name in values)
    size = size_asked_for(values)
    pixels = size[0] * size[1] if size is not None else None
    output = max(1, math.ceil((pixels or _MEGAPIXEL) / _MEGAPIXEL))
    certain = pixels is not None and pixels <= _SURELY_ONE_MEGAPIXEL and not inputs
    basis = f"{output} MP out" + (f", {inputs} MP in" if inputs else "") + source
    return Estimate(round(credits(usd) * (output + inputs), 4), basis, exact and certain)


def size_asked_for(values: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the pixels that values ask for, by name or as custom; None for those of the input."""
    size = str(values.get("image_size") or "")
    width, height = values.get("width"), values.get("height")
    if size in NAMED_SIZES or not size:
        return NAMED_SIZES.get(size)
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None


def told_prices(data: Any, read_on: str) -> dict[str, UnitPrice]:
    """Return the prices in an answer of fal's price list, by endpoint; what is not in USD is left out.

    Args:
        data: as answered.
        read_on: the day, as `2026-11-26`.
    """
    rows = as_mapping(data).get("prices")
    found = {}
    for row in map(as_mapping, rows if isinstance(rows, list) else []):
        name, unit = as_text(row.get("endpoint_id")), as_text(row.get("unit"), limit=40)
        usd = as_unit_price(row.get("unit_price"))
        in_usd = str(row.get("currency", "USD")).upper() == "USD"
        if name and unit and usd is not None and in_usd:
            found[name] = UnitPrice(usd, unit, read_on, live=True)
    return found


def billed(endpoint_id: str, units: float | None, told: UnitPrice | None) -> float | None:
    """Return the credits for the units that fal says it has billed, or None where a price is not certain."""
    if units is None or units < 0:
        return None
    row = TABLE.get(endpoint_id)
    if told is not None:
        return as_cost(round(credits(told.usd) * units, 4))
    return as_cost(round(credits(row.usd) * units, 4)) if row is not None and row.published else None
