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
from dataclasses import replace
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
from fluxtui.system.dataclass import dataclass

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
_WORTH_TELLING = 1.1
"""From a tenth on, what the table says is told beside what fal tells."""
_UNKNOWN_SIZE = 1.56
"""What FLUX 3 [klein] bills of 2048 x 2048 pixels (fal's page, 2026-12), whose own size is not known."""
_MOST_MEGAPIXELS = 4
"""Of an input picture, and of a result as large as that: what FLUX.2 works on at most (BFL, 2026-10)."""


@dataclass(frozen=True)
class UnitCost:
    """What one unit of an endpoint costs.

    Attributes:
        usd: for a unit; for the first megapixel where `further` is given.
        unit: what is counted.
        published: whether fal's own page names the price.
        read_on: the month in which it was read.
        most_in: megapixels that an input picture is billed as at most, 0 where none is billed.
        further: USD for each megapixel after the first, None where all cost the same.
        expansion: USD for rewriting the prompt, for each request.
    """

    usd: float
    unit: str
    published: bool = True
    read_on: str = READ_ON
    most_in: int = _MOST_MEGAPIXELS
    further: float | None = None
    expansion: float = 0.0


def _pixels(usd: float, *, published: bool = True, most_in: int = _MOST_MEGAPIXELS) -> UnitCost:
    return UnitCost(usd, MEGAPIXELS, published, "2026-12", most_in)


TABLE: Mapping[str, UnitCost] = {
    "fal-ai/flux-2-klein-9b-base-trainer": UnitCost(0.0043, STEPS),
    "fal-ai/flux-2-klein-9b-base-trainer/edit": UnitCost(0.002, STEPS, published=False),
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
    "fal-ai/flux-2/klein/9b/base/edit/lora": _pixels(0.02, most_in=1),
    "fal-ai/flux-2/klein/9b/lora": UnitCost(0.011, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/9b/edit/lora": UnitCost(0.011, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/4b/base/lora": UnitCost(0.016, MEGAPIXELS, published=False),
    "fal-ai/flux-2/klein/4b/base/edit/lora": UnitCost(0.016, MEGAPIXELS),
    "fal-ai/flux-2/klein/4b/lora": UnitCost(0.01, MEGAPIXELS),
    "fal-ai/flux-2/klein/4b/edit/lora": UnitCost(0.01, MEGAPIXELS, published=False),
    "fal-ai/flux-2/lora": UnitCost(0.021, MEGAPIXELS),
    "fal-ai/flux-2/lora/edit": UnitCost(0.021, MEGAPIXELS, published=False),
    "fal-ai/flux-lora": _pixels(0.035),
    "fal-ai/flux-krea-lora": UnitCost(0.035, MEGAPIXELS, published=False),
    "fal-ai/flux-kontext-lora": UnitCost(0.035, MEGAPIXELS, published=False),
    "fal-ai/flux-lora/image-to-image": _pixels(0.035, published=False, most_in=0),
    "fal-ai/flux-lora/inpainting": _pixels(0.035, most_in=0),
    "fal-ai/flux-krea-lora/image-to-image": _pixels(0.035, published=False, most_in=0),
    "fal-ai/flux-krea-lora/inpainting": _pixels(0.035, published=False, most_in=0),
    "fal-ai/flux-lora-fill": _pixels(0.035, published=False, most_in=0),
    "fal-ai/flux-kontext-lora/text-to-image": _pixels(0.035, published=False),
    "fal-ai/flux-kontext-lora/inpaint": _pixels(0.035, published=False),
    "blackforestlabs/flux-3/klein/text-to-image/lora": _pixels(0.012),
    "fal-ai/krea-2/turbo/lora": _pixels(0.01),
    "fal-ai/z-image/turbo/lora": UnitCost(0.0085, MEGAPIXELS, read_on="2026-12", expansion=0.0025),
    "fal-ai/qwen-image-2512/lora": _pixels(0.035, published=False),
    "fal-ai/flux-2/klein/9b": _pixels(0.006),
    "fal-ai/flux-2/klein/9b/edit": _pixels(0.011, published=False),
    "fal-ai/flux-2/klein/9b/base": _pixels(0.011, published=False),
    "fal-ai/flux-2/klein/9b/base/edit": _pixels(0.011, published=False),
    "fal-ai/flux-2/klein/4b": _pixels(0.014, published=False),
    "fal-ai/flux-2/klein/4b/edit": _pixels(0.014, published=False),
    "fal-ai/flux-2/klein/4b/base": _pixels(0.014, published=False),
    "fal-ai/flux-2/klein/4b/base/edit": _pixels(0.014, published=False),
    "fal-ai/flux-2": _pixels(0.012, published=False),
    "fal-ai/flux-2/edit": _pixels(0.012, published=False),
    "fal-ai/flux-2/turbo": _pixels(0.008),
    "fal-ai/flux-2/turbo/edit": _pixels(0.008, published=False),
    "fal-ai/flux-2/flash": _pixels(0.008, published=False),
    "fal-ai/flux-2-pro": UnitCost(0.03, MEGAPIXELS, False, "2026-12", further=0.015),
    "fal-ai/flux-2-pro/edit": UnitCost(0.03, MEGAPIXELS, False, "2026-12", further=0.015),
    "fal-ai/flux-2-max": UnitCost(0.07, MEGAPIXELS, False, "2026-12", further=0.03),
    "fal-ai/flux-2-max/edit": UnitCost(0.07, MEGAPIXELS, read_on="2026-12", further=0.03),
    "fal-ai/flux-2-flex": _pixels(0.06, published=False),
    "fal-ai/flux-2-flex/edit": _pixels(0.06, published=False),
    "fal-ai/flux/dev": _pixels(0.025, published=False),
    "fal-ai/flux/schnell": _pixels(0.003, published=False),
    "fal-ai/flux/krea": _pixels(0.025),
    "fal-ai/flux/srpo": _pixels(0.025, published=False),
    "fal-ai/krea-2/turbo": _pixels(0.008),
    "fal-ai/z-image/turbo": UnitCost(0.005, MEGAPIXELS, read_on="2026-12", expansion=0.0025),
    "fal-ai/qwen-image-2512": _pixels(0.02, published=False),
    "fal-ai/flux-kontext/dev": _pixels(0.025, published=False),
    "fal-ai/seedvr/upscale/image": _pixels(0.001, most_in=0),
    "fal-ai/clarity-upscaler": _pixels(0.03, published=False, most_in=0),
}
"""Those that fal's pages do not name come from lists of third parties, or are a neighbour's (SRPO, Flash, the
other twins of Krea, Kontext and klein): the higher one where sources differ ([flex], klein 4B)."""


def training_price(request: Endpoint, inputs: int = 1) -> Estimate:
    """Return the price of a training by our table, on pairs with so many pictures before each result."""
    row = TABLE[request.info.id]
    return _training(request, row.usd, inputs, exact=row.published, source=f", prices of {row.read_on}")


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
    if not _far_apart(told.credits, ours.credits, _WORTH_TELLING):
        return told
    if not _far_apart(told.credits, ours.credits):
        return replace(told, basis=f"{told.basis}; our table says {show_credits(ours.credits)}")
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
    """Return the price of a picture by our table, with the month of that."""
    row = TABLE[request.info.id]
    return _picture(request, row, exact=row.published, source=f", prices of {row.read_on}")


def live_picture_price(request: Endpoint, live: UnitPrice) -> Estimate:
    """Return the price of a picture by fal's own price, as far as that can be understood and agrees."""
    unit, ours = _unit_of(live), picture_price(request)
    row = TABLE[request.info.id]
    if unit == IMAGES:
        return _agreed(Estimate(round(credits(live.usd), 4), "a picture, fal's price"), ours)
    if unit != MEGAPIXELS:
        return _not_understood(ours, live)
    further = None if row.further is None else row.further * live.usd / row.usd
    told = replace(row, usd=live.usd, further=further)
    return _agreed(_picture(request, told, exact=True, source=", fal's price"), ours)


def _picture(request: Endpoint, row: UnitCost, *, exact: bool, source: str) -> Estimate:
    """Return the price of a picture by its megapixels, never too low where a size is not known yet."""
    values = request.given()
    inputs = _inputs(values) if row.most_in else 0
    output, is_bound = _output(values)
    most_in = inputs * row.most_in
    size = size_asked_for(values)
    certain = size is not None and size[0] * size[1] <= _SURELY_ONE_MEGAPIXEL and not inputs
    total = output + most_in
    usd = row.usd * total if row.further is None else row.usd + row.further * max(total - 1, 0)
    usd += row.expansion if values.get("enable_prompt_expansion") else 0.0
    bound = "up to " if is_bound else ""
    basis = f"{bound}{output:g} MP out" + (f", up to {most_in} MP in" if inputs else "")
    return Estimate(round(credits(usd), 4), basis + source, exact and certain)


def _inputs(values: Mapping[str, Any]) -> int:
    """Return how many pictures go in, beside a mask."""
    return sum(name.startswith("input_image") or name in ("image", "reference_image") for name in values)


def _output(values: Mapping[str, Any]) -> tuple[float, bool]:
    """Return the megapixels of the result, and whether they are only the most that they can be."""
    factor = values.get("upscale_factor")
    if factor is not None:
        return math.ceil(_MOST_MEGAPIXELS * float(factor) ** 2), True
    size = size_asked_for(values)
    if size is not None:
        return max(1, math.ceil(size[0] * size[1] / _MEGAPIXEL)), False
    if _inputs(values):
        return _MOST_MEGAPIXELS, True
    return _UNKNOWN_SIZE, True


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


def _far_apart(one: float, other: float, times: float = _TIMES_APART) -> bool:
    low, high = sorted((one, other))
    return high > low * times
