"""What Replicate charges, as a dated table; no answer names a price, but the seconds used are told.

Sources: Replicate's pricing and training pages and the model page of flux-dev-lora, read 2026-11; that the
fast trainer runs on eight H100 follows from bills of $1.46 for two minutes that users report. Times to reckon
with are ours: about $1.75 for 1000 steps of training, and 7.7 seconds for a picture, are what users report.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.money import Estimate, as_cost, credits

READ_ON = "2026-11"
"""Month in which the prices were read."""


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

BY_THE_PICTURE: Mapping[str, float] = {"black-forest-labs/flux-dev-lora": 0.032}
"""USD for each picture that comes out, at the official models."""

_TRAINING_SECONDS = {"ostris/flux-dev-lora-trainer": (60.0, 1.1), "replicate/fast-flux-trainer": (10.0, 0.11)}
_PICTURE_SECONDS, _STEP_SECONDS = 2.0, 0.2
_MEGAPIXEL = 1024 * 1024


def cost_of(endpoint_id: str, seconds: float | None, pictures: int) -> float | None:
    """Return the credits that a task has cost, or None where that is not known.

    Args:
        endpoint_id: what it ran on.
        seconds: `predict_time` as Replicate told it.
        pictures: how many came out.
    """
    if endpoint_id in BY_THE_PICTURE:
        return as_cost(round(credits(BY_THE_PICTURE[endpoint_id]) * pictures, 4)) if pictures else None
    hardware = BY_THE_SECOND.get(endpoint_id)
    if hardware is None or seconds is None or seconds < 0:
        return None
    return as_cost(round(credits(hardware.usd) * seconds, 4))


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
    if values.get("aspect_ratio") == "custom":
        megapixels = values["width"] * values["height"] / _MEGAPIXEL
    else:
        megapixels = float(values.get("megapixels", 1))
    pace = _STEP_SECONDS / 2 if values.get("go_fast") else _STEP_SECONDS
    seconds = _PICTURE_SECONDS + pace * int(values["steps"]) * megapixels
    hardware = BY_THE_SECOND[request.info.id]
    basis = f"about {math.ceil(seconds)} s on {hardware.name}, by the second"
    return Estimate(round(credits(hardware.usd) * seconds, 4), basis, exact=False)


def picture_price(request: Endpoint) -> Estimate:
    """Return the price of a picture of an official model."""
    return Estimate(round(credits(BY_THE_PICTURE[request.info.id]), 4), "a picture")
