"""What Replicate charges, as dated tables; no answer names a price, but what is billed is counted there.

Sources: Replicate's pricing and training pages and the model page of flux-dev-lora, read 2026-11; that the
fast trainer runs on eight H100 follows from bills of $1.46 for two minutes that users report. Times to reckon
with are ours: about $1.75 for 1000 steps of training, and 7.7 seconds for a picture, are what users report.
Of the other official models, read 2026-12: the billing tables of the pages of FLUX.2 [pro] and [flex] as
programs quote them, and prices that programs note with the date 2026-09-28 ([schnell], [klein] 4B, FLUX.2
[dev] when quick); of [dev], FLUX 1.1 and Kontext what their makers ask themselves, which Replicate asked in
2025 as well. What is in `GUESSED` was seen nowhere official.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, number_text
from fluxtui.domain.money import Estimate, as_cost, credits
from fluxtui.providers.reading import as_number
from fluxtui.system.dataclass import dataclass

READ_ON = "2026-11"
"""Month in which the prices were read."""
TOLD_ON = "2026-10"
"""Month of the newest prices that only users tell."""
CUSTOM, MATCHED = "custom", "match_input_image"


@dataclass(frozen=True)
class Hardware:
    """A machine that is paid by the second: its name for people, and USD for one second."""

    name: str
    usd: float


_H100 = Hardware("an H100", 0.001525)
_EIGHT_H100 = Hardware("eight H100", 0.0122)

BY_THE_SECOND: Mapping[str, Hardware] = {
    "ostris/flux-dev-lora-trainer": _H100,
    "replicate/fast-flux-trainer": _EIGHT_H100,
    "trained-version": _H100,
}
"""The machine that each endpoint runs on, where its seconds are billed."""

BY_THE_PICTURE: Mapping[str, float] = {
    "black-forest-labs/flux-dev-lora": 0.032,
    "black-forest-labs/flux-schnell": 0.003,
    "black-forest-labs/flux-dev": 0.025,
    "black-forest-labs/flux-krea-dev": 0.06,
    "black-forest-labs/flux-1.1-pro": 0.04,
    "black-forest-labs/flux-1.1-pro-ultra": 0.06,
    "black-forest-labs/flux-kontext-pro": 0.04,
    "black-forest-labs/flux-kontext-max": 0.08,
    "black-forest-labs/flux-kontext-dev": 0.025,
    "black-forest-labs/flux-2-klein-9b": 0.02,
    "black-forest-labs/flux-2-klein-9b-base": 0.02,
}
"""USD for each picture that comes out, at the official models."""


@dataclass(frozen=True)
class MegapixelPrice:
    """What a run costs besides its pixels, and each megapixel that comes out and goes in, in USD."""

    run: float
    output: float
    input: float


BY_THE_MEGAPIXEL: Mapping[str, MegapixelPrice] = {
    "black-forest-labs/flux-2-pro": MegapixelPrice(0.015, 0.015, 0.015),
    "black-forest-labs/flux-2-max": MegapixelPrice(0.04, 0.03, 0.03),
    "black-forest-labs/flux-2-flex": MegapixelPrice(0.0, 0.06, 0.06),
    "black-forest-labs/flux-2-dev": MegapixelPrice(0.0, 0.012, 0.012),
    "black-forest-labs/flux-2-klein-4b": MegapixelPrice(0.0, 0.001, 0.001),
}
"""The same at models that count megapixels, which is told in `metrics` (recorded answer of 2026-05)."""

GUESSED = frozenset(
    {
        "black-forest-labs/flux-krea-dev",
        "black-forest-labs/flux-kontext-dev",
        "black-forest-labs/flux-2-max",
        "black-forest-labs/flux-2-klein-9b",
        "black-forest-labs/flux-2-klein-9b-base",
    }
)
"""Official models whose price only users tell, or that is reckoned from what its makers ask."""

_QUICK_PRICED = frozenset({"black-forest-labs/flux-2-dev"})
"""What has a known price only where it is to be quick."""
_DISTILLED_STEPS, _BASE_STEPS = 16, 50
"""Of FLUX 3 [klein] where none are asked for (its schema, read 2026-12)."""
_NOT_QUICK = 2.0
"""How many times more FLUX.2 [dev] is reckoned to cost where it is not quick; no price of that was seen."""
_INPUT_MEGAPIXELS = 4
"""Of an input at most: it is scaled down to that before it is sent."""
_ANY_RESOLUTION = 4.0

_TRAINING_SECONDS = {"ostris/flux-dev-lora-trainer": (60.0, 1.1), "replicate/fast-flux-trainer": (10.0, 0.11)}
_PICTURE_SECONDS, _STEP_SECONDS = 2.0, 0.2
_MEGAPIXEL = 1024 * 1024
_COUNTED_MEGAPIXEL = 1_000_000
"""Whether Replicate counts 1,048,576 pixels or a million as one is not published; this is never too low."""


def cost_of(
    endpoint_id: str, metrics: Mapping[str, Any], pictures: int, parameters: Mapping[str, Any]
) -> float | None:
    """Return the credits that a task has cost, or None where that is not known.

    Args:
        endpoint_id: what it ran on.
        metrics: as Replicate told them: seconds, pictures, megapixels.
        pictures: how many came out.
        parameters: of the request.
    """
    if endpoint_id in BY_THE_PICTURE:
        return as_cost(round(credits(BY_THE_PICTURE[endpoint_id]) * pictures, 4)) if pictures else None
    if endpoint_id in BY_THE_MEGAPIXEL:
        return _megapixel_cost(endpoint_id, metrics, parameters) if pictures else None
    hardware, seconds = BY_THE_SECOND.get(endpoint_id), as_number(metrics.get("predict_time"))
    if hardware is None or seconds is None or seconds < 0:
        return None
    return as_cost(round(credits(hardware.usd) * seconds, 4))


def _megapixel_cost(
    endpoint_id: str, metrics: Mapping[str, Any], parameters: Mapping[str, Any]
) -> float | None:
    price = BY_THE_MEGAPIXEL[endpoint_id]
    came = as_number(metrics.get("image_output_megapixel_count"))
    went = as_number(metrics.get("image_input_megapixel_count")) or 0.0
    unknown_rate = endpoint_id in _QUICK_PRICED and not parameters.get("go_fast")
    if came is None or came < 0 or went < 0 or unknown_rate:
        return None
    return as_cost(round(credits(price.run + price.output * came + price.input * went), 4))


def training_price(request: Endpoint) -> Estimate:
    """Return about what a training costs: it grows with steps and batch size."""
    values = request.given()
    setup, step = _TRAINING_SECONDS[request.info.id]
    seconds = setup + step * int(values["steps"]) * int(values.get("batch_size", 1))
    hardware = BY_THE_SECOND[request.info.id]
    minutes = max(1, math.ceil(seconds / 60))
    basis = f"about {minutes} min on {hardware.name}, by the second"
    return Estimate(round(credits(hardware.usd) * seconds, 2), basis, exact=False)


def running_price(request: Endpoint) -> Estimate:
    """Return about what a picture of a trained version costs: it grows with steps and pixels."""
    values = request.given()
    size = request.size_of(values) if isinstance(request, GenerationEndpoint) else None
    megapixels = size[0] * size[1] / _MEGAPIXEL if size is not None else 1.0
    pace = _STEP_SECONDS / 2 if values.get("go_fast") else _STEP_SECONDS
    seconds = _PICTURE_SECONDS + pace * int(values["steps"]) * megapixels
    hardware = BY_THE_SECOND[request.info.id]
    basis = f"about {math.ceil(seconds)} s on {hardware.name}, by the second"
    return Estimate(round(credits(hardware.usd) * seconds, 4), basis, exact=False)


def picture_price(request: Endpoint) -> Estimate:
    """Return the price of a picture of an official model."""
    name = request.info.id
    price = round(credits(BY_THE_PICTURE[name]), 4)
    if name in GUESSED:
        return Estimate(price, f"a picture, as users told by {TOLD_ON}", exact=False)
    return Estimate(price, "a picture")


def klein_price(request: Endpoint) -> Estimate:
    """Return about what a picture of FLUX 3 [klein] costs, for which no price is published.

    That it runs on an H100 and how long it takes there are guesses: its base model makes two passes for each
    of 50 steps, the distilled one makes one for each of 16.
    """
    values = request.given()
    steps = int(values["steps"]) or (_DISTILLED_STEPS if values["distilled"] else _BASE_STEPS)
    passes = steps if values["distilled"] else 2 * steps
    megapixels = values["width"] * values["height"] / _MEGAPIXEL
    seconds = _PICTURE_SECONDS + _STEP_SECONDS * passes * max(0.25, megapixels)
    basis = f"about {math.ceil(seconds)} s on {_H100.name}; no price is published"
    return Estimate(round(credits(_H100.usd) * seconds, 4), basis, exact=False)


def megapixel_price(request: Endpoint) -> Estimate:
    """Return the price of a picture of an official model that counts megapixels, never too low.

    How large an input is, and so how large a result that is to match it, is only known once it is sent: both
    are taken as the most that they can be, 4 megapixels.
    """
    values, name = request.given(), request.info.id
    price = BY_THE_MEGAPIXEL[name]
    inputs = len(values.get("input_images", ()))
    output = _asked_megapixels(values)
    went = inputs * _INPUT_MEGAPIXELS
    slow = name in _QUICK_PRICED and not values.get("go_fast")
    usd = price.run + price.output * output + price.input * went
    basis = f"{number_text(round(output, 2))} MP out" + (f", up to {went} MP in" if inputs else "")
    if slow:
        basis += "; no price is published where it is not quick"
    elif name in GUESSED:
        basis += "; no price of Replicate's was seen, its makers' own is taken"
    return Estimate(
        round(credits(usd * (_NOT_QUICK if slow else 1.0)), 4),
        basis,
        exact=not inputs and not slow and name not in GUESSED and values.get("aspect_ratio") != CUSTOM,
    )


def _asked_megapixels(values: Mapping[str, Any]) -> float:
    if values.get("aspect_ratio") == CUSTOM:
        return float(values["width"] * values["height"] / _COUNTED_MEGAPIXEL)
    resolution = str(values.get("resolution") or values.get("output_megapixels") or "1")
    number = resolution.partition(" ")[0]
    return _ANY_RESOLUTION if number == MATCHED else float(number)
