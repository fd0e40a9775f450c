"""What a job of fal costs: units of its endpoint, and credits (1 credit = 0.01 USD).

Source: fal.ai model pages, read 2026-11: pictures pay begun megapixels, trainings steps, edit trainings steps
times a factor for the reference pictures of each pair. No source says how large fal's megapixel is; here it
is 1024 x 1024 pixels.
"""

from __future__ import annotations

from fluxtui.simulator.fal.endpoints import Generator, Trainer
from fluxtui.simulator.pictures import megapixels

_FACTORS = {1: 2.11, 2: 3.44, 3: 5.09, 4: 6.95, 10: 23.44}
"""Those of five to nine pictures are in no source; here they lie on a curve through the known ones."""

_CREDITS = 100


def training_units(trainer: Trainer, steps: int, references: int) -> float:
    """Return the steps billed; `references` is how many pictures stand before each pair's result."""
    factor = _factor(max(references, 1)) if trainer.factored else 1.0
    return round(max(steps, trainer.least_steps) * factor, 4)


def _factor(references: int) -> float:
    if references in _FACTORS:
        return _FACTORS[references]
    first, last = _FACTORS[4], _FACTORS[10]
    return float(first + (last - first) * ((references - 4) / 6) ** 1.2)


def picture_units(generator: Generator, pixels: int, count: int, input_pixels: list[int]) -> float:
    """Return the megapixels billed for `count` pictures of `pixels` each."""
    inputs = sum(megapixels(each) for each in input_pixels) if generator.paid_inputs else 0
    return float(megapixels(pixels) * count + inputs)


def credits_for(endpoint: Trainer | Generator, units: float) -> float:
    """Return the price of some units of an endpoint."""
    further = endpoint.further_price if isinstance(endpoint, Generator) else None
    if further is not None and units > 1:
        return round((endpoint.unit_price + further * (units - 1)) * _CREDITS, 4)
    return round(endpoint.unit_price * units * _CREDITS, 4)
