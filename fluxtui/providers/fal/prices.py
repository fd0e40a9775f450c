"""What fal.ai charges: a dated table for where the service's own prices are not known.

Sources: the model pages of fal.ai, read 2026-11. Prices that no page names come from lists of third parties
or from the nearest relative; estimates with them are marked as not exact. Prices of the trainers of FLUX.2,
and the least steps of the portrait trainer, are what several public repositories quote from fal's pages
(2026-09); a price list of a third party has older, higher ones. Pictures pay begun megapixels;
how many pixels fal counts as one is not said, so only sizes below a million pixels are certain.

fal's own price is not believed blindly: stored answers of its price list name ten times the known price of
one trainer, and units such as "units" and "train units" for others (third-party copies, read 2026-11). Where
it is more than twice or less than half of what the table says, both are told, and the higher one counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.money import (
    Estimate,
    UnitPrice,
    as_cost,
    as_unit_price,
    credits,
    show_credits,
    show_usd,
)
from fluxtui.domain.text import plural
from fluxtui.providers.reading import as_mapping, as_text

READ_ON = "2026-11"
"""Month in which the table was read."""

STEPS, MEGAPIXELS, IMAGES = "steps", "megapixels", "images"
"""What fal counts: steps of a training, megapixels of pictures, or pictures."""

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
_LEAST_STEPS = {
    "blackforestlabs/flux-3/klein/base/trainer": 100,
    "blackforestlabs/flux-3/klein/base/trainer/edit": 100,
    "fal-ai/flux-lora-portrait-trainer": 1000,
    "fal-ai/krea-2-trainer": 100,
    "fal-ai/qwen-image-2512-trainer-v2": 500,
}
"""Steps that are billed at least (fal's pages, read 2026-12; of the portrait trainer as quoted, 2026-09)."""

INPUT_FACTORS: Mapping[int, float] = {1: 2.11, 2: 3.44, 3: 5.09, 4: 6.95, 10: 23.44}
"""What each step of a training on pairs is multiplied by, by the pictures before each result. Source: fal's
pages of its edit trainers for FLUX.2 [klein] 4B and FLUX 3 [klein], both with the same ones, read 2026-12."""

_BY_INPUTS = frozenset(
    {
        "fal-ai/flux-2-trainer/edit",
        "fal-ai/flux-2-trainer-v2/edit",
        "fal-ai/flux-2-klein-9b-base-trainer/edit",
        "blackforestlabs/flux-3/klein/base/trainer/edit",
    }
)
"""Trainers whose steps cost the more the more pictures there are before a result."""

_UNITS = {
    "step": STEPS,
    "steps": STEPS,
    "training step": STEPS,
    "training steps": STEPS,
    "megapixel": MEGAPIXELS,
    "megapixels": MEGAPIXELS,
    "mp": MEGAPIXELS,
    "image": IMAGES,
    "images": IMAGES,
}
_PROBABLY_STEPS = frozenset({"unit", "units", "train unit", "train units", "training unit", "training units"})
"""What fal counts of some trainers without saying what that is; by the prices, steps."""
_TIMES_APART = 2.0
_MOST_MEGAPIXELS = 4
"""Of an input picture, and of a result as large as that: what FLUX.2 works on at most (BFL, 2026-10)."""


@dataclass(frozen=True)
class UnitCost:
    """USD for one unit of an endpoint, and whether fal's own page names it."""

    usd: float
    unit: str
    published: bool = True


TABLE: Mapping[str, UnitCost] = {
    "fal-ai/flux-2-klein-9b-base-trainer": UnitCost(0.0043, STEPS),
    "fal-ai/flux-2-klein-9b-base-trainer/edit": UnitCost(0.002, STEPS),
    "fal-ai/flux-2-klein-4b-base-trainer": UnitCost(0.005, STEPS, published=False),
    "fal-ai/flux-2-trainer": UnitCost(0.0064, STEPS),
    "fal-ai/flux-2-trainer/edit": UnitCost(0.0056, STEPS),
    "fal-ai/flux-2-trainer-v2": UnitCost(0.0064, STEPS),
    "fal-ai/flux-2-trainer-v2/edit": UnitCost(0.0056, STEPS),
    "fal-ai/flux-kontext-trainer": UnitCost(0.0025, STEPS, published=False),
    "fal-ai/flux-lora-fast-training": UnitCost(0.002, STEPS, published=False),
    "fal-ai/flux-lora-portrait-trainer": UnitCost(0.0024, STEPS, published=False),
    "fal-ai/turbo-flux-trainer": UnitCost(0.0024, STEPS),
    "blackforestlabs/flux-3/klein/base/trainer": UnitCost(0.0043, STEPS),
    "blackforestlabs/flux-3/klein/base/trainer/edit": UnitCost(0.002, STEPS),
    "fal-ai/krea-2-trainer": UnitCost(0.0028, STEPS),
    "fal-ai/z-image-turbo-trainer-v2": UnitCost(0.00085, STEPS),
    "fal-ai/qwen-image-2512-trainer-v2": UnitCost(0.00095, STEPS),
    "fal-ai/flux-2/klein/9b/base/lora": UnitCost(0.02, MEGAPIXELS),
    "fal-ai/flux-2/klein/9b/base/edit/lora": UnitCost(0.02, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/9b/lora": UnitCost(0.011, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/9b/edit/lora": UnitCost(0.011, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/4b/base/lora": UnitCost(0.016, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/4b/base/edit/lora": UnitCost(0.016, MEGAPIXELS),
    "fal-ai/flux-2/klein/4b/lora": UnitCost(0.01, MEGAPIXELS),
    "fal-ai/flux-2/klein/4b/edit/lora": UnitCost(0.01, MEGAPIXELS, published=False),
    "fal-ai/flux-2/lora": UnitCost(0.021, MEGAPIXELS),
    "fal-ai/flux-2/lora/edit": UnitCost(0.021, MEGAPIXELS, published=False),
    "fal-ai/flux-lora": UnitCost(0.035, MEGAPIXELS, published=False),
    "fal-ai/flux-krea-lora": UnitCost(0.035, MEGAPIXELS, published=False),
    "fal-ai/flux-kontext-lora": UnitCost(0.035, MEGAPIXELS, published=False),
}


def training_price(request: Endpoint, inputs: int = 1) -> Estimate:
    """Return the price of a training by our table, on pairs with so many pictures before each result."""
    row = TABLE[request.info.id]
    return _training(request, row.usd, inputs, exact=row.published, source="")


def live_training_price(request: Endpoint, live: UnitPrice, inputs: int = 1) -> Estimate:
    """Return the price of a training by fal's own price, as far as that can be understood and agrees."""
    unit, ours = _unit_of(live), training_price(request, inputs)
    if unit != STEPS and unit not in _PROBABLY_STEPS:
        return _not_understood(ours, live)
    told = _training(request, live.usd, inputs, exact=unit == STEPS, source=", fal's price")
    return _agreed(told, ours)


def _unit_of(live: UnitPrice) -> str:
    word = " ".join(live.unit.casefold().split())
    return _UNITS.get(word, word)


def _not_understood(ours: Estimate, live: UnitPrice) -> Estimate:
    return _doubted(
        ours, ours.credits, f"fal's {show_usd(live.usd)} for each “{live.unit}” is not understood"
    )


def _agreed(told: Estimate, ours: Estimate) -> Estimate:
    """Return what fal tells, or where that is far from our table, the higher of both with both named."""
    if as_cost(told.credits) is None:
        return ours
    if not _far_apart(told.credits, ours.credits):
        return told
    both = f"fal tells {show_credits(told.credits)}, our table {show_credits(ours.credits)}"
    return _doubted(ours, max(told.credits, ours.credits), both)


def _doubted(ours: Estimate, credits: float, doubt: str) -> Estimate:
    return Estimate(credits, f"{ours.basis}; {doubt}", exact=False, doubt=doubt)


def input_factor(inputs: int) -> float:
    """Return what steps are multiplied by for so many pictures before each result.

    The factors between those that are published grow ever faster, so that a straight line between two of
    them is never too low.
    """
    known = sorted(INPUT_FACTORS)
    if inputs in INPUT_FACTORS:
        return INPUT_FACTORS[inputs]
    low = max((count for count in known if count < inputs), default=known[0])
    high = min((count for count in known if count > inputs), default=known[-1])
    share = (inputs - low) / (high - low) if high > low else 0.0
    return INPUT_FACTORS[low] + share * (INPUT_FACTORS[high] - INPUT_FACTORS[low])


def _training(request: Endpoint, usd: float, inputs: int, *, exact: bool, source: str) -> Estimate:
    asked, least = int(request.given()["steps"]), _LEAST_STEPS.get(request.info.id, 0)
    steps = max(asked, least)
    basis = f"{asked:,} steps" + (f", billed as {least:,}" if asked < least else "")
    factor = 1.0
    if request.info.id in _BY_INPUTS:
        factor, exact = input_factor(inputs), exact and inputs in INPUT_FACTORS
        basis += f" × {factor:.4g} for {plural(inputs, 'picture')} before each result"
    guess = "" if exact else "; no price is published"
    return Estimate(round(credits(usd) * steps * factor, 4), f"{basis}{source}{guess}", exact)


def picture_price(request: Endpoint) -> Estimate:
    """Return the price of a picture by our table."""
    row = TABLE[request.info.id]
    return _picture(request, row.usd, exact=row.published, source="")


def live_picture_price(request: Endpoint, live: UnitPrice) -> Estimate:
    """Return the price of a picture by fal's own price, as far as that can be understood and agrees."""
    unit, ours = _unit_of(live), picture_price(request)
    if unit == IMAGES:
        return _agreed(Estimate(round(credits(live.usd), 4), "a picture, fal's price"), ours)
    if unit != MEGAPIXELS:
        return _not_understood(ours, live)
    return _agreed(_picture(request, live.usd, exact=True, source=", fal's price"), ours)


def _picture(request: Endpoint, usd: float, *, exact: bool, source: str) -> Estimate:
    """Return the price of a picture by its megapixels, never too low where a size is not known yet."""
    values = request.given()
    inputs = sum(name.startswith("input_image") for name in values)
    size = size_asked_for(values)
    pixels = size[0] * size[1] if size is not None else None
    as_input = pixels is None and inputs > 0
    output = _MOST_MEGAPIXELS if as_input else max(1, math.ceil((pixels or _MEGAPIXEL) / _MEGAPIXEL))
    most_in = inputs * _MOST_MEGAPIXELS
    certain = pixels is not None and pixels <= _SURELY_ONE_MEGAPIXEL and not inputs
    basis = f"{'up to ' if as_input else ''}{output} MP out" + (f", up to {most_in} MP in" if inputs else "")
    return Estimate(round(credits(usd) * (output + most_in), 4), basis + source, exact and certain)


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
    row = TABLE.get(endpoint_id)
    if units is None or units < 0 or (told is None and (row is None or not row.published)):
        return None
    if told is None:
        return as_cost(round(credits(row.usd) * units, 4)) if row is not None else None
    if row is not None and _far_apart(told.usd, row.usd):
        return None
    return as_cost(round(credits(told.usd) * units, 4))


def _far_apart(one: float, other: float) -> bool:
    low, high = sorted((one, other))
    return high > low * _TIMES_APART
